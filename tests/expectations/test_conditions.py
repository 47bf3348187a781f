"""A suite compiled for single rows counts what GX itself counts: the contract with GX's internals."""

from __future__ import annotations

from typing import Any

import great_expectations as gx
import pytest
from pyspark.sql import DataFrame, SparkSession

from expectations.conditions import Condition, conditions, suite_hash
from expectations.suites import read
from jobs.lake import schema
from schemas.catalogue import find, layer
from schemas.contract import Table
from tests.frames import frame

SHOPPING, COUPON, ORDER = (find(f"landing.{name}") for name in ("shopping_event", "coupon", "order_event"))
BAD: dict[str, list[dict[str, Any]]] = {
    "shopping_event": [
        {},
        {"action": "teleport"},
        {"action": "teleport", "scene": "moon", "brand_id": "../b01"},
        {"jd_pin_hash": "13800138000"},
        {"oaid_hash": "x"},
        {"oaid_hash": None},
    ],
    "coupon": [
        {},
        {"starts_on": "2015-11-12", "ends_on": "2015-11-11"},
        {"discount_fen": -1, "threshold_fen": -1},
        {"discount_fen": -1},
    ],
    "order_event": [{}, {"quantity": 0}, {"status": "lost"}, {"line_no": 0}, {"paid_fen": -5}],
}


def _counted_by_gx(table: Table, rows: DataFrame) -> dict[tuple[str, tuple[str, ...]], int]:
    """By expectation and columns, the unexpected rows that GX counts."""
    source = gx.get_context(mode="ephemeral").data_sources.add_spark("rows", persist=False)
    batch = source.add_dataframe_asset("rows").add_batch_definition_whole_dataframe("all")
    outcome = batch.get_batch({"dataframe": rows}).validate(gx.ExpectationSuite(**read(table)), result_format="BASIC")
    told: list[tuple[Any, dict[str, Any]]] = [(result.expectation_config, result.result) for result in outcome.results]
    return {(config.type, _columns(config.kwargs)): found.get("unexpected_count", 0) for config, found in told}


def _columns(kwargs: dict[str, Any]) -> tuple[str, ...]:
    return tuple(kwargs[name] for name in ("column", "column_A", "column_B") if name in kwargs)


@pytest.mark.parametrize("table", [SHOPPING, COUPON, ORDER], ids=lambda table: table.name)
def test_each_condition_finds_as_many_rows_as_gx_counts(spark: SparkSession, table: Table) -> None:
    wrong = [{name: value for name, value in row.items() if name in table.column_names} for row in BAD[table.name]]
    rows = frame(spark, table, [{"event_id": f"e{n}"} | row for n, row in enumerate(wrong)]).cache()
    counted = _counted_by_gx(table, rows)
    words = {
        "missing": "expect_column_values_to_not_be_null",
        "allowed": "expect_column_values_to_be_in_set",
        "shape": "expect_column_values_to_match_regex",
        "range": "expect_column_values_to_be_between",
        "order": "expect_column_pair_values_a_to_be_greater_than_b",
    }
    compiled = conditions(table, spark.createDataFrame([], schema(table)))
    found = {(words[rule.word], rule.columns): rows.where(rule.broken).count() for rule in compiled}
    assert found == {key: counted[key] for key in found}
    assert sum(n > 0 for n in found.values()) >= 2
    left_out = {kind for kind, _ in counted.keys() - found.keys()}
    assert left_out == {
        "expect_table_columns_to_match_set",
        "expect_column_values_to_be_of_type",
        "expect_compound_columns_to_be_unique",
    }


def test_a_condition_says_its_columns_and_what_its_breach_means(spark: SparkSession) -> None:
    found = conditions(COUPON, spark.createDataFrame([], schema(COUPON)))
    assert ("order", ("ends_on", "starts_on"), "warning") in {(rule.word, rule.columns, rule.severity) for rule in found}
    assert {type(rule) for rule in found} == {Condition}


def test_every_suite_of_the_landing_layer_compiles(spark: SparkSession) -> None:
    for table in layer("landing"):
        needed = {column.name for column in table.columns if not column.nullable}
        compiled = conditions(table, spark.createDataFrame([], schema(table)))
        assert {rule.columns[0] for rule in compiled if rule.word == "missing"} == needed


def test_the_hash_of_a_suite_is_that_of_its_file() -> None:
    assert len({suite_hash(table) for table in layer("landing")}) == len(layer("landing"))
