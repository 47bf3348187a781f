"""Forgetting in what was delivered: receivers are told whom to take off, and the copies that are kept no longer name them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.errors import MissingInput
from conf.settings import Settings
from jobs.changes import ERASED
from jobs.erasure.proof import REMOVE, Searcher
from jobs.lake import Lake
from jobs.landing.forgotten import is_erased
from jobs.serving.export import export
from jobs.serving.removal import audience_encrypted, received
from schemas.landing.file import TABLE as LEDGER
from schemas.serving.export_manifest import TABLE as MANIFEST
from schemas.serving.removal import ERASURE
from schemas.serving.removal import TABLE as REMOVAL
from schemas.serving.target_list import TABLE as LIST


def first_day(lake: Lake) -> date:
    """The first day whose delivery can tell of what is forgotten now: the one after the last of which anything is known."""
    days = [day for table in (LEDGER, LIST, MANIFEST) for day in lake.days(table)]
    if not days:
        raise MissingInput(f"nothing has landed in {lake.root}: there is nobody to forget")
    return max(days) + timedelta(days=1)


def ask_for_removal(lake: Lake, erasure: DataFrame, day: date, run_id: str) -> int:
    """Queue every delivered pseudonym of forgotten people for its receivers, once; how many are queued now.

    It must come before the lists forget them.
    """
    listed = is_erased(lake.read(LIST), "person_id", erasure, "is_erased").where("is_erased")
    given = received(listed, lake.read(MANIFEST)).select("brand_id", "destination", "audience_hash").distinct()
    told = given.withColumns({"day": F.lit(day), "reason": F.lit(ERASURE), "audience_encrypted": _encrypted()})
    before = lake.read(REMOVAL)
    asked = before.where(F.col("reason") == ERASURE).select("brand_id", "destination", "audience_encrypted")
    new = told.join(asked, asked.columns, "left_anti").select(*REMOVAL.column_names).localCheckpoint()
    n_new = new.count()
    if n_new:
        kept = before.where(F.col("day") == F.lit(day))
        lake.replace(REMOVAL, kept.unionByName(new), [day], {"run": run_id, "kind": ERASED, "days": [str(day)]})
    return n_new


def _encrypted() -> Column:
    return audience_encrypted(F.col("audience_hash"))


def rewrite(lake: Lake, settings: Settings, searcher: Searcher) -> list[Path]:
    """Write the kept deliveries that name somebody again, from lists that have forgotten; their folders.

    What can no longer be written, since nobody is left or the brand is gone, is removed.
    """
    naming = [folder for folder in _deliveries(lake.root) if any(map(searcher.names, _files(folder)))]
    for folder in naming:
        _again(lake, settings, folder)
    return naming


def _again(lake: Lake, settings: Settings, folder: Path) -> None:
    destination, brand_id, day = folder.parent.name, _brand(folder), date.fromisoformat(folder.name)
    is_there = not lake.read(LIST, [day]).where(F.col("brand_id") == brand_id).isEmpty()
    if brand_id in settings.brands and destination in settings.destinations and is_there:
        export(lake, settings, brand_id=brand_id, destination=destination, day=day, is_floored=False)
    else:
        shutil.rmtree(folder)


def _deliveries(root: Path) -> Iterator[Path]:
    """The folders ``exports/<brand>/<destination>/<day>``."""
    return (path for path in sorted((root / "exports").glob("*/*/*-*-*")) if path.is_dir() and not path.name.startswith("."))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if not path.match(REMOVE))


def _brand(folder: Path) -> str:
    return folder.parent.parent.name
