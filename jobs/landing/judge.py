"""Judging: raw text fields become the contract's types and pseudonyms, and each row learns which rules it broke."""

from __future__ import annotations

from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.identifiers import normalised
from jobs.privacy import QUARANTINE, QUARANTINE_ROW, VAULT, encrypted, keyed_hash, message
from schemas import contract
from schemas.columns import BRAND_ID
from schemas.contract import Table

_LAST_MS = 4_102_444_800_000
"""1 January 2100: what is later is no instant of a log."""

FUTURE = "future:event_day"
_GIVEN = ("day", "party", "file_name", "further")


def judged(rows: DataFrame, table: Table) -> DataFrame:
    """One row per received row, with no raw value left in it.

    The contract's columns; ``file_name``; ``further``, as received; ``reasons``, the rules it broke (none for a good
    row); of a broken row ``row_hash`` and ``row_encrypted``; of a good one ``<column>_encrypted`` for each identifier,
    for the vault.
    """
    sent = [column for column in table.columns if column.name not in ("day", "event_day", "party")]
    texts = [F.nullif(F.col(f"raw.{column.raw_name}"), F.lit("")).alias(_text(column)) for column in sent]
    told = rows.select(*_GIVEN, "defects", "line", *texts)
    typed = told.select("*", *(_value(column, F.col(_text(column))).alias(_plain(column)) for column in sent))
    timed = typed.withColumn("event_day", _event_day(table))
    broken = [reason for column in sent for reason in _reasons(column)] + [_reason(F.col("event_day") > F.col("day"), FUTURE)]
    reasons = F.when(F.col("defects").isNotNull(), F.col("defects")).otherwise(F.array_compact(F.array(*broken)))
    tagged = timed.withColumn("reasons", reasons)
    hashed = tagged.select(
        *_GIVEN,
        "event_day",
        "reasons",
        "line",
        *(_kept(column) for column in sent),
        *map(_plain, table.identifiers),
        _row_hash(),
    )
    return hashed.select(*table.column_names, "file_name", "further", "reasons", "row_hash", _row(), *_sealed(table))


def is_good() -> Column:
    """True for a judged row that broke no rule."""
    return F.size("reasons") == 0


def sealed_name(column: contract.Column) -> str:
    """The judged column that holds an identifier's ciphertext."""
    return f"{column.name}_encrypted"


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


def _reasons(column: contract.Column) -> Iterator[Column]:
    """What may be wrong with one field, each as its rule's id or NULL."""
    text, value, name = F.col(_text(column)), F.col(_plain(column)), column.raw_name
    if not column.nullable:
        yield _reason(text.isNull(), f"missing:{name}")
    if column.identifier or column.type != "STRING":
        yield _reason(text.isNotNull() & value.isNull(), f"{'identifier' if column.identifier else 'type'}:{name}")
    if column.allowed:
        yield _reason(~value.isin(*column.allowed), f"allowed:{name}")
    if column.pattern:
        yield _reason(~value.rlike(column.pattern), f"shape:{name}")
    if column.low is not None:
        yield _reason(value < column.low, f"low:{name}")
    if column.high is not None:
        yield _reason(value > column.high, f"high:{name}")


def _reason(broken: Column, rule: str) -> Column:
    return F.when(broken, F.lit(rule))


def _kept(column: contract.Column) -> Column:
    """What is stored of the field: the value, or an identifier's pseudonym."""
    plain = F.col(_plain(column))
    if not column.identifier:
        return plain.alias(column.name)
    told = message(plain, column.identifier, F.col(_plain(BRAND_ID)))
    return keyed_hash(told, f"joint/{column.identifier}").alias(column.name)


def _row_hash() -> Column:
    return F.when(~is_good(), keyed_hash(F.col("line"), QUARANTINE_ROW)).alias("row_hash")


def _row() -> Column:
    return F.when(~is_good(), encrypted(F.col("line"), QUARANTINE, F.col("row_hash"))).alias("row_encrypted")


def _sealed(table: Table) -> Iterator[Column]:
    for column in table.identifiers:
        sealed = encrypted(F.col(_plain(column)), VAULT, F.col(column.name))
        yield F.when(is_good(), sealed).alias(sealed_name(column))
