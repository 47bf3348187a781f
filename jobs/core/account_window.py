"""What an account did over the last days: sums over windows of its tiles, moved on each night by what is new."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame

from conf.settings import Settings
from jobs.audit import differing
from jobs.changes import Night, Step
from jobs.windows import Windows, advanced, rebuilt
from schemas.core.account_window import TABLE

_WINDOWS = Windows(TABLE, lambda tiles: tiles)


def build(user_brand_day: DataFrame, *, day: date, settings: Settings) -> DataFrame:
    """One row per account with a tile in the last 365 days, from the tiles alone."""
    return rebuilt(_WINDOWS, user_brand_day, day)


def advance(night: Night, *, settings: Settings) -> Step:
    """The accounts whose windows differ from the last night's."""
    return advanced(_WINDOWS, night)


def audit(night: Night, step: Step, *, settings: Settings) -> DataFrame:
    """The windows of tonight's lot of accounts that differ from what their tiles give."""
    return differing(_WINDOWS, night, step, settings.windows.audited_one_in)
