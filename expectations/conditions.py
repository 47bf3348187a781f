"""From a suite to conditions on single rows: which rows break which expectation, as Spark columns.

GX says whether a batch keeps an expectation; which rows break it, it tells up to a limit. But each map expectation rests on
a condition metric, and that metric gives the very column that GX itself would count. This module alone knows of those
internals of GX 1.24: the registry's look-ups of expectations, metrics and their arguments, and what a metric returns.
GX is loaded when the first suite is compiled (7 to 17 seconds).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from expectations.gate import SCHEMA_RULES, load_gx
from expectations.rules import subject
from expectations.suites import path, read
from schemas.contract import Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

_WORDS = {
    "expect_column_values_to_not_be_null": "missing",
    "expect_column_values_to_be_in_set": "allowed",
    "expect_column_values_to_match_regex": "shape",
    "expect_column_values_to_be_between": "range",
    "expect_column_pair_values_a_to_be_greater_than_b": "order",
}
_BETWEEN_ROWS = ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique")
"""Map expectations that need a window over the batch, though GX calls one of them a condition on single rows."""

_BATCH = "rows"


@dataclass(frozen=True, slots=True)
class Condition:
    """One expectation on single rows: ``broken`` is true for a row that breaks it, false or NULL for any other."""

    word: str
    columns: tuple[str, ...]
    severity: str
    broken: Column


def suite_hash(table: Table) -> str:
    """SHA-256 of the table's suite as it is kept: it says by which rules a row was judged."""
    return hashlib.sha256(path(table).read_bytes()).hexdigest()


def conditions(table: Table, rows: DataFrame) -> tuple[Condition, ...]:
    """The suite's map expectations that look at single rows, as conditions on frames with the columns of ``rows``.

    Left out are those that compare rows with one another, and those about types, which a typed frame keeps by itself.
    """
    engine = import_module("great_expectations.execution_engine").SparkDFExecutionEngine
    data = import_module("great_expectations.execution_engine.sparkdf_batch_data").SparkDFBatchData
    _loaded()
    judge = engine(persist=False, spark=rows.sparkSession)
    judge.load_batch_data(_BATCH, data(judge, rows))
    metrics = {"table.columns": list(rows.columns), "table.column_types": _types(rows)}
    return tuple(_compiled(judge, read(table)["expectations"], metrics))


def _compiled(judge: Any, expectations: list[dict[str, Any]], metrics: dict[str, Any]) -> Iterator[Condition]:
    for expectation in expectations:
        metric = _condition_metric(judge, expectation["type"])
        if metric:
            broken = _broken(judge, metric, expectation, metrics)
            kwargs = expectation["kwargs"]
            word = _WORDS.get(expectation["type"], expectation["type"].removeprefix("expect_"))
            yield Condition(word, tuple(subject(kwargs).split(", ")), expectation["severity"], broken)


def _condition_metric(judge: Any, kind: str) -> str:
    """The name of the metric that tells broken rows one by one; empty where the expectation has none."""
    registry = _loaded()
    asked = getattr(registry.get_expectation_impl(kind), "map_metric", None)
    name = f"{asked}.condition"
    if not asked or kind in (*SCHEMA_RULES, *_BETWEEN_ROWS) or "SparkDFExecutionEngine" not in _providers(name):
        return ""
    _, provider = registry.get_metric_provider(name, judge)
    return name if provider.metric_fn_type.value == "map_condition_fn" else ""


def _broken(judge: Any, metric: str, expectation: dict[str, Any], metrics: dict[str, Any]) -> Column:
    registry = _loaded()
    configuration = import_module("great_expectations.expectations.expectation_configuration")
    asked = configuration.ExpectationConfiguration(type=expectation["type"], kwargs=expectation["kwargs"])
    told = registry.get_metric_kwargs(metric, asked)
    owner, provider = registry.get_metric_provider(metric, judge)
    found: Column = provider(
        cls=owner,
        execution_engine=judge,
        metric_domain_kwargs=told["metric_domain_kwargs"] | {"batch_id": _BATCH},
        metric_value_kwargs=told["metric_value_kwargs"],
        metrics=metrics,
        runtime_configuration={},
    )[0]
    return found


def _providers(metric: str) -> dict[str, Any]:
    registered = _loaded()._registered_metrics.get(metric, {})  # noqa: SLF001
    found: dict[str, Any] = registered.get("providers", {})
    return found


def _types(rows: DataFrame) -> list[dict[str, Any]]:
    return [{"name": field.name, "type": field.dataType} for field in rows.schema.fields]


@cache
def _loaded() -> Any:
    """GX's registry, once all expectations have entered themselves."""
    load_gx()
    return import_module("great_expectations.expectations.registry")
