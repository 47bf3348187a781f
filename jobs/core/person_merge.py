"""Which account's id went into whose, told from the identity graph."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.changes import Night, Step
from schemas.columns import ACCOUNT_TYPES
from schemas.core.person_merge import TABLE


def build(person: DataFrame, *, day: date, settings: Settings) -> DataFrame:
    """One row per account that belongs to a person of another name: every account else is a person under its own hash."""
    merged = person.where(F.col("identifier_type").isin(*ACCOUNT_TYPES) & (F.col("identifier_hash") != F.col("person_id")))
    told = (F.lit(day).alias("day"), F.col("identifier_hash").alias("person_id"), F.col("person_id").alias("merged_into_id"))
    return merged.select(*told, F.lit(False).alias("is_gone")).select(*TABLE.column_names)


def advance(night: Night, *, settings: Settings) -> Step:
    """The accounts whose row in the identity graph changed."""
    changed = night.differing("person").localCheckpoint()
    now = night.some("person", changed)
    return Step(
        changed.select(F.col("identifier_hash").alias("person_id")).distinct(), build(now, day=night.day, settings=settings)
    )
