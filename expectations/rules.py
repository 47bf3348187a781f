"""The rules that a batch can be judged by: each names one GX expectation with its arguments, as plain data.

Only expectations that GX computes well on Spark are here. Those that look at single rows (null, set, range, shape) share one
aggregate over the batch; those on schema need no Spark job; ``unique`` needs a window of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Severity = Literal["critical", "warning"]
"""``critical`` stops the night; ``warning`` shows in the Data Docs."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One GX expectation: its type, its arguments, and what a breach means."""

    type: str
    kwargs: dict[str, Any]
    severity: Severity = "critical"

    @property
    def subject(self) -> str:
        """The column or columns that the rule is about; empty where it is about the whole table."""
        return subject(self.kwargs)


def subject(kwargs: dict[str, Any]) -> str:
    """The columns that an expectation's arguments name, joined by commas."""
    named = kwargs.get("column_list") or [kwargs[key] for key in ("column", "column_A", "column_B") if key in kwargs]
    return ", ".join(named)


def columns_are(names: Sequence[str]) -> Rule:
    """The batch has these columns and no others, in any order."""
    return Rule("expect_table_columns_to_match_set", {"column_set": list(names)})


def of_type(column: str, spark_type: str) -> Rule:
    """The column has this Spark type, given by its class's name."""
    return Rule("expect_column_values_to_be_of_type", {"column": column, "type_": spark_type})


def not_null(column: str) -> Rule:
    """No row lacks a value."""
    return Rule("expect_column_values_to_not_be_null", {"column": column})


def in_set(column: str, words: Sequence[str | int | float | bool | None]) -> Rule:
    """Every value is one of the words; a missing value is none of this rule's business."""
    return Rule("expect_column_values_to_be_in_set", {"column": column, "value_set": list(words)})


def between(column: str, low: float | None = None, high: float | None = None) -> Rule:
    """Every value lies in the range, its ends included; at least one end is given."""
    ends = {key: end for key, end in (("min_value", low), ("max_value", high)) if end is not None}
    return Rule("expect_column_values_to_be_between", {"column": column} | ends)


def matches(column: str, regex: str) -> Rule:
    """Every value has the shape."""
    return Rule("expect_column_values_to_match_regex", {"column": column, "regex": regex})


def unique(columns: Sequence[str]) -> Rule:
    """No two rows agree in all of the columns."""
    if len(columns) == 1:
        return Rule("expect_column_values_to_be_unique", {"column": columns[0]})
    return Rule("expect_compound_columns_to_be_unique", {"column_list": list(columns)})


def at_least(larger: str, smaller: str, severity: Severity = "critical") -> Rule:
    """In every row that has both, the first column's value is not below the second's.

    Costs two counts of its own: several such pairs in one ``no_rows`` cost less.
    """
    pair = {"column_A": larger, "column_B": smaller, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return Rule("expect_column_pair_values_a_to_be_greater_than_b", pair, severity)


def no_rows(description: str, clause: str) -> Rule:
    """The batch under the SQL clause (WHERE, or GROUP BY and HAVING) is empty; the description says so in words.

    Costs two jobs of its own. No value leaves Spark.
    """
    query = "SELECT 1 FROM {batch} " + clause  # noqa: S608 (clauses are written in this package)
    return Rule("unexpected_rows_expectation", {"description": description, "unexpected_rows_query": query})
