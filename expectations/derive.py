"""From a contract to a suite: what ``schemas/`` says of a row, as GX expectations, then the table's own day-level rules.

The contract gives: the columns and their types, what may not be missing, the words and ranges, the shape of keyed
pseudonyms (so that no raw identifier can pass for one), and the key, which no two rows of a batch may share.
Nothing here loads GX or Spark.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from expectations import rules
from expectations.rules import Rule
from schemas.columns import HASH_EXAMPLE
from schemas.contract import Column, Privacy, Table

FOLDER = Path(__file__).parent
NAMESPACE = uuid5(NAMESPACE_URL, "brandcube/expectations")
"""Under it every suite and rule has one id for ever, as long as it says the same."""

SPARK_TYPES = {
    "STRING": "StringType",
    "INT": "IntegerType",
    "BIGINT": "LongType",
    "DOUBLE": "DoubleType",
    "BOOLEAN": "BooleanType",
    "DATE": "DateType",
    "TIMESTAMP": "TimestampType",
    "BINARY": "BinaryType",
    "MAP": "MapType",
    "ARRAY": "ArrayType",
}
KEYED_HASH = "^[0-9a-f]{64}$"


def contract_rules(table: Table) -> tuple[Rule, ...]:
    """What the contract alone asks of a batch; every breach is critical. Texts are held to their shape where they come in."""
    of_columns = (rule for column in table.columns for rule in _column_rules(column))
    shapes = [rules.matches(column.name, column.pattern) for column in table.columns if column.pattern and table.source]
    return (rules.columns_are(table.column_names), *of_columns, *shapes, rules.unique(table.key))


def day_rules(table: Table) -> tuple[Rule, ...]:
    """The ``RULES`` of ``expectations/<layer>/<table>.py``; none where there is no such file."""
    if not (FOLDER / table.layer / f"{table.name}.py").is_file():
        return ()
    own: tuple[Rule, ...] = import_module(f"expectations.{table.layer}.{table.name}").RULES
    return own


def suite(table: Table) -> dict[str, Any]:
    """The table's suite in the form that GX itself stores: equal contracts and rules give equal bytes."""
    judged_by = (*contract_rules(table), *day_rules(table))
    return {
        "id": str(uuid5(NAMESPACE, table.full_name)),
        "name": table.full_name,
        "notes": table.doc,
        "meta": {},
        "expectations": [_expectation(table, rule) for rule in judged_by],
    }


def _column_rules(column: Column) -> list[Rule]:
    found = [rules.of_type(column.name, SPARK_TYPES[column.type.partition("<")[0]])]
    if not column.nullable:
        found.append(rules.not_null(column.name))
    if column.allowed:
        found.append(rules.in_set(column.name, column.allowed))
    if column.low is not None or column.high is not None:
        found.append(rules.between(column.name, column.low, column.high))
    if column.privacy is Privacy.PSEUDONYM and column.example == HASH_EXAMPLE:
        found.append(rules.matches(column.name, KEYED_HASH))
    return found


def _expectation(table: Table, rule: Rule) -> dict[str, Any]:
    kwargs = dict(rule.kwargs)
    description = kwargs.pop("description", None)
    said = json.dumps([table.full_name, rule.type, kwargs], sort_keys=True, ensure_ascii=False)
    named = {"description": description} if description else {}
    return named | {
        "id": str(uuid5(NAMESPACE, said)),
        "type": rule.type,
        "kwargs": kwargs,
        "severity": rule.severity,
        "meta": {},
    }
