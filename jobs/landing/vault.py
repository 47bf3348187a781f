"""``landing.vault``: each identifier once, encrypted, under the pseudonym that stands for it everywhere else."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.landing.judge import is_good, sealed_name
from schemas.contract import Table
from schemas.landing.vault import TABLE


def sealed(judged: DataFrame, table: Table) -> DataFrame:
    """One row per identifier of each good row, with the row's day: as many as were sent."""
    entries = F.array(
        *(
            F.struct(
                F.lit(column.identifier).alias("identifier_type"),
                F.col(column.name).alias("identifier_hash"),
                F.col(sealed_name(column)).alias("identifier_encrypted"),
            )
            for column in table.identifiers
        )
    )
    found = judged.where(is_good()).select("day", F.explode(entries).alias("entry")).select("day", "entry.*")
    return found.where(F.col("identifier_hash").isNotNull())


def once(entries: DataFrame) -> DataFrame:
    """Each identifier once, under its earliest day; its ciphertext is the same wherever it comes from."""
    firsts = entries.groupBy(*TABLE.key, "identifier_encrypted").agg(F.min("day").alias("day"))
    return firsts.select(*TABLE.column_names)


def unknown(entries: DataFrame, vault: DataFrame) -> DataFrame:
    """The entries that the vault does not hold yet."""
    return entries.join(vault.select(*TABLE.key), list(TABLE.key), "left_anti").select(*TABLE.column_names)
