"""Reading: files of any of the parties' formats become one frame of raw text fields, in memory only."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby

import pyarrow.parquet as pq
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, MapType, StringType, StructField, StructType, TimestampType

from jobs.landing.arrival import Arrival
from schemas.contract import Table

_TORN = "_torn"
_ADDED = ("day", "event_day", "party")
RECEIVED = ("day", "party", "file_name", "is_torn", "line", "raw")
"""The columns of a received frame: ``line`` is the row as it came, ``raw`` the struct of its fields' texts."""


@dataclass(frozen=True)
class Batch:
    """Files of one table, and the way to read some of them into a received frame.

    The rows of a batch that is not counted come beside what was asked for: the consents of an adapter's accounts.
    """

    table: Table
    arrivals: tuple[Arrival, ...]
    read: Callable[[Sequence[Arrival]], DataFrame]
    is_counted: bool = True

    def only(self, arrivals: Iterable[Arrival]) -> Batch:
        """The same with these files."""
        return replace(self, arrivals=tuple(arrivals))


def fields(table: Table) -> tuple[str, ...]:
    """The names of the fields that a party sends for the table."""
    return tuple(column.raw_name for column in table.columns if column.name not in _ADDED)


def received(spark: SparkSession, table: Table, arrivals: Sequence[Arrival]) -> DataFrame:
    """One row per row of the files, with the columns of ``RECEIVED``; files of one layout are read together."""
    by_layout = groupby(sorted(arrivals, key=_layout), key=_layout)
    frames = [_read(spark, table, list(group)) for _, group in by_layout]
    return reduce(DataFrame.unionByName, frames)


def raw_struct(table: Table, present: Iterable[str], value: str = "{}") -> Column:
    """The struct of a row's fields; those that the file lacks are NULL. ``value`` says where a field's text stands."""
    there = set(present)
    return F.struct(
        *(
            (F.col(value.format(f"`{name}`")) if name in there else F.lit(None)).cast("STRING").alias(name)
            for name in fields(table)
        )
    )


def _layout(arrival: Arrival) -> tuple[str, str, str, tuple[str, ...]]:
    """What files must share to be read together: party, kind of day, format, and columns in their order."""
    day = "" if arrival.name.startswith(str(arrival.day)) else str(arrival.day)
    kind = _format(arrival)
    columns = _header(arrival) if kind == "csv" else _parquet(arrival) if kind == "parquet" else ()
    return arrival.party, day, kind, columns


def _format(arrival: Arrival) -> str:
    return arrival.name.removesuffix(".gz").rpartition(".")[2]


def _header(arrival: Arrival) -> tuple[str, ...]:
    opener = gzip.open if arrival.name.endswith(".gz") else open
    with opener(arrival.path, "rt", encoding="utf-8-sig", errors="replace", newline="") as opened:
        names = next(csv.reader(opened), [])
    seen: Counter[str] = Counter()
    return tuple(_told_apart(name.strip(), seen) for name in names)


def _told_apart(name: str, seen: Counter[str]) -> str:
    """The first column of a name keeps it; a second one is no field of any table."""
    seen[name] += 1
    return name if seen[name] == 1 else f"{name}#{seen[name]}"


def _parquet(arrival: Arrival) -> tuple[str, ...]:
    return tuple(f"{field.name} {field.type}" for field in pq.read_schema(arrival.path))


def _read(spark: SparkSession, table: Table, arrivals: Sequence[Arrival]) -> DataFrame:
    party, day, kind, columns = _layout(arrivals[0])
    paths = [str(arrival.path.absolute()) for arrival in arrivals]
    if kind == "jsonl":
        rows = _json_lines(spark, table, paths)
    elif kind == "csv":
        rows = _csv(spark, table, paths, columns)
    else:
        rows = _parquet_rows(spark, table, paths)
    arrived = F.lit(day) if day else F.substring("file_name", 1, 10)
    return rows.withColumns({"day": F.to_date(arrived), "party": F.lit(party)}).select(*RECEIVED)


def _json_lines(spark: SparkSession, table: Table, paths: list[str]) -> DataFrame:
    names = fields(table)
    shape = StructType([StructField(name, StringType()) for name in (*names, _TORN)])
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _TORN}
    lines = spark.read.text(paths).select(F.ltrim("value", F.lit("\ufeff")).alias("line"), _file_name())
    parsed = lines.where(F.trim("line") != "").withColumn("sent", F.from_json("line", shape, options))
    is_torn = F.col("sent").isNull() | F.col(f"sent.{_TORN}").isNotNull()
    return parsed.select("line", "file_name", is_torn.alias("is_torn"), raw_struct(table, names, "sent.{}").alias("raw"))


def _csv(spark: SparkSession, table: Table, paths: list[str], header: tuple[str, ...]) -> DataFrame:
    shape = StructType([StructField(name, StringType()) for name in (*header, _TORN)])
    options = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _TORN, "escape": '"', "encoding": "UTF-8"}
    rows = spark.read.options(**options).option("header", True).schema(shape).csv(paths)
    line = F.coalesce(_TORN, F.to_json(F.struct(*(F.col(f"`{name}`") for name in header)))) if header else F.col(_TORN)
    return rows.select(
        line.alias("line"),
        _file_name(),
        F.col(_TORN).isNotNull().alias("is_torn"),
        raw_struct(table, header).alias("raw"),
    )


def _parquet_rows(spark: SparkSession, table: Table, paths: list[str]) -> DataFrame:
    rows = spark.read.parquet(*paths)
    texts = rows.select(*(_text(field.name, field.dataType) for field in rows.schema), _file_name())
    sent = [f"`{name}`" for name in rows.columns]
    return texts.select(
        F.to_json(F.struct(*sent)).alias("line"),
        "file_name",
        F.lit(False).alias("is_torn"),
        raw_struct(table, rows.columns).alias("raw"),
    )


def _text(name: str, kind: DataType) -> Column:
    field = F.col(f"`{name}`")
    if isinstance(kind, TimestampType):
        return F.unix_millis(field).cast("STRING").alias(name)
    return (F.to_json(field) if isinstance(kind, (ArrayType, MapType, StructType)) else field.cast("STRING")).alias(name)


def _file_name() -> Column:
    return F.col("_metadata.file_name").alias("file_name")
