"""Forgetting in what is encrypted: refused rows, and fields beyond the contract, are opened in memory and searched."""

from __future__ import annotations

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from jobs.changes import ERASED
from jobs.erasure.merge import keys, update
from jobs.identifiers import squeezed
from jobs.lake import Lake
from jobs.landing.forgotten import emptied, erased_hash
from jobs.landing.further import COLUMN, SEALED
from jobs.privacy import QUARANTINE as PURPOSE
from jobs.privacy import VAULT as VAULT_PURPOSE
from jobs.privacy import decrypted
from schemas.contract import IdentifierType, Table
from schemas.landing.quarantine import TABLE as QUARANTINE
from schemas.landing.vault import TABLE as VAULT

_MAP = "MAP<STRING,STRING>"
_SHORTEST = 6


def raw_texts(lake: Lake, erasure: DataFrame, named: DataFrame) -> DataFrame:
    """One row per raw ``text`` that a forgotten person goes by: those named, and what the vault still holds of them.

    Of devices and names, which may be several people's, none; nor texts so short that any row might hold them by chance.
    """
    own = lake.read(VAULT).where(~F.col("identifier_type").isin(list(IdentifierType.SHARED)))
    held = own.join(F.broadcast(erasure), erased_hash(F.col("identifier_hash")) == F.col("erased_hash"), "left_semi")
    opened = held.select(decrypted(F.col("identifier_encrypted"), VAULT_PURPOSE).alias("text"))
    texts = opened.unionByName(named).select(squeezed(F.col("text")).alias("text")).distinct()
    return texts.where(F.length("text") >= _SHORTEST).localCheckpoint()


def empty_refused(lake: Lake, texts: DataFrame, run_id: str) -> int:
    """Have refused rows that hold one of the texts say only that they came; how many."""
    rows = lake.read(QUARANTINE)
    found = _holding(rows.withColumn("opened", decrypted(F.col("row_encrypted"), PURPOSE)), texts)
    named = found.select(*keys(QUARANTINE)).distinct().localCheckpoint()
    days = sorted(row.day for row in named.select("day").distinct().collect())
    if days:
        kept = lake.read(QUARANTINE, days)
        gone = kept.join(F.broadcast(named), list(keys(QUARANTINE)), "left_semi")
        note = {"run": run_id, "kind": ERASED, "days": [str(day) for day in days]}
        rest = kept.join(F.broadcast(named), list(keys(QUARANTINE)), "left_anti").select(*kept.columns)
        lake.replace(QUARANTINE, _renumbered(rest.unionByName(gone.withColumns(emptied()).select(*kept.columns))), days, note)
    return named.count()


def empty_attributes(lake: Lake, table: Table, texts: DataFrame, run_id: str) -> int:
    """Take the sealed fields out of the table's rows where they hold one of the texts; how many rows."""
    rows = lake.read(table).where(F.col(COLUMN)[SEALED].isNotNull())
    opened = rows.withColumn("opened", decrypted(F.unbase64(F.col(COLUMN)[SEALED]), PURPOSE))
    rest = F.map_filter(COLUMN, lambda name, _: name != SEALED).alias(COLUMN)
    found = _holding(opened, texts).dropDuplicates(list(keys(table))).select(*keys(table), rest).localCheckpoint()
    n_found = found.count()
    if n_found:
        update(lake, table, found, [COLUMN], run_id)
    return n_found


def _holding(rows: DataFrame, texts: DataFrame) -> DataFrame:
    """The rows in whose ``opened`` text, or in the values of that JSON object, one of the texts stands."""
    values = F.array_join(F.map_values(F.from_json("opened", _MAP)), " ")
    searched = rows.withColumn("searched", squeezed(F.concat_ws(" ", "opened", values)))
    return searched.join(F.broadcast(texts), F.col("searched").contains(F.col("text")), "left_semi")


def _renumbered(rows: DataFrame) -> DataFrame:
    """The rows, equal ones of a file numbered anew."""
    equal = Window.partitionBy("day", "table_name", "party", "file_name", "row_hash").orderBy("n_copy")
    return rows.withColumn("n_copy", F.row_number().over(equal))
