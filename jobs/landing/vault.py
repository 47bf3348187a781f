"""``landing.vault``: each identifier once, encrypted, under the pseudonym that stands for it everywhere else."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.landing.judge import identifier_name, is_good
from jobs.privacy import VAULT, encrypted, pseudonym
from schemas import contract
from schemas.columns import BRAND_ID
from schemas.contract import IdentifierType, Table
from schemas.landing.vault import TABLE

_SENT = ("identifier_type", "identifier_plain", BRAND_ID.name)


def sent(judged: DataFrame, table: Table) -> DataFrame:
    """One row per identifier of each good row, with the row's day: as many as were sent, as they were sent.

    ``brand_id`` tells whose member number it is, and is NULL for all others. Texts as they came are a quarter as long as
    their pseudonyms: those are made of the few that differ.
    """
    return reduce(DataFrame.unionByName, (_of(judged, column) for column in table.identifiers))


def unknown(entries: DataFrame, vault: DataFrame) -> DataFrame:
    """Of the identifiers sent those that the vault does not hold yet, each once, under its earliest day, encrypted."""
    once = entries.groupBy(*_SENT).agg(F.min("day").alias("day"))
    named = once.withColumn("identifier_hash", _pseudonym())
    new = named.join(vault.select(*TABLE.key), list(TABLE.key), "left_anti")
    sealed = encrypted(F.col("identifier_plain"), VAULT, F.col("identifier_hash"))
    return new.withColumn("identifier_encrypted", sealed).select(*TABLE.column_names)


def _of(judged: DataFrame, column: contract.Column) -> DataFrame:
    is_member = column.identifier == IdentifierType.MEMBER
    return judged.where(is_good() & F.col(column.name).isNotNull()).select(
        "day",
        F.lit(column.identifier).alias("identifier_type"),
        F.col(identifier_name(column)).alias("identifier_plain"),
        (F.col(BRAND_ID.name) if is_member else F.lit(None).cast("STRING")).alias(BRAND_ID.name),
    )


def _pseudonym() -> Column:
    """The pseudonym of an identifier of any type."""
    told = {kind: pseudonym(F.col("identifier_plain"), kind, F.col(BRAND_ID.name)) for kind in IdentifierType.ALL}
    chosen = [F.when(F.col("identifier_type") == kind, hashed) for kind, hashed in told.items()]
    return F.coalesce(*chosen)
