"""What a row says of the day that it is asked for: dates are stored, days since them are told when they are read."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.mart.user_portrait import WINDOWS


def days_since(last: str) -> Column:
    """Days from the row's date ``last`` to its ``day``: 0 where they are the same, NULL where there is no date."""
    return F.date_diff("day", last)


def active_within(days: int) -> Column:
    """On how many of the last ``days`` days, the row's ``day`` included, the row's ``active_days`` tell of something."""
    first = F.unix_date("day") - days + 1
    return F.size(F.filter("active_days", lambda active: active >= first)).cast("BIGINT")


def dated(user_portrait: DataFrame) -> DataFrame:
    """The portraits with the tags that are not stored: ``recency_days`` and ``n_active_day_<n>d``."""
    active = {f"n_active_day_{days}d": active_within(days) for days in WINDOWS}
    return user_portrait.withColumns({"recency_days": days_since("last_order_day"), **active})
