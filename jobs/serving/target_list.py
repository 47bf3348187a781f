"""Whom a brand should meet next: the open part of the choice, what an export delivers."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.serving.selection import chosen
from schemas.serving.target_list import TABLE


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
    """One row per (list_id, person_id) that was chosen and not sealed."""
    everyone = chosen(propensity, brand_stage, consent, person, target_list, sealed_control, day=day, settings=settings)
    return everyone.where(~F.col("is_sealed")).select(*TABLE.column_names)
