"""How likely a person is to buy a brand: the champion's score for everyone with a portrait and a stage."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.models.champion import Champion
from jobs.models.features import described
from jobs.models.score import scored


def build(brand_stage: DataFrame, user_portrait: DataFrame, *, settings: Settings, model: Champion | None) -> DataFrame:
    """One row per (day, person_id, brand_id) of ``brand_stage``; no rows where no model has been trained yet."""
    if model is None:
        unscored = brand_stage.where(F.lit(False)).withColumn("score", F.lit(0.0)).withColumn("model_version", F.lit(""))
        return unscored.select("day", "person_id", "brand_id", "score", "model_version")
    rated = scored(described(brand_stage, user_portrait), model).withColumn("model_version", F.lit(model.version))
    return rated.select("day", "person_id", "brand_id", "score", "model_version")
