"""Test rows that say only what matters: the contract's examples fill the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pyspark.sql import DataFrame, SparkSession

from jobs.lake import schema
from schemas.contract import Column, Table


def frame(spark: SparkSession, table: Table, rows: Sequence[dict[str, Any]]) -> DataFrame:
    """A frame of the table's contract, each row's missing columns filled from the examples (NULL where nullable)."""
    unknown = {name for row in rows for name in row} - set(table.column_names)
    assert not unknown, f"{table.full_name} has no {unknown}"
    filled = [tuple(_value(column, row) for column in table.columns) for row in rows]
    return spark.createDataFrame(filled, schema(table))


def _value(column: Column, row: dict[str, Any]) -> Any:
    value = row.get(column.name, None if column.nullable else column.example)
    if isinstance(value, str) and column.type == "DATE":
        return date.fromisoformat(value)
    if isinstance(value, str) and column.type == "TIMESTAMP":
        return datetime.fromisoformat(value).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return value
