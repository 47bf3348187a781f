"""Where an account's first order came from: the earliest paid line of each account."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.changes import Night, Step
from jobs.core.order_line import PAID
from schemas.core.first_order import TABLE

_ACCOUNT = ["account_type", "account_hash"]
_FIRST = ("first_order_at", "first_order_day", "scene")


def build(order_line: DataFrame, *, day: date, settings: Settings) -> DataFrame:
    """One row per account with a paid line; of two at one instant the alphabet's first scene counts."""
    return _finished(_least(_paid(order_line)), day)


def advance(night: Night, *, settings: Settings) -> Step:
    """Whoever paid on a day that was written since: the earlier of what was known and what those days hold now.

    Only where a first line is no longer there is the account's whole past read again.
    """
    days = night.changed_days("order_line")
    paid = _paid(night.now("order_line", days))
    keys = paid.select(*_ACCOUNT).union(_paid(night.then("order_line", days)).select(*_ACCOUNT)).distinct()
    before = night.before(keys).select(*_ACCOUNT, *_FIRST)
    is_unsure = F.col("first_order_day").isin(days)
    rows = _least(paid.unionByName(before.where(~is_unsure)))
    lost = _lost(before.where(is_unsure), rows)
    if not lost.isEmpty():
        past = night.now("order_line").join(F.broadcast(lost), _ACCOUNT, "left_semi")
        rows = rows.join(F.broadcast(lost), _ACCOUNT, "left_anti").unionByName(_least(_paid(past)))
    return Step(keys, _finished(rows, night.day))


def _paid(order_line: DataFrame) -> DataFrame:
    """One row per paid line: the account, and what would be its first order."""
    paid = order_line.where(F.col("status") == PAID)
    return paid.select(*_ACCOUNT, F.col("event_at").alias("first_order_at"), F.col("day").alias("first_order_day"), "scene")


def _least(orders: DataFrame) -> DataFrame:
    """One row per account: the earliest."""
    return orders.groupBy(*_ACCOUNT).agg(F.min(F.struct(*_FIRST)).alias("first")).select(*_ACCOUNT, "first.*")


def _lost(before: DataFrame, rows: DataFrame) -> DataFrame:
    """The accounts whose known first order is there no more: what was found is later, or nothing was."""
    found = rows.select(*_ACCOUNT, F.struct(*_FIRST).alias("found"))
    is_lost = F.col("found").isNull() | (F.col("found") > F.struct(*_FIRST))
    return before.join(found, _ACCOUNT, "left").where(is_lost).select(*_ACCOUNT)


def _finished(rows: DataFrame, day: date) -> DataFrame:
    return rows.withColumns({"day": F.lit(day), "is_gone": F.lit(False)}).select(*TABLE.column_names)
