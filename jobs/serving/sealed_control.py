"""Who was chosen and held back by lot: the sealed part of the choice, never exported."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.serving.selection import chosen
from schemas.serving.sealed_control import TABLE


def build(
    propensity: DataFrame,
    brand_stage: DataFrame,
    consent: DataFrame,
    person: DataFrame,
    target_list: DataFrame,
    sealed_control: DataFrame,
    *,
    day: date,
    settings: Settings,
) -> DataFrame:
    """One row per (list_id, person_id) that was chosen and sealed."""
    everyone = chosen(propensity, brand_stage, consent, person, target_list, sealed_control, day=day, settings=settings)
    return everyone.where(F.col("is_sealed")).select(*TABLE.column_names)
