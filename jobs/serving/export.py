"""Delivers a list to a receiver: brand-keyed pseudonyms, a manifest and a receipt, in a folder that appears whole."""

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
from schemas.serving import export_manifest, target_list

if TYPE_CHECKING:
    from jobs.lake import Lake

MANIFEST, RECEIPT = "manifest.json", "receipt.html"


@dataclass(frozen=True)
class Exported:
    """Where a delivery is, how many people it names, and how many were withheld because they were too few."""

    folder: Path
    rows: int
    withheld: int


@dataclass(frozen=True)
class _Delivery:
    """What an export knows of the list before it writes: ``least`` is the smallest list that may leave."""

    brand_id: str
    day: date
    destination: Destination
    least: int
    audience: tuple[str, ...]
    model_version: str
    key_version: int

    @property
    def list_id(self) -> str:
        return f"{self.brand_id}-{self.day:%Y%m%d}"

    @property
    def file_name(self) -> str:
        return f"{self.list_id}.{self.destination.format}"

    @property
    def is_withheld(self) -> bool:
        return len(self.audience) < self.least


def export(lake: Lake, settings: Settings, *, brand_id: str, destination: str, day: date, is_floored: bool = True) -> Exported:
    """Write the brand's list of the day as the destination takes it; the same list gives the same bytes.

    Under the larger of k and the destination's own floor only a receipt is written, which says why. ``UnknownName`` for
    a brand or destination that nobody declared, ``MissingInput`` where no list was made. A list that has left already and
    is written again without forgotten people is not ``is_floored``.
    """
    delivery = _delivery(lake, settings, brand_id, settings.destination(destination), day)
    delivery = delivery if is_floored else replace(delivery, least=0)
    content = _csv(delivery)
    folder = lake.root / "exports" / brand_id / destination / day.isoformat()
    publish(folder, _files(delivery, settings, content))
    _record(lake, delivery, content)
    delivered = 0 if delivery.is_withheld else len(delivery.audience)
    return Exported(folder, delivered, len(delivery.audience) - delivered)


def _delivery(lake: Lake, settings: Settings, brand_id: str, destination: Destination, day: date) -> _Delivery:
    brand = settings.brand(brand_id)
    listed = lake.read(target_list.TABLE, [day]).where(F.col("brand_id") == brand.brand_id)
    rows = listed.select("audience_hash", "model_version").orderBy("audience_hash").toArrow().to_pydict()
    if not rows["audience_hash"]:
        raise MissingInput(
            f"there is no list of {brand_id} for {day}: run `brandcube night --day {day}`; "
            f"a list of fewer than {settings.activation.least_people} people is never made"
        )
    return _Delivery(
        brand_id=brand_id,
        day=day,
        destination=destination,
        least=max(settings.activation.least_people, destination.least_people),
        audience=tuple(rows["audience_hash"]),
        model_version=max(rows["model_version"]),
        key_version=version_of(rows["audience_hash"][0]),
    )


def _csv(delivery: _Delivery) -> bytes:
    """One id a line, sorted, LF, no BOM."""
    header = (delivery.destination.identifier,) if delivery.destination.header else ()
    return "".join(f"{line}\n" for line in (*header, *delivery.audience)).encode("ascii")


def _files(delivery: _Delivery, settings: Settings, content: bytes) -> Mapping[str, bytes]:
    """What the folder holds, the manifest last: whoever sees it sees all that it names."""
    facts = _facts(delivery, content)
    brand = settings.brand(delivery.brand_id)
    receipt = render("receipt.html", facts=facts, brand=brand, is_withheld=delivery.is_withheld)
    if delivery.is_withheld:
        return {RECEIPT: receipt}
    manifest = json.dumps(facts, indent=2, sort_keys=True).encode() + b"\n"
    return {delivery.file_name: content, RECEIPT: receipt, MANIFEST: manifest}


def _facts(delivery: _Delivery, content: bytes) -> dict[str, Any]:
    file = {
        "name": delivery.file_name,
        "rows": len(delivery.audience),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return {
        "brand_id": delivery.brand_id,
        "code_version": version("brandcube"),
        "day": delivery.day.isoformat(),
        "destination": delivery.destination.name,
        "files": [] if delivery.is_withheld else [file],
        "k": delivery.least,
        "key_version": delivery.key_version,
        "list_id": delivery.list_id,
        "model_version": delivery.model_version,
    }


def _record(lake: Lake, delivery: _Delivery, content: bytes) -> None:
    """Put this delivery into the ledger, in place of an earlier one of the same list to the same receiver."""
    table = export_manifest.TABLE
    is_same = (F.col("list_id") == delivery.list_id) & (F.col("destination") == delivery.destination.name)
    others = lake.read(table, [delivery.day]).where(~is_same)
    row = _row(lake, delivery, content)
    note = {"run": f"export {delivery.list_id} {delivery.destination.name}", "code": version("brandcube"), "kind": "export"}
    reads = {target_list.TABLE.full_name: lake.version(target_list.TABLE)}
    lake.replace(table, others.unionByName(row), [delivery.day], {**note, "days": [str(delivery.day)], "reads": reads})


def _row(lake: Lake, delivery: _Delivery, content: bytes) -> DataFrame:
    is_withheld = delivery.is_withheld
    values = {
        "day": delivery.day,
        "list_id": delivery.list_id,
        "brand_id": delivery.brand_id,
        "destination": delivery.destination.name,
        "file_name": delivery.file_name,
        "n_row": 0 if is_withheld else len(delivery.audience),
        "n_withheld": len(delivery.audience) if is_withheld else 0,
        "n_bytes": 0 if is_withheld else len(content),
        "sha256": None if is_withheld else hashlib.sha256(content).hexdigest(),
    }
    names = export_manifest.TABLE.column_names
    return lake.spark.createDataFrame([tuple(values[name] for name in names)], export_manifest.TABLE.ddl)
