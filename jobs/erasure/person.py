"""Everything that is somebody's: the pseudonyms that stand in some row beside one that the request names."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.lake import Lake
from jobs.landing.forgotten import token
from schemas.catalogue import tables
from schemas.contract import Table

_ROUNDS = 12
"""More steps than the identity graph takes from one identifier of a person to another."""


def holding_people() -> tuple[Table, ...]:
    """The tables whose contract says that a row is somebody's, or names somebody."""
    return tuple(table for table in tables().values() if table.naming("subject") or table.naming("mention"))


def belonging(lake: Lake, named: DataFrame) -> DataFrame:
    """One row per pseudonym (``hash``) of the people whom ``named`` names, those of ``named`` included.

    Two pseudonyms are one person's where a row of any table is said to be of both: bindings, members, consents, the identity
    graph's snapshots of all days, and what each brand was given.
    """
    found, pairs = named.distinct().localCheckpoint(), _pairs(lake)
    for _ in range(_ROUNDS):
        n_before = found.count()
        beside = pairs.join(F.broadcast(found), "hash").select(F.col("other").alias("hash"))
        found = found.unionByName(beside).distinct().localCheckpoint()
        if found.count() == n_before:
            break
    return found


def _pairs(lake: Lake) -> DataFrame:
    """One row per (``hash``, ``other``) that stand in one row, both ways."""
    both = [table for table in holding_people() if len(table.naming("subject")) > 1 and lake.exists(table)]
    groups = [lake.read(table).select(_together(table)) for table in both]
    none = lake.spark.createDataFrame([], "all ARRAY<STRING>")
    beside = reduce(DataFrame.unionByName, groups, none).where(F.size("all") > 1).distinct()
    each = beside.select("all", F.explode("all").alias("hash")).select("hash", F.explode("all").alias("other"))
    return each.where("hash != other").distinct().localCheckpoint()


def _together(table: Table) -> Column:
    return F.array_compact(F.array(*(token(F.col(column.name)) for column in table.naming("subject")))).alias("all")
