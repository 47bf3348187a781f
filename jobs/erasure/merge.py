"""What only forgetting does to a Delta table: rows found by their key are deleted or emptied, then the files that held them go.

Nobody is named in a statement: Delta keeps its text for ever. Rows are matched against a frame by their key.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pyspark.sql import DataFrame, SparkSession

from jobs.changes import ERASED
from jobs.lake import Lake
from schemas.contract import Table

_VIEW = "brandcube_forgotten"
_NOTE = "spark.databricks.delta.commitInfo.userMetadata"
_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"


def delete(lake: Lake, table: Table, rows: DataFrame, run_id: str) -> None:
    """Delete the table's rows that have the key of one of ``rows``."""
    _merge(lake, table, rows, "DELETE", run_id)


def update(lake: Lake, table: Table, rows: DataFrame, columns: Sequence[str], run_id: str) -> None:
    """Give the table's rows that have the key of one of ``rows`` that row's values of the columns."""
    _merge(lake, table, rows, f"UPDATE SET {', '.join(f't.{name} = s.{name}' for name in columns)}", run_id)


def purge(lake: Lake, table: Table) -> None:
    """Delete the files of everything that the table held once and holds no more; no earlier version can be read again."""
    with _set(lake.spark, _CHECK, "false"):
        lake.spark.sql(f"REORG TABLE delta.`{lake.path(table)}` APPLY (PURGE)")
        lake.spark.sql(f"VACUUM delta.`{lake.path(table)}` FULL RETAIN 0 HOURS")


def keys(table: Table) -> tuple[str, ...]:
    """The columns that find a row: its key, and the partition in which it lies."""
    return tuple(dict.fromkeys((*table.key, table.partitioned_by)))


def _merge(lake: Lake, table: Table, rows: DataFrame, action: str, run_id: str) -> None:
    rows.createOrReplaceTempView(_VIEW)
    is_same = " AND ".join(f"t.{name} = s.{name}" for name in keys(table))
    note = json.dumps({"run": run_id, "kind": ERASED, "days": []}, sort_keys=True)
    with _set(lake.spark, _NOTE, note):
        lake.spark.sql(f"MERGE INTO delta.`{lake.path(table)}` t USING {_VIEW} s ON {is_same} WHEN MATCHED THEN {action}")
    lake.spark.catalog.dropTempView(_VIEW)


@contextmanager
def _set(spark: SparkSession, name: str, value: str) -> Iterator[None]:
    spark.conf.set(name, value)
    try:
        yield
    finally:
        spark.conf.unset(name)
