"""Delivers a list, and whom to take off earlier ones, with a manifest and a receipt, in a folder that appears whole."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import MissingInput
from conf.settings import Destination, Settings
from jobs.privacy import version_of
from jobs.serving.folder import publish
from jobs.serving.pages import render
from jobs.serving.removal import pending
from schemas.serving import export_manifest, removal, target_list

if TYPE_CHECKING:
    from jobs.lake import Lake

MANIFEST, RECEIPT = "manifest.json", "receipt.html"


@dataclass(frozen=True)
class Exported:
    """Where a delivery is, how many people it names, how many were withheld as too few, and how many are to be taken off."""

    folder: Path
    rows: int
    withheld: int
    removed: int


@dataclass(frozen=True)
class _Delivery:
    """What an export knows before it writes: the day's list, if one was made, and whom the receiver must take off.

    ``least`` is the smallest list that may leave.
    """

    brand_id: str
    day: date
    destination: Destination
    least: int
    audience: tuple[str, ...]
    removed: tuple[str, ...]
    versions: Mapping[str, Any]
    is_floored: bool = True

    @property
    def list_id(self) -> str:
        return f"{self.brand_id}-{self.day:%Y%m%d}"

    @property
    def list_name(self) -> str:
        return f"{self.list_id}.{self.destination.format}"

    @property
    def removal_name(self) -> str:
        return f"{self.list_id}-remove.{self.destination.format}"

    @property
    def is_withheld(self) -> bool:
        return self.is_floored and 0 < len(self.audience) < self.least

    @property
    def delivered(self) -> tuple[str, ...]:
        return () if self.is_withheld else self.audience

    def files(self) -> dict[str, tuple[str, ...]]:
        """The ids of each file that leaves: an empty one does not."""
        named = {self.list_name: self.delivered, self.removal_name: self.removed}
        return {name: ids for name, ids in named.items() if ids}


def export(lake: Lake, settings: Settings, *, brand_id: str, destination: str, day: date, is_floored: bool = True) -> Exported:
    """Write the brand's list of the day as the destination takes it; the same list gives the same bytes.

    Beside it goes a file of those whom the receiver must take off since the delivery before, on a day without a list alone.
    Under the larger of k and the destination's own floor no list is written, and the receipt says why; removals leave
    however few they are. ``UnknownName`` for a brand or destination that nobody declared, ``MissingInput`` where there is
    neither a list nor a removal. A list that has left already, and is written again without forgotten people, is not
    ``is_floored``.
    """
    delivery = replace(_delivery(lake, settings, brand_id, settings.destination(destination), day), is_floored=is_floored)
    contents = {name: _csv(delivery, ids) for name, ids in delivery.files().items()}
    folder = lake.root / "exports" / brand_id / destination / day.isoformat()
    publish(folder, _files(delivery, settings, contents))
    _record(lake, delivery, contents)
    delivered = len(delivery.delivered)
    return Exported(folder, delivered, len(delivery.audience) - delivered, len(delivery.removed))


def _delivery(lake: Lake, settings: Settings, brand_id: str, destination: Destination, day: date) -> _Delivery:
    brand = settings.brand(brand_id)
    listed = lake.read(target_list.TABLE, [day]).where(F.col("brand_id") == brand.brand_id)
    rows = listed.select("audience_hash", "model_version").orderBy("audience_hash").toArrow().to_pydict()
    audience = tuple(rows["audience_hash"])
    removed = _removed(lake, brand_id, destination, day) - {*audience}
    if not audience and not removed:
        raise MissingInput(
            f"there is no list of {brand_id} for {day}: run `brandcube night --day {day}`; "
            f"a list of fewer than {settings.activation.least_people} people is never made"
        )
    return _Delivery(
        brand_id=brand_id,
        day=day,
        destination=destination,
        least=max(settings.activation.least_people, destination.least_people),
        audience=audience,
        removed=tuple(sorted(removed)),
        versions=_versions(audience, rows["model_version"]),
    )


def _removed(lake: Lake, brand_id: str, destination: Destination, day: date) -> set[str]:
    """The pseudonyms, each as it was delivered, that the receiver must take off."""
    tables = lake.read(removal.TABLE), lake.read(export_manifest.TABLE)
    return {row.audience_hash for row in pending(*tables, brand_id=brand_id, destination=destination.name, day=day).collect()}


def _versions(audience: tuple[str, ...], models: list[str]) -> dict[str, Any]:
    """The key and the model of the day's list; nothing where there is none."""
    return {"key_version": version_of(audience[0]), "model_version": max(models)} if audience else {}


def _csv(delivery: _Delivery, ids: tuple[str, ...]) -> bytes:
    """One id a line, sorted, LF, no BOM."""
    header = (delivery.destination.identifier,) if delivery.destination.header else ()
    return "".join(f"{line}\n" for line in (*header, *ids)).encode("ascii")


def _files(delivery: _Delivery, settings: Settings, contents: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """What the folder holds, the manifest last: whoever sees it sees all that it names."""
    facts = _facts(delivery, contents)
    receipt = render("receipt.html", facts=facts, brand=settings.brand(delivery.brand_id), delivery=delivery)
    if not contents:
        return {RECEIPT: receipt}
    manifest = json.dumps(facts, indent=2, sort_keys=True).encode() + b"\n"
    return {**contents, RECEIPT: receipt, MANIFEST: manifest}


def _facts(delivery: _Delivery, contents: Mapping[str, bytes]) -> dict[str, Any]:
    files = delivery.files()
    return {
        "brand_id": delivery.brand_id,
        "code_version": version("brandcube"),
        "day": delivery.day.isoformat(),
        "destination": delivery.destination.name,
        "files": [
            {"name": name, "rows": len(files[name]), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in contents.items()
        ],
        "k": delivery.least,
        "list_id": delivery.list_id,
        **delivery.versions,
    }


def _record(lake: Lake, delivery: _Delivery, contents: Mapping[str, bytes]) -> None:
    """Put this delivery into the ledger, in place of an earlier one of the same list to the same receiver."""
    table = export_manifest.TABLE
    is_same = (F.col("list_id") == delivery.list_id) & (F.col("destination") == delivery.destination.name)
    others = lake.read(table, [delivery.day]).where(~is_same)
    row = _row(lake, delivery, contents)
    note = {"run": f"export {delivery.list_id} {delivery.destination.name}", "code": version("brandcube"), "kind": "export"}
    reads = {read.full_name: lake.version(read) for read in (target_list.TABLE, removal.TABLE)}
    lake.replace(table, others.unionByName(row), [delivery.day], {**note, "days": [str(delivery.day)], "reads": reads})


def _row(lake: Lake, delivery: _Delivery, contents: Mapping[str, bytes]) -> DataFrame:
    """The delivery's row: of its list, even where that was withheld; of its removals where there was no list."""
    name = delivery.list_name if delivery.audience else delivery.removal_name
    content = contents.get(name)
    values = {
        "day": delivery.day,
        "list_id": delivery.list_id,
        "brand_id": delivery.brand_id,
        "destination": delivery.destination.name,
        "file_name": name,
        "n_row": len(delivery.delivered),
        "n_withheld": len(delivery.audience) - len(delivery.delivered),
        "n_bytes": len(content or b""),
        "sha256": None if content is None else hashlib.sha256(content).hexdigest(),
    }
    names = export_manifest.TABLE.column_names
    return lake.spark.createDataFrame([tuple(values[name] for name in names)], export_manifest.TABLE.ddl)
