"""What an account did over the last days with each brand, scene, category and city, moved on each night by what is new."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.audit import differing
from jobs.changes import Night, Step
from jobs.windows import Windows, advanced, rebuilt
from schemas.core.account_facet_window import FACETS, TABLE, asking


def _by_facet(tiles: DataFrame) -> DataFrame:
    """Each tile once for each facet."""
    # one row per tile and facet
    return tiles.select(
        "*", F.inline(F.array(*(F.struct(F.lit(name).alias("facet"), F.col(name).alias("value")) for name in FACETS)))
    )


_WINDOWS = Windows(TABLE, _by_facet, lambda column: F.col("facet").isin(*asking(column)), audited=90)


def build(user_brand_day: DataFrame, *, day: date, settings: Settings) -> DataFrame:
    """One row per account and value of a facet of which a window tells anything, from the tiles alone."""
    return rebuilt(_WINDOWS, user_brand_day, day)


def advance(night: Night, *, settings: Settings) -> Step:
    """The accounts and values whose windows differ from the last night's."""
    return advanced(_WINDOWS, night)


def audit(night: Night, step: Step, *, settings: Settings) -> DataFrame:
    """The windows of tonight's lot of accounts that differ from what their tiles give."""
    return differing(_WINDOWS, night, step, settings.windows.audited_one_in)
