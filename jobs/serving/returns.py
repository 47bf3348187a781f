"""Whose a returned pseudonym is: the people of delivered lists, found again under today's and, for a while, the last key."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Keys


def resolved(ad_return: DataFrame, target_list: DataFrame, keys: Keys) -> DataFrame:
    """The returned rows with the ``person_id`` to whom the pseudonym was given; NULL where nobody was, or it has expired.

    What resolves is what stands in ``target_list``: an erased person's pseudonym resolves to nobody.
    """
    # one row per (brand_id, audience_hash)
    given = target_list.groupBy("brand_id", "audience_hash").agg(F.min("person_id").alias("given_id"))
    person_id = F.when(_holds(F.col("audience_hash"), F.col("event_day"), keys), F.col("given_id"))
    matched = ad_return.join(given, ["brand_id", "audience_hash"], "left")
    return matched.select(*ad_return.columns, person_id.alias("person_id"))


def _holds(audience_hash: Column, day: Column, keys: Keys) -> Column:
    """True for a pseudonym of today's version, and for one of the version before until its last day."""
    version = F.split_part(audience_hash, F.lit("_"), F.lit(2)).try_cast("INT")
    is_last = (version == keys.version - 1) & (day <= F.lit(keys.overlap_ends))
    return (version == keys.version) | F.coalesce(is_last, F.lit(False))
