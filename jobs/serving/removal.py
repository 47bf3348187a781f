"""Whom a receiver must take off: people on delivered lists who do not allow it any more, each told once."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.consent import consented
from jobs.people import known_as
from jobs.privacy import REMOVAL, decrypted, encrypted, keyed_hash
from schemas.serving.removal import TABLE, WITHDRAWAL

_RECEIVED = ("brand_id", "destination", "audience_encrypted")


def build(
    target_list: DataFrame,
    export_manifest: DataFrame,
    consent: DataFrame,
    person: DataFrame,
    removal: DataFrame,
    *,
    day: date,
    settings: Settings,
) -> DataFrame:
    """One row per (brand_id, destination, pseudonym) that was delivered before and must go, as it was delivered.

    A withdrawal makes one row; a later list that is delivered after a new grant, and a withdrawal after that, make another.
    Rows that other reasons put into the day stay. A brand that is not served any more is told nothing.
    """
    said = removal.where((F.col("day") < F.lit(day)) | (F.col("reason") != WITHDRAWAL))
    delivered = _delivered(target_list.where(F.col("day") < F.lit(day)), export_manifest)
    allowed = consented(consent, person, purpose="activate")
    denied = known_as(delivered, person).join(allowed, ["person_id", "brand_id"], "left_anti")
    served = denied.where(F.col("brand_id").isin(list(settings.brands)))
    told = said.groupBy(*_RECEIVED).agg(F.max("day").alias("told_day"))
    sealed = served.withColumn("audience_encrypted", audience_encrypted(F.col("audience_hash")))
    due = sealed.join(told, list(_RECEIVED), "left").where("told_day IS NULL OR told_day <= last_day")
    rows = due.select(F.lit(day).alias("day"), F.lit(WITHDRAWAL).alias("reason"), *_RECEIVED).distinct()
    return rows.unionByName(said.where(F.col("day") == F.lit(day))).select(*TABLE.column_names)


def audience_encrypted(audience_hash: Column) -> Column:
    """What stands in the table for a delivered pseudonym: equal ones give equal bytes."""
    return encrypted(audience_hash, REMOVAL, keyed_hash(audience_hash, REMOVAL))


def pending(removal: DataFrame, export_manifest: DataFrame, *, brand_id: str, destination: str, day: date) -> DataFrame:
    """The ``audience_hash`` of everyone whom a delivery of the day must name: those told since the delivery before it."""
    is_theirs = (F.col("brand_id") == brand_id) & (F.col("destination") == destination)
    earlier = export_manifest.where(is_theirs & (F.col("day") < F.lit(day))).agg(F.max("day").alias("last_day"))
    so_far = removal.where(is_theirs & (F.col("day") <= F.lit(day))).crossJoin(earlier)
    since = so_far.where("last_day IS NULL OR day > last_day")
    return since.select(decrypted(F.col("audience_encrypted"), REMOVAL).alias("audience_hash")).distinct()


def received(target_list: DataFrame, export_manifest: DataFrame) -> DataFrame:
    """The lists' rows that reached a receiver, once for each ``destination``."""
    sent = export_manifest.where("n_row > 0").select("list_id", "destination").distinct()
    return target_list.join(sent, "list_id")


def _delivered(target_list: DataFrame, export_manifest: DataFrame) -> DataFrame:
    """One row per (brand_id, destination, person_id, audience_hash): the day of the last list that delivered it there."""
    listed = received(target_list.select("day", "list_id", "brand_id", "person_id", "audience_hash"), export_manifest)
    return listed.groupBy("brand_id", "destination", "person_id", "audience_hash").agg(F.max("day").alias("last_day"))
