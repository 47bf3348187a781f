"""Reading: files of any of the parties' formats become one frame of raw text fields, in memory only."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType, StructField, StructType

from conf.settings import Landing
from jobs.landing import further, json_lines
from jobs.landing.arrival import Arrival
from jobs.landing.cells import as_text, fits
from jobs.landing.inspection import ENCODING, Findings, inspected
from jobs.landing.sent import fields, no_texts, raw_struct, required
from schemas.contract import Table

TORN, OVERSIZE = "torn", "oversize"
MISSING_COLUMN = "missing_column"
RECEIVED = ("day", "party", "file_name", "defects", "further", "line", "raw")
"""The columns of a received frame: ``defects`` what is wrong with the row before its fields are judged (NULL: nothing),
``further`` the names of its fields beyond the contract, ``line`` the row as it came, ``raw`` the struct of its fields' texts.
"""

_TORN = "_torn"
_PERMISSIVE = {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": _TORN}
_NO_TEXT = "\ufffd"


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


@dataclass(frozen=True)
class _Layout:
    """What files must share to be read together; ``day`` is empty where each file's name begins with its own."""

    party: str
    day: str
    kind: str
    findings: Findings
    habits: json_lines.Habits

    @classmethod
    def of(cls, table: Table, limits: Landing, arrival: Arrival) -> _Layout:
        findings = inspected(arrival.path, limits)
        habits = json_lines.Habits.of(table, findings.sample)
        day = "" if arrival.name.startswith(str(arrival.day)) else str(arrival.day)
        return cls(arrival.party, day, arrival.kind, findings, habits)


def received(spark: SparkSession, table: Table, limits: Landing, arrivals: Sequence[Arrival]) -> DataFrame:
    """One row per row of the files, with the columns of ``RECEIVED``; files of one layout are read together.

    Of a file that is refused whole there is one row, with the reason and no content.
    """
    laid = sorted(((_Layout.of(table, limits, item), item) for item in arrivals), key=lambda pair: repr(pair[0]))
    frames = []
    for layout, group in groupby(laid, key=lambda pair: pair[0]):
        rows = _read(spark, table, limits, layout, [item for _, item in group])
        arrived = F.lit(layout.day) if layout.day else F.substring("file_name", 1, 10)
        frames.append(rows.withColumns({"day": F.to_date(arrived), "party": F.lit(layout.party)}).select(*RECEIVED))
    return reduce(DataFrame.unionByName, frames)


def read_again(table: Table, lines: DataFrame) -> DataFrame:
    """Received rows from ``day``, ``party``, ``file_name`` and ``line``, a JSON object of the row's fields."""
    parsed = lines.withColumn("own", F.from_json("line", _shape(table), _PERMISSIVE))
    defects = _first({TORN: F.col("own").isNull() | F.col(f"own.{_TORN}").isNotNull()})
    own = {name: F.col(f"own.{name}") for name in fields(table)}
    beyond = json_lines.beyond(table, F.col("line"))
    return parsed.select("day", "party", "file_name", *_told(table, own, beyond, defects, F.col("line")))


def _shape(table: Table) -> StructType:
    """What a line is read as: the texts of the table's fields, and the line itself where it is no object."""
    return StructType([StructField(name, StringType()) for name in (*fields(table), _TORN)])


def _read(spark: SparkSession, table: Table, limits: Landing, layout: _Layout, arrivals: list[Arrival]) -> DataFrame:
    if layout.findings.defect:
        return _refused(spark, table, layout.findings.defect, arrivals)
    if layout.kind != "jsonl" and not layout.findings.columns:
        return _refused(spark, table, "", [])
    paths = [_escaped(arrival) for arrival in arrivals]
    read = {"jsonl": _json_lines, "csv": _csv, "parquet": _parquet}[layout.kind]
    return read(spark, table, limits, paths, layout)


def _refused(spark: SparkSession, table: Table, defect: str, arrivals: list[Arrival]) -> DataFrame:
    files = spark.createDataFrame([(item.name,) for item in arrivals], "file_name STRING")
    told = {"defects": F.array(F.lit(defect)), "further": no_texts(), "line": F.lit(""), "raw": raw_struct(table, {})}
    return files.withColumns(told)


def _json_lines(spark: SparkSession, table: Table, limits: Landing, paths: list[str], layout: _Layout) -> DataFrame:
    lines = spark.read.text(paths).select(F.ltrim("value", F.lit("\ufeff")).alias("line"), _file_name())
    parsed = lines.where(F.trim("line") != "").withColumn("own", F.from_json("line", _shape(table), _PERMISSIVE))
    line, is_plain = F.col("line"), F.col("is_plain")
    told = parsed.withColumn("is_plain", json_lines.is_plain(table, line, "own", layout.habits))
    is_whole = F.col("own").isNotNull() & F.col(f"own.{_TORN}").isNull() & (is_plain | json_lines.is_one_object(line))
    is_text = is_plain | ~json_lines.has_half_characters(line)
    if not layout.findings.is_utf8:
        is_text = F.is_valid_utf8(line) & is_text
        line = F.when(F.is_valid_utf8(line), line).otherwise(F.base64(line.cast("BINARY")))
    defects = _first({OVERSIZE: F.octet_length("line") > limits.most_row_bytes, ENCODING: ~is_text, TORN: ~is_whole})
    checked = told.select("own", "file_name", "is_plain", line.alias("line"), defects.alias("defects"))
    is_odd = F.col("defects").isNull() & ~is_plain
    rows = checked.withColumn("beyond", F.when(is_odd, json_lines.beyond(table, F.col("line"))))
    own = {name: F.col(f"own.{name}") for name in fields(table)}
    return rows.select("file_name", *_told(table, own, F.col("beyond"), F.col("defects"), F.col("line")))


def _csv(spark: SparkSession, table: Table, limits: Landing, paths: list[str], layout: _Layout) -> DataFrame:
    """Columns by their place, so that no heading can disturb the reading."""
    header, findings = layout.findings.columns, layout.findings
    cells = {name: F.col(f"c{place}") for place, name in enumerate(header)}
    shape = StructType([StructField(name, StringType()) for name in (*(f"c{place}" for place in range(len(header))), _TORN)])
    options = {**_PERMISSIVE, "escape": '"', "encoding": "UTF-8"}
    rows = spark.read.options(**options, multiLine=findings.has_long_cells).option("header", True).schema(shape).csv(paths)
    is_broken = {OVERSIZE: _n_bytes([*cells.values(), F.col(_TORN)]) > limits.most_row_bytes}
    line = F.coalesce(_TORN, _object(cells))
    if not findings.is_utf8:
        is_broken[ENCODING] = F.contains(line, F.lit(_NO_TEXT))
    is_broken[TORN] = F.col(_TORN).isNotNull()
    return _columnar(rows, table, cells, _first(is_broken), line)


def _parquet(spark: SparkSession, table: Table, limits: Landing, paths: list[str], _: _Layout) -> DataFrame:
    rows = spark.read.parquet(*paths)
    kinds: dict[str, DataType] = {field.name: field.dataType for field in rows.schema}
    cells = {name: as_text(_named(name), kind) for name, kind in kinds.items()}
    unfit = [column for column in table.columns if column.raw_name in kinds and not fits(column, kinds[column.raw_name])]
    changed = [F.when(_named(item.raw_name).isNotNull(), F.lit(f"type:{item.raw_name}")) for item in unfit]
    broken = F.array_compact(F.array(*changed)) if changed else no_texts()
    oversize = F.array(F.lit(OVERSIZE))
    defects = F.when(_n_bytes(cells.values()) > limits.most_row_bytes, oversize).when(F.size(broken) > 0, broken)
    return _columnar(rows, table, cells, defects, _object(cells))


def _columnar(rows: DataFrame, table: Table, cells: dict[str, Column], defects: Column, line: Column) -> DataFrame:
    """The received rows of files whose columns are known before they are read."""
    lacking = [F.lit(f"{MISSING_COLUMN}:{name}") for name in required(table) if name not in cells]
    unknown = {name: cell for name, cell in cells.items() if name not in fields(table)}
    pairs = [part for name, cell in unknown.items() for part in (F.lit(name), F.nullif(cell, F.lit("")))]
    beyond = F.map_filter(F.create_map(*pairs), lambda _, text: text.isNotNull()) if unknown and not lacking else None
    broken = F.coalesce(defects, F.array(*lacking)) if lacking else defects
    return rows.select(_file_name(), *_told(table, cells, beyond, broken, line))


def _told(table: Table, own: dict[str, Column], beyond: Column | None, defects: Column, line: Column) -> Iterable[Column]:
    """What every received row has; fields beyond the contract become attributes."""
    ours = own.get(further.COLUMN, F.lit(None).cast("STRING"))
    beyond = F.lit(None).cast("MAP<STRING,STRING>") if beyond is None else beyond
    raw = raw_struct(table, own | {further.COLUMN: further.attributes(ours, beyond)})
    return defects.alias("defects"), further.names(beyond).alias("further"), line.alias("line"), raw.alias("raw")


def _first(is_broken: dict[str, Column]) -> Column:
    """The first reason that holds, alone in an array; NULL where none does."""
    chosen = [F.when(broken, F.array(F.lit(reason))) for reason, broken in is_broken.items()]
    return F.coalesce(*chosen, no_texts())


def _n_bytes(cells: Iterable[Column]) -> Column:
    return reduce(Column.__add__, (F.coalesce(F.octet_length(cell), F.lit(0)) for cell in cells), F.lit(0))


def _object(cells: dict[str, Column]) -> Column:
    return F.to_json(F.struct(*(cell.alias(name) for name, cell in cells.items()))) if cells else F.lit("{}")


def _named(name: str) -> Column:
    return F.col("`" + name.replace("`", "``") + "`")


def _escaped(arrival: Arrival) -> str:
    """The path as Spark reads it, in which no sign stands for others."""
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", str(arrival.path.absolute()))


def _file_name() -> Column:
    return F.col("_metadata.file_name").alias("file_name")
