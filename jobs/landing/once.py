"""Exactly once: which good rows are new, and which repeat another of the batch or one that has landed before."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

_DIGEST = "digest"
_KEY = ("party", "event_id")


def suspects(good: DataFrame, landed: DataFrame) -> DataFrame:
    """64-bit digests of keys that stand more than once among both: eight bytes a row are compared, not the rows."""
    digests = good.select(_digest()).unionAll(landed.select(_digest()))
    return digests.groupBy(_DIGEST).agg(F.count(F.lit(1)).alias("n")).where("n > 1").select(_DIGEST)


def unsuspected(good: DataFrame, suspected: DataFrame) -> DataFrame:
    """The good rows whose key certainly stands once."""
    return good.withColumn(_DIGEST, _digest()).join(suspected, _DIGEST, "left_anti").drop(_DIGEST)


def told_apart(good: DataFrame, suspected: DataFrame, landed: DataFrame) -> DataFrame:
    """The suspected rows with ``is_duplicate``, judged on the full key.

    New is the first of a key by day, then file name, then content; none where the key has landed before.
    """
    rows = good.withColumn(_DIGEST, _digest()).join(suspected, _DIGEST, "left_semi")
    contents = [name for name, kind in good.dtypes if not kind.startswith("map")]
    first = Window.partitionBy(*_KEY).orderBy("day", "file_name", F.xxhash64(*contents))
    before = landed.select(*_KEY).distinct().withColumn("is_known", F.lit(True))
    ranked = rows.drop(_DIGEST).withColumn("n", F.row_number().over(first)).join(before, list(_KEY), "left")
    is_duplicate = (F.col("n") > 1) | F.coalesce("is_known", F.lit(False))
    return ranked.withColumn("is_duplicate", is_duplicate).drop("n", "is_known")


def _digest() -> Column:
    return F.xxhash64(*_KEY).alias(_DIGEST)
