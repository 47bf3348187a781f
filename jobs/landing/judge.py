"""Judging: raw text fields become the contract's types and pseudonyms, and each row learns which rules it broke."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, reduce
from operator import or_

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from expectations.conditions import Condition, conditions, suite_hash
from jobs.identifiers import normalised
from jobs.lake import schema
from jobs.landing.sent import fields
from jobs.privacy import QUARANTINE, QUARANTINE_ROW, encrypted, keyed_hash, pseudonym
from schemas import contract
from schemas.catalogue import find
from schemas.columns import BRAND_ID, SEVERITIES
from schemas.contract import Table

_LAST_MS = 4_102_444_800_000
"""1 January 2100: what is later is no instant of a log."""

FUTURE = "future:event_day"
CRITICAL = SEVERITIES[0]
_MISSING, _SHAPE = "missing", "shape"
_GIVEN = ("day", "party", "file_name", "further")


def judged(rows: DataFrame, table: Table) -> DataFrame:
    """One row per received row, with no raw value left in it but the normal forms of a good row's identifiers.

    The contract's columns; ``file_name``; ``further``, as received; ``reasons``, the rules whose breach refuses a row (none for
    a good one): what could not be read first, then the suite's critical expectations; ``warnings``, its other ones that
    the row broke; of a broken row ``row_hash`` and ``row_encrypted``; of a good one ``<column>_plain`` for each identifier,
    which the vault encrypts where it does not hold it yet. Until then it is in memory, or where Spark's own encryption
    covers it (``jobs/session.py``).
    """
    sent = [column for column in table.columns if column.raw_name in fields(table)]
    texts = [F.nullif(F.col(f"raw.{column.raw_name}"), F.lit("")).alias(_text(column)) for column in sent]
    told = rows.select(*_GIVEN, "defects", "line", *texts)
    typed = told.select("*", *(_value(column, F.col(_text(column))).alias(_plain(column)) for column in sent))
    timed = typed.withColumn("event_day", _event_day(table))
    carried = (*map(_text, sent), *map(_plain, sent))
    hashed = timed.select(*_GIVEN, "event_day", "defects", "line", *carried, *(_kept(column) for column in sent))
    rules = _rules(rows.sparkSession, table.full_name, suite_hash(table))
    tagged = hashed.withColumns({"reasons": _reasons(sent, table, rules), "warnings": _warnings(table, rules)})
    hashed_rows = tagged.withColumn("row_hash", _row_hash())
    of_row = ("file_name", "further", "reasons", "warnings", "row_hash")
    return hashed_rows.select(*table.column_names, *of_row, _row(), *_identifiers(table))


def is_good() -> Column:
    """True for a judged row that broke no rule."""
    return F.size("reasons") == 0


def identifier_name(column: contract.Column) -> str:
    """The judged column that holds an identifier's normal form."""
    return f"{column.name}_plain"


def _text(column: contract.Column) -> str:
    return f"text_{column.name}"


def _plain(column: contract.Column) -> str:
    return f"plain_{column.name}"


def _value(column: contract.Column, text: Column) -> Column:
    """The text as the contract's type, NULL where it is none; for an identifier its normal form."""
    if column.identifier:
        return normalised(text, column.identifier)
    if column.type == "STRING":
        return text
    if column.type == "TIMESTAMP":
        millis = text.try_cast("BIGINT")
        return F.when(millis.between(0, _LAST_MS), F.timestamp_millis(millis))
    if column.type == "DATE":
        return F.when(text.rlike(r"\A\d{4}-\d\d-\d\d\z"), text.try_cast("DATE"))
    if column.type.startswith("MAP"):
        return F.from_json(text, column.type)
    return text.try_cast(column.type)


def _event_day(table: Table) -> Column:
    """The Shanghai date of the event; a reference row is of the day on which it arrived."""
    return F.to_date("plain_event_at") if "event_at" in table.column_names else F.col("day")


@cache
def _rules(spark: SparkSession, name: str, _: str) -> tuple[Condition, ...]:
    """What the table's suite, which has this hash, asks of the fields that a party sends.

    A pseudonym's shape is that of every keyed hash, so it is not looked at again.
    """
    table = find(name)
    sent = {column.name for column in table.columns if column.raw_name in fields(table)}
    found = conditions(table, spark.createDataFrame([], schema(table)))
    hashes = {column.name for column in table.identifiers}
    asked = [rule for rule in found if sent.issuperset(rule.columns)]
    return tuple(rule for rule in asked if not (rule.word == _SHAPE and hashes.issuperset(rule.columns)))


def _reasons(sent: list[contract.Column], table: Table, rules: tuple[Condition, ...]) -> Column:
    """What refuses a row: its defects, else the ids of the rules that it broke."""
    unread = [told for column in sent for told in _unread(column)]
    broken = [(_rule_id(rule, table), _broken(rule, table)) for rule in rules if rule.severity == CRITICAL]
    told = _listed([*unread, *broken, (FUTURE, F.col("event_day") > F.col("day"))])
    return F.when(F.col("defects").isNotNull(), F.col("defects")).otherwise(told)


def _warnings(table: Table, rules: tuple[Condition, ...]) -> Column:
    """The ids of the rules that a row broke and that refuse none."""
    broken = [(_rule_id(rule, table), _broken(rule, table)) for rule in rules if rule.severity != CRITICAL]
    return F.when(F.col("defects").isNull(), _listed(broken)).otherwise(_no_rules())


def _listed(broken: list[tuple[str, Column]]) -> Column:
    """The ids of the rules that a row broke; a list is made of them for the few rows only that broke any."""
    told = F.array_compact(F.array(*(F.when(is_broken, F.lit(rule)) for rule, is_broken in broken)))
    return F.when(reduce(or_, (is_broken for _, is_broken in broken)), told).otherwise(_no_rules()) if broken else _no_rules()


def _no_rules() -> Column:
    return F.array().cast("ARRAY<STRING>")


def _unread(column: contract.Column) -> Iterator[tuple[str, Column]]:
    """What was sent and could not be read as what it should be: a rule's id, and where it is broken."""
    if column.identifier or column.type != "STRING":
        is_unread = F.col(_text(column)).isNotNull() & F.col(_plain(column)).isNull()
        yield f"{'identifier' if column.identifier else 'type'}:{column.raw_name}", is_unread


def _broken(rule: Condition, table: Table) -> Column:
    """The rule's condition; what could not be read is not missing too."""
    if rule.word != _MISSING:
        return rule.broken
    return rule.broken & F.col(_text(table.column(rule.columns[0]))).isNull()


def _rule_id(rule: Condition, table: Table) -> str:
    return f"{rule.word}:{','.join(table.column(name).raw_name for name in rule.columns)}"


def _kept(column: contract.Column) -> Column:
    """What is stored of the field: the value, or an identifier's pseudonym."""
    plain = F.col(_plain(column))
    if not column.identifier:
        return plain.alias(column.name)
    return pseudonym(plain, column.identifier, F.col(_plain(BRAND_ID))).alias(column.name)


def _row_hash() -> Column:
    return F.when(~is_good(), keyed_hash(F.col("line"), QUARANTINE_ROW)).alias("row_hash")


def _row() -> Column:
    return F.when(~is_good(), encrypted(F.col("line"), QUARANTINE, F.col("row_hash"))).alias("row_encrypted")


def _identifiers(table: Table) -> Iterator[Column]:
    for column in table.identifiers:
        yield F.when(is_good(), F.col(_plain(column))).alias(identifier_name(column))
