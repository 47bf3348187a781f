"""Windows over tiles: sums over the last days, the day itself included, all in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as F


def in_window(day: date, days: int) -> Column:
    """True for tiles of the last ``days`` days, ``day`` included."""
    return F.col("day") >= F.lit(day - timedelta(days=days - 1))


def summed(day: date, measure: str, windows: Iterable[int], name: str) -> list[Column]:
    """For each window the sum of an integer measure; ``name`` holds ``{}`` where the window's length goes."""
    return [F.sum(F.when(in_window(day, days), F.col(measure)).otherwise(0)).alias(name.format(days)) for days in windows]


def days_since(day: date, last: Column) -> Column:
    """Days from ``last`` to ``day``: 0 where they are the same, NULL where ``last`` is."""
    return F.date_diff(F.lit(day), last)
