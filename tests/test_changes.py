"""A table of changes says what held on any day, whichever nights were missed or run again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.changes import as_of, begun, difference, is_full, last_night
from jobs.lake import Lake
from schemas import columns as c
from schemas.contract import Column, Table
from tests.frames import frame

TABLE = Table(
    layer="core",
    name="toy",
    doc="A number by name.",
    key=("day", "sku_id"),
    columns=(c.DAY, c.SKU_ID, Column("n", "BIGINT", "Number", example=1), c.IS_GONE),
    kept="changes",
)
RULES = "as ever"
OCTOBER, FIRST, SECOND, THIRD = date(2015, 10, 31), date(2015, 11, 1), date(2015, 11, 2), date(2015, 11, 3)


def _state(spark: SparkSession, day: date, **numbers: int) -> DataFrame:
    return frame(spark, TABLE, [{"day": day, "sku_id": name, "n": n, "is_gone": False} for name, n in numbers.items()])


def _told(rows: DataFrame) -> dict[str, int]:
    return {row.sku_id: row.n for row in rows.collect()}


def _keep(spark: SparkSession, lake: Lake, day: date, **numbers: int) -> int:
    """Keep a state as the runner does; how many rows that took."""
    now = _state(spark, day, **numbers)
    rows = now if is_full(lake, TABLE, day) else difference(TABLE, as_of(lake, TABLE, day), now, day)
    lake.replace(TABLE, rows, [day], {"kind": "night", "days": [str(day)], "reads": {}, "rules": RULES})
    return lake.read(TABLE, [day]).count()


def test_each_night_keeps_what_differs_and_any_night_can_be_read(spark: SparkSession, lake: Lake) -> None:
    nights = {
        OCTOBER: {"a": 1, "b": 1},
        FIRST: {"a": 1, "b": 2},
        SECOND: {"a": 1, "c": 3},
        THIRD: {"a": 1, "b": 2, "c": 3},
    }
    kept = {day: _keep(spark, lake, day, **numbers) for day, numbers in nights.items()}
    assert {day: _told(as_of(lake, TABLE, day)) for day in nights} == nights
    assert kept == {OCTOBER: 2, FIRST: 2, SECOND: 2, THIRD: 1}


def test_the_first_night_of_a_month_keeps_all_rows(spark: SparkSession, lake: Lake) -> None:
    assert _keep(spark, lake, OCTOBER, a=1) == 1
    assert is_full(lake, TABLE, FIRST)
    assert _keep(spark, lake, SECOND, a=1) == 1
    assert is_full(lake, TABLE, SECOND)
    assert not is_full(lake, TABLE, THIRD)
    assert (begun([OCTOBER, SECOND, THIRD]), begun([])) == (SECOND, date.min)


def test_some_keys_are_read_alone(spark: SparkSession, lake: Lake) -> None:
    _keep(spark, lake, FIRST, a=1, b=1)
    _keep(spark, lake, SECOND, a=2)
    assert _told(as_of(lake, TABLE, FIRST, _state(spark, FIRST, b=9, x=9))) == {"b": 1}
    assert _told(as_of(lake, TABLE, SECOND, _state(spark, FIRST, b=9))) == {}


@pytest.mark.parametrize(("day", "last"), [(FIRST, None), (SECOND, FIRST), (THIRD, FIRST)])
def test_a_night_begins_from_the_last_before_it(spark: SparkSession, lake: Lake, day: date, last: date | None) -> None:
    _keep(spark, lake, FIRST, a=1)
    _keep(spark, lake, date(2015, 11, 4), a=1)
    night = last_night(lake, replace(TABLE), day, RULES)
    assert (night.last if night else None) == last


def test_a_night_under_other_rules_begins_from_nothing(spark: SparkSession, lake: Lake) -> None:
    _keep(spark, lake, FIRST, a=1)
    assert last_night(lake, TABLE, SECOND, RULES)
    assert last_night(lake, TABLE, SECOND, "other") is None
