"""The nightly audit: windows of some accounts are summed anew from their tiles and compared with those moved on."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.changes import Night, Step
from jobs.windows import LONGEST, TILES, Windows, rebuilt, tells


def differing(windows: Windows, night: Night, step: Step, one_in: int) -> DataFrame:
    """The audited rows that differ, those of either side; none where all is well.

    A night's cost may not grow with the history, so it audits the windows of up to ``windows.audited`` days, whose tiles are a
    fixed number of partitions; the first night of a month, which writes all rows anyway, audits all windows.
    """
    table, day, span = night.table, night.day, LONGEST if night.is_full else windows.audited
    is_audited = night.is_audited("account_hash", one_in)
    tiles = night.now(TILES, [day - timedelta(offset) for offset in range(span)]).where(is_audited)
    same = night.before().where(is_audited).join(step.keys, list(table.state_key), "left_anti")
    moved = same.unionByName(step.rows.where(is_audited))
    given, kept = (_within(windows, rows, day, span) for rows in (rebuilt(windows, tiles, day), moved))
    sides = given.withColumn("side", F.lit(1)).unionByName(kept.withColumn("side", F.lit(-1)))
    return sides.groupBy(*given.columns).agg(F.sum("side").alias("side")).where("side != 0")


def _within(windows: Windows, rows: DataFrame, day: date, span: int) -> DataFrame:
    """What the rows say of the last ``span`` days; those that say nothing are left out."""
    sums = [name for name, (_, days) in windows.measures.items() if days <= span]
    days = [_recent(name, day, span) for name in windows.day_sets]
    return rows.select(*windows.table.state_key, *sums, *days).where(tells(sums))


def _recent(name: str, day: date, span: int) -> Column:
    first = F.unix_date(F.lit(day - timedelta(span - 1)))
    return F.filter(name, lambda found: found >= first).alias(name)
