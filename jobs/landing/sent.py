"""What a party sends for a landing table: the fields' names, and a row of them as a struct of texts."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from schemas.contract import Table

_ADDED = ("day", "event_day", "party")


def fields(table: Table) -> tuple[str, ...]:
    """The names of the fields that a party sends for the table."""
    return tuple(column.raw_name for column in table.columns if column.name not in _ADDED)


def required(table: Table) -> tuple[str, ...]:
    """Those of them without which no row is whole."""
    return tuple(column.raw_name for column in table.columns if column.name not in _ADDED and not column.nullable)


def raw_struct(table: Table, present: dict[str, Column]) -> Column:
    """The struct of a row's fields from the columns of their texts; those that the file lacks are NULL."""
    lacking = F.lit(None).cast("STRING")
    return F.struct(*(present.get(name, lacking).cast("STRING").alias(name) for name in fields(table)))


def no_texts() -> Column:
    """No defects, or no further fields."""
    return F.lit(None).cast("ARRAY<STRING>")
