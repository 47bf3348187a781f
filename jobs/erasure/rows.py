"""Forgetting in the tables: the rows of forgotten people go, others' rows no longer name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.erasure.merge import delete, keys, update
from jobs.lake import Lake
from jobs.landing.arrival import sources
from jobs.landing.forgotten import is_erased
from schemas.contract import Column, IdentifierType, Table
from schemas.landing.vault import TABLE as VAULT


@dataclass(frozen=True)
class Forgotten:
    """What was taken out of one table: rows that went, rows that no longer name somebody, and the days of both."""

    table: str
    deleted: int
    emptied: int
    days: tuple[date, ...]


def forget(lake: Lake, table: Table, erasure: DataFrame, run_id: str) -> Forgotten:
    """Delete the table's rows of forgotten people, and put NULL where another's row mentions one."""
    gone = _matching(lake, table, table.naming("subject"), erasure)
    n_gone = gone.count()
    if n_gone:
        delete(lake, table, gone, run_id)
    mentions = table.naming("mention")
    named = _matching(lake, table, mentions, erasure)
    n_named = named.count()
    if n_named:
        update(lake, table, named, [column.name for column in mentions], run_id)
    days = {row.day for rows in (gone, named) for row in rows.select("day").distinct().collect()}
    return Forgotten(table.full_name, n_gone, n_named, tuple(sorted(days)))


def forget_orphans(lake: Lake, run_id: str) -> int:
    """Delete from the vault the devices and names that no row of any landing table has any more; how many."""
    shared = lake.read(VAULT).where(F.col("identifier_type").isin(list(IdentifierType.SHARED)))
    used = [_used(lake, table, column) for table in sources().values() for column in table.identifiers if lake.exists(table)]
    orphans = reduce(lambda kept, seen: kept.join(seen, "identifier_hash", "left_anti"), used, shared)
    gone = orphans.select(*keys(VAULT)).localCheckpoint()
    n_gone = gone.count()
    if n_gone:
        delete(lake, VAULT, gone, run_id)
    return n_gone


def _used(lake: Lake, table: Table, column: Column) -> DataFrame:
    return lake.read(table).select(F.col(column.name).alias("identifier_hash")).distinct()


def _matching(lake: Lake, table: Table, columns: Sequence[Column], erasure: DataFrame) -> DataFrame:
    """The keys and days of the rows in which one of the columns is a forgotten person's, that column being NULL."""
    rows, flags = lake.read(table), {column.name: f"is_{column.name}" for column in columns}
    for name, flag in flags.items():
        rows = is_erased(rows, name, erasure, flag)
    found = rows.where(reduce(or_, (F.col(flag) for flag in flags.values()), F.lit(False)))
    emptied = [F.when(~F.col(flag), F.col(name)).alias(name) for name, flag in flags.items() if name not in keys(table)]
    return found.select(*dict.fromkeys((*keys(table), "day")), *emptied).localCheckpoint()
