"""``landing.quarantine``: the rows that broke their contract, each with its rules, encrypted."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, Row, Window
from pyspark.sql import functions as F

from expectations.conditions import suite_hash
from jobs.landing.arrival import Arrival
from jobs.landing.judge import CRITICAL, is_good
from schemas.contract import Table
from schemas.landing.quarantine import TABLE


def refused(judged: DataFrame, table: Table) -> DataFrame:
    """One row per judged row that broke a critical rule; equal rows of a file are numbered."""
    equal = Window.partitionBy("day", "file_name", "row_hash").orderBy("party")
    told = {
        "table_name": F.lit(table.name),
        "reasons": F.concat("reasons", "warnings"),
        "severity": F.lit(CRITICAL),
        "suite_sha256": F.lit(suite_hash(table)),
        "n_copy": F.row_number().over(equal),
    }
    return judged.where(~is_good()).withColumns(told).select(*TABLE.column_names)


def listed(quarantine: DataFrame) -> list[Row]:
    """What is kept, never a value: rows by day, table, party, file, reasons, severity and suite, with ``n_row``."""
    names = ("day", "table_name", "party", "file_name", "reasons", "severity", "suite_sha256")
    return quarantine.groupBy(*names).agg(F.count(F.lit(1)).alias("n_row")).orderBy(*names).collect()


def beside(before: DataFrame, arrivals: Sequence[Arrival]) -> DataFrame:
    """The rows of the arrivals' days that came with other files and so stay."""
    files = before.sparkSession.createDataFrame(
        [(item.table.name, item.party, item.name, item.day) for item in arrivals],
        "table_name STRING, party STRING, file_name STRING, day DATE",
    )
    of_the_days = before.where(F.col("day").isin(sorted({item.day for item in arrivals})))
    return of_the_days.join(F.broadcast(files), ["table_name", "party", "file_name", "day"], "left_anti").select(
        *before.columns
    )
