"""The lake on disk: the only place that reads and writes Delta tables, but for the deletions of `jobs/erasure/merge.py`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, cast

from deltalake import DeltaTable, Schema
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from conf.errors import ContractError, LakeVersionError
from jobs.serving.folder import replace_file
from schemas.contract import Privacy, Table

FORMAT = 6
"""The version of the lake's layout; a lake of another one is refused."""

_MARK = "brandcube.json"
_NO_STATISTICS = ("STRING", "MAP", "ARRAY", "BINARY", "BOOLEAN")


@dataclass(frozen=True)
class Summary:
    """What a table holds: its days, its rows, and a checksum that does not depend on their order."""

    days: int
    rows: int
    checksum: str


class Lake:
    """All tables under one folder: ``<root>/<layer>/<table>``."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        """Open the lake, or make an empty one; ``LakeVersionError`` where another version made it."""
        self.spark = spark
        self.root = root.absolute()
        self._days: dict[tuple[str, int | None], list[date]] = {}  # by table and version, which never changes
        check_version(self.root)
        if not (self.root / _MARK).exists():
            replace_file(self.root / _MARK, json.dumps({"format": FORMAT}).encode() + b"\n")

    def path(self, table: Table) -> str:
        """Where the table's files are."""
        return str(self.root / table.layer / table.name)

    def exists(self, table: Table) -> bool:
        """True once anything was committed."""
        return self.version(table) is not None

    def read(self, table: Table, days: Sequence[date] | None = None) -> DataFrame:
        """The table's rows, of some partitions or of all; no rows where nothing was ever written."""
        if not self.exists(table):
            return self.spark.createDataFrame([], schema(table))
        rows = self.spark.read.format("delta").load(self.path(table))
        return rows if days is None else rows.where(F.col(table.partitioned_by).isin(list(days)))

    def read_version(self, table: Table, version: int, days: Sequence[date]) -> DataFrame:
        """The rows of some partitions as they stood at a Delta version."""
        rows = self.spark.read.format("delta").option("versionAsOf", version).load(self.path(table))
        return rows.where(F.col(table.partitioned_by).isin(list(days)))

    def replace(
        self, table: Table, rows: DataFrame, days: Sequence[date], note: dict[str, Any], *, is_gathered: bool = False
    ) -> None:
        """Put ``rows`` in the place of all rows whose ``day`` is one of ``days``, in one commit that carries ``note``.

        Rows that are ``is_gathered`` in few pieces are written as they lie; others are brought together by partition first.
        Where there is nothing to replace they are appended: to replace, Delta works out all that the table holds.
        """
        check_columns(table, rows)
        self._create(table)
        listed = ", ".join(f"DATE'{day}'" for day in sorted(days))
        told = rows.withColumn("day", _one_of(days)).select(*table.column_names)
        ready = told if is_gathered else told.hint("rebalance", table.partitioned_by)
        writer = ready.write.format("delta").option("userMetadata", json.dumps(note, sort_keys=True))
        if self._holds_none(table, days):
            writer.mode("append").save(self.path(table))
        else:
            writer.mode("overwrite").option("replaceWhere", f"day IN ({listed})").save(self.path(table))

    def version(self, table: Table) -> int | None:
        """The table's newest Delta version; None where nothing was ever written."""
        logs = sorted((self.root / table.layer / table.name / "_delta_log").glob("*.json"))
        return int(logs[-1].stem) if logs else None

    def notes(self, table: Table) -> list[dict[str, Any]]:
        """What the commits say of themselves, newest first; of those whose log is still there."""
        logs = sorted((Path(self.path(table)) / "_delta_log").glob("*.json"), reverse=True)
        return [json.loads(note) for note in map(_note, logs) if note]

    def noted_since(self, table: Table, version: int | None, fact: str) -> list[str | None]:
        """What each commit after that version notes as its ``run`` or ``kind``, in order; None for one that notes nothing.

        A commit whose log is gone notes nothing either; the commit that made the table is no run's.
        """
        logs = Path(self.path(table)) / "_delta_log"
        later = range((version or 0) + 1, (self.version(table) or 0) + 1)
        return [_noted(logs / f"{number:020d}.json", fact) for number in later]

    def restore(self, table: Table, version: int) -> None:
        """Make the table hold again what it held at the version, in one commit."""
        self.spark.sql(f"RESTORE TABLE delta.`{self.path(table)}` TO VERSION AS OF {version}")

    def days(self, table: Table) -> list[date]:
        """The partitions that hold rows, oldest first."""
        version = (table.full_name, self.version(table))
        if version not in self._days:
            found = DeltaTable(self.path(table)).partitions() if self.exists(table) else []
            self._days[version] = sorted({date.fromisoformat(item[table.partitioned_by]) for item in found})
        return list(self._days[version])

    def changed_days(self, table: Table, since: int | None) -> list[date]:
        """The partitions that were written after version ``since``; all of them where that is None or forgotten."""
        newest = self.version(table)
        if newest is None or since == newest:
            return []
        logs = [
            Path(self.path(table)) / "_delta_log" / f"{version:020d}.json" for version in range((since or 0) + 1, newest + 1)
        ]
        if since is None or not all(log.exists() for log in logs):
            return self.days(table)
        return sorted({day for log in logs for day in _partitions(log, table.partitioned_by)})

    def summary(self, table: Table) -> Summary:
        """Days, rows and checksum in one pass."""
        return summarised(table, self.read(table))

    def _holds_none(self, table: Table, days: Sequence[date]) -> bool:
        """True where the table certainly has no row of the days; it may have none and False be told."""
        if table.partitioned_by == "day":
            return not any(Path(self.path(table), f"day={day}").exists() for day in days)
        return self.version(table) == 0

    def _create(self, table: Table) -> None:
        if self.exists(table):
            return
        shutil.rmtree(self.path(table), ignore_errors=True)  # what a creation that broke off has left
        kept = ",".join(column.name for column in table.columns if _has_statistics(table, column.name))
        DeltaTable.create(
            self.path(table),
            Schema.from_json(schema(table).json()),
            partition_by=[table.partitioned_by],
            configuration={"delta.dataSkippingStatsColumns": kept},
        )


def summarised(table: Table, rows: DataFrame) -> Summary:
    """The summary of some of the table's rows."""
    days, n_rows, checksum = F.count_distinct(F.col("day")), F.count(F.lit(1)), _checksum(table)
    found = rows.agg(days.alias("days"), n_rows.alias("rows"), checksum.alias("sum")).collect()[0]
    return Summary(found.days, found.rows, f"{int(found.sum or 0) % 2**64:016x}")


def schema(table: Table) -> StructType:
    """The contract as a Spark schema."""
    return cast(StructType, StructType.fromDDL(table.ddl))


def check_version(root: Path) -> None:
    """``LakeVersionError`` where the folder holds a lake of another layout, or something else than a lake."""
    mark = root / _MARK
    if mark.exists():
        found = json.loads(mark.read_text()).get("format")
        if found != FORMAT:
            raise LakeVersionError(
                f"{root} is a lake of format {found}, this brandcube reads {FORMAT}: use the brandcube that made it"
            )
    elif root.exists() and any(not path.name.startswith(".") for path in root.iterdir()):
        raise LakeVersionError(f"{root} holds files but no {_MARK}: name an empty folder or a lake")


def check_columns(table: Table, rows: DataFrame) -> None:
    """``ContractError`` where the frame's columns or types are not those of the contract."""
    expected = {field.name: field.dataType.simpleString() for field in schema(table)}
    found = {field.name: field.dataType.simpleString() for field in rows.schema}
    if expected != found:
        odd = sorted(expected.items() ^ found.items())
        raise ContractError(
            f"{table.full_name}: the build and the contract differ in {', '.join(' '.join(item) for item in odd)}"
        )


def _one_of(days: Sequence[date]) -> Column:
    """The rows' ``day``; a row of any other day stops the write."""
    wrong = F.raise_error(F.concat(F.lit("there is a row of another day than those that are written: "), F.col("day")))
    return F.when(F.col("day").isin(list(days)), F.col("day")).otherwise(wrong)


def _noted(log: Path, fact: str) -> str | None:
    """A fact of a commit's own note."""
    note = _note(log)
    return cast(str | None, json.loads(note).get(fact)) if note else None


def _note(log: Path) -> str | None:
    """A commit's own note, as text; None where it has none or its log is gone."""
    if not log.exists():
        return None
    found: dict[str, Any] = next((action["commitInfo"] for action in _actions(log) if "commitInfo" in action), {})
    return cast(str | None, found.get("userMetadata"))


def _actions(log: Path) -> Iterator[dict[str, Any]]:
    """What a commit did, one action a line."""
    with log.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _has_statistics(table: Table, name: str) -> bool:
    """Only columns that identify nobody get minimum and maximum in the Delta log, and of those no text.

    Texts lie scattered through every file, so these would skip none; to gather them was a sixth of what a write costs.
    """
    column = table.column(name)
    plain = column.privacy == Privacy.PUBLIC and not column.type.startswith(_NO_STATISTICS)
    return plain and name != table.partitioned_by


def _partitions(log: Path, column: str) -> Iterator[date]:
    """The partitions of the files that a commit added or removed, but for those of which it only moved the rows."""
    for action in _actions(log):
        for kind in ("add", "remove"):
            if kind in action and action[kind]["dataChange"]:
                yield date.fromisoformat(action[kind]["partitionValues"][column])


def _checksum(table: Table) -> Column:
    """Sum over the rows of the first 60 bits of the MD5 of their columns' text."""
    names = [column.name for column in table.columns if not column.is_physical]
    texts = [F.coalesce(_text(table, name), F.lit("\x1e")) for name in names]
    bits = F.conv(F.substring(F.md5(F.concat_ws("\x1f", *texts)), 1, 15), 16, 10)
    return F.sum(bits.cast("DECIMAL(38,0)"))


def _text(table: Table, name: str) -> Column:
    kind = table.column(name).type
    if kind.startswith("MAP"):
        return F.to_json(F.array_sort(F.map_entries(name)))
    if kind.startswith("ARRAY"):
        return F.to_json(F.array_sort(F.col(name)))
    if kind == "TIMESTAMP":
        return F.unix_micros(name).cast("STRING")
    return F.hex(name) if kind == "BINARY" else F.col(name).cast("STRING")
