"""A brand's Singles' Day report: what happened, what the list caused, and how sure either is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import MissingInput
from conf.settings import Brand, Settings
from jobs.changes import as_of
from jobs.serving.folder import replace_file
from jobs.serving.report import loop, measures
from jobs.serving.report.festival import Festival
from jobs.serving.report.figures import Figure, entrance, race, tier_shares, uplift, work_out
from jobs.serving.report.page import Told, page
from schemas.catalogue import find
from schemas.serving import uplift_report

if TYPE_CHECKING:
    from jobs.lake import Lake

READS = (
    "core.user_brand_day",
    "core.touch",
    "core.order_line",
    "core.person",
    "landing.city",
    "landing.market_benchmark",
    "landing.ad_return",
    "landing.consent",
    "serving.target_list",
    "serving.sealed_control",
)
"""The tables that a report reads."""


@dataclass(frozen=True)
class Reported:
    """The file that was written and the figures in it."""

    file: Path
    figures: list[Figure]


def report(lake: Lake, settings: Settings, *, brand_id: str, festival: int, out: Path) -> Reported:
    """Write the brand's report of the festival of that year, and its figures into ``serving.uplift_report``.

    Figures whose data is not in the lake are left out, with a sentence in the report. ``MissingInput`` where the lake
    holds no order of the festival at all.
    """
    told = _told(lake, settings, settings.brand(brand_id), Festival(festival))
    replace_file(out, page(told))
    _record(lake, told)
    return Reported(out, list(told.figures))


def _told(lake: Lake, settings: Settings, brand: Brand, festival: Festival) -> Told:
    """Everything that the report tells of, out of one aggregate each."""
    minutes = measures.minutes(_read(lake, "core.order_line", festival.race), festival.opening)
    if not minutes:
        raise MissingInput(
            f"the lake holds no order of 1-11 November {festival.year}: land those days and run their nights first"
        )
    tiles = _read(lake, "core.user_brand_day", [*festival.before_lists, *festival.lists, *festival.october, *festival.window])
    person = _person(lake, festival.last)
    registrations = measures.registered(_read(lake, "core.touch", [*festival.october, *festival.window]))
    rival = measures.rival(lake.read(find("landing.market_benchmark")))
    tiers, money = measures.tiers(_since(tiles, festival.opening), person, lake.read(find("landing.city")))
    lists, sealed = (_measured(lake, name, person, festival) for name in ("target_list", "sealed_control"))
    control, treated = loop.arms(lists, sealed, tiles, person, brand_id=brand.brand_id, festival=festival)
    entered = entrance(measures.entrances(tiles, festival), registrations, festival)
    parts = [entered, tier_shares(tiers, money), race(minutes, rival), uplift(control, treated)]
    shown = _read(lake, "landing.ad_return", festival.window)
    returns = loop.returned(shown, lists, brand_id=brand.brand_id, keys=settings.keys)
    days = measures.days(_since(tiles, festival.october[0]))
    figures, omitted = work_out(parts, _planted(lake))
    seen = (days, registrations, tiers, minutes, rival, control, treated, returns, figures, omitted)
    return Told(brand, festival, settings.activation.control_share, *seen)


def _since(rows: DataFrame, day: date) -> DataFrame:
    return rows.where(F.col("day") >= F.lit(day))


def _read(lake: Lake, table: str, days: list[date]) -> DataFrame:
    return lake.read(find(table), sorted(set(days)))


def _person(lake: Lake, day: date) -> DataFrame:
    """Who is who, as of the report's day."""
    table = find("core.person")
    snapshot = loop.last_day(lake.days(table), day)
    return as_of(lake, table, snapshot or day)


def _measured(lake: Lake, name: str, person: DataFrame, festival: Festival) -> DataFrame:
    """The festival's lists of one kind, as far as their people allow to be measured on the report's day."""
    consent = lake.read(find("landing.consent")).where(F.col("day") <= F.lit(festival.last))
    return loop.measured(_read(lake, f"serving.{name}", festival.lists), consent, person)


def _planted(lake: Lake) -> dict[str, float]:
    """The planted figures that are single numbers, where the lake's world told its truth."""
    truth = lake.root / "truth.json"
    if not truth.exists():
        return {}
    figures = json.loads(truth.read_text("utf-8"))["figures"]
    return {name: float(told["planted"]) for name, told in figures.items() if isinstance(told["planted"], int | float)}


def _record(lake: Lake, told: Told) -> None:
    """Put the figures into the table, in place of those of an earlier report of the same brand and festival."""
    table, day, brand_id = uplift_report.TABLE, told.festival.last, told.brand.brand_id
    others = lake.read(table, [day]).where(F.col("brand_id") != brand_id)
    rows = [
        (
            day,
            brand_id,
            figure.id,
            figure.title,
            *(float(end) for end in figure.estimate[:3]),
            figure.estimate.n,
            figure.planted,
        )
        for figure in told.figures
    ]
    reads = {name: lake.version(find(name)) for name in READS}
    note = {
        "run": f"report {brand_id} {told.festival.year}",
        "kind": "report",
        "code": version("brandcube"),
        "days": [str(day)],
    }
    lake.replace(table, others.unionByName(lake.spark.createDataFrame(rows, table.ddl)), [day], note | {"reads": reads})
