"""Forgotten people whom a party sends again: their rows are counted and kept empty, and others' rows no longer name them."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.landing.judge import identifier_name
from jobs.landing.sent import no_texts
from jobs.privacy import ERASURE, QUARANTINE, QUARANTINE_ROW, encrypted, keyed_hash
from schemas import contract
from schemas.contract import Table

ERASED = "erased"
"""The reason that a forgotten person's row is kept with."""

_HEX = 64


def token(pseudonym: Column) -> Column:
    """The 64 hex characters of a pseudonym, of a brand's without its version."""
    return F.right(pseudonym, F.lit(_HEX))


def erased_hash(pseudonym: Column) -> Column:
    """What ``landing.erasure`` holds of a forgotten person's pseudonym."""
    return keyed_hash(token(pseudonym), ERASURE)


def is_erased(rows: DataFrame, column: str, erasure: DataFrame, name: str) -> DataFrame:
    """The rows with a column of that name: true where the pseudonym is that of somebody who is forgotten."""
    known = F.broadcast(erasure.select(F.col("erased_hash").alias("_erased"), F.lit(True).alias(name)))
    told = rows.join(known, erased_hash(F.col(column)) == F.col("_erased"), "left")
    return told.select(*rows.columns, F.coalesce(name, F.lit(False)).alias(name))


def without_erased(judged: DataFrame, table: Table, erasure: DataFrame) -> DataFrame:
    """The judged rows, those of forgotten people with the reason ``erased`` alone and nothing of what came."""
    flags = {column: f"is_{column.name}" for column in table.columns if column.person}
    told = judged
    for column, flag in flags.items():
        told = is_erased(told, column.name, erasure, flag)
    unnamed = {name: F.when(~F.col(flag), F.col(name)) for column, flag in flags.items() for name in _mentioned(column)}
    is_subject = F.greatest(F.lit(False), F.lit(False), *(F.col(flags[column]) for column in table.naming("subject")))
    told = told.withColumns(unnamed) if unnamed else told
    for name, value in _nothing().items():
        told = told.withColumn(name, F.when(is_subject, value).otherwise(F.col(name)))
    return told.select(*judged.columns)


def emptied() -> dict[str, Column]:
    """What a refused row that is emptied says: that it is ``erased``; all of them have one hash and one ciphertext."""
    row_hash = keyed_hash(F.lit(ERASED), QUARANTINE_ROW)
    sealed = encrypted(F.lit(""), QUARANTINE, row_hash)
    return {"reasons": F.array(F.lit(ERASED)), "row_hash": row_hash, "row_encrypted": sealed}


def _nothing() -> dict[str, Column]:
    """What a judged row that is emptied says."""
    return emptied() | {"warnings": F.array().cast("ARRAY<STRING>"), "further": no_texts()}


def _mentioned(column: contract.Column) -> tuple[str, ...]:
    """The judged columns that name somebody else: the pseudonym and what it stands for."""
    return (column.name, identifier_name(column)) if column.person == "mention" else ()
