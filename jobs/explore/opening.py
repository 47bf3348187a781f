"""Where an analyst begins: the lake, its newest night, and the people in it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import MissingInput
from conf.settings import load
from jobs.changes import as_of
from jobs.lake import Lake
from jobs.recency import dated
from jobs.session import open_session
from schemas.catalogue import find

_PORTRAIT, _STAGE = find("mart.user_portrait"), find("mart.brand_stage")


def open_lake(path: str | Path, environment: str = "local") -> Lake:
    """The lake under ``path``, to be read; needs no key. ``MissingInput`` where there is none."""
    root = Path(path).absolute()
    if not root.is_dir():
        raise MissingInput(f"{root} is no lake: run `make demo`, or name the folder of another one")
    log = root.with_name(f"{root.name}.logs") / "explore.log"
    return Lake(open_session(load(environment), log), root)


def nights(lake: Lake) -> list[date]:
    """The days with portraits, oldest first; ``MissingInput`` where no night has made any."""
    days = lake.days(_PORTRAIT)
    if not days:
        raise MissingInput(f"{lake.root} holds no portraits: run `brandcube night` for a day first")
    return days


def newest_day(lake: Lake) -> date:
    """The last day with portraits; ``MissingInput`` where no night has made any."""
    return nights(lake)[-1]


def people(lake: Lake, day: date, brand_id: str | None = None) -> DataFrame:
    """The portraits as of the end of a day, one row per person, with all tags, those that are told from dates too.

    With a brand only those who met it, and the ``stage`` they are in. Keep some of the rows with ``where`` and you have a
    segment. ``MissingInput`` where no night up to that day made portraits.
    """
    check_day(lake, day)
    portraits = dated(as_of(lake, _PORTRAIT, day)).drop("is_gone")
    if brand_id is None:
        return portraits
    return portraits.join(stages(lake, day, brand_id), "person_id")


def stages(lake: Lake, day: date, brand_id: str, scheme: str | None = None) -> DataFrame:
    """(``person_id``, ``stage``) of whoever met the brand, as of the end of a day.

    The scheme is a file of ``conf/lifecycle``, by default the one that ``base.toml`` names; ``UnknownName`` for another.
    Before the first night that knew a scheme nobody has a stage in it.
    """
    stage = F.map_from_entries("stages")[load().scheme(scheme).name].alias("stage")
    return as_of(lake, _STAGE, day).where(F.col("brand_id") == brand_id).select("person_id", stage)


def check_day(lake: Lake, day: date) -> None:
    """``MissingInput`` where no night up to the day made portraits."""
    if not any(found <= day for found in lake.days(_PORTRAIT)):
        raise MissingInput(f"{lake.root} holds no portraits of {day}: run `brandcube night --day {day}` first")
