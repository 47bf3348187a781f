"""What the propensity model knows of a person and a brand: each feature stated once, for training and for scoring."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.people import with_person
from jobs.recency import dated, days_since

LABEL = "is_buyer"
"""1.0 where the person bought the brand within the horizon, else 0.0."""

OF_BRAND = (
    *(f"n_touch_{days}d" for days in (7, 30, 90)),
    *(f"n_interest_{days}d" for days in (30, 90)),
    *(f"n_order_{days}d" for days in (30, 90, 365)),
    *(f"spend_{days}d_fen" for days in (30, 90, 365)),
)
"""Columns of ``mart.brand_stage`` that are features as they are."""

SINCE = {"touch_recency_days": "last_day", "order_recency_days": "last_order_day"}
"""Features that are the days since a date of ``mart.brand_stage``."""

OF_PERSON = (
    "city_tier",
    "price_band",
    *(f"n_touch_{days}d" for days in (7, 30, 90)),
    *(f"n_active_day_{days}d" for days in (30, 90)),
    *(f"n_order_{days}d" for days in (30, 90, 365)),
    *(f"spend_{days}d_fen" for days in (30, 90, 365)),
    "recency_days",
    "recency_score",
    "frequency_score",
    "monetary_score",
    "n_share_90d",
    "n_live_90d",
    "is_on_wechat",
    "is_on_jd",
)
"""Tags of ``mart.user_portrait`` that are features as they are."""

NAMES = (
    *(f"brand_{name}" for name in (*OF_BRAND, *SINCE)),
    *(f"person_{name}" for name in OF_PERSON),
    "stage_rank",
    "is_favourite_brand",
)
"""The features in the order in which the model takes them."""


def described(brand_stage: DataFrame, user_portrait: DataFrame) -> DataFrame:
    """One row per (day, person_id, brand_id) with all features as doubles, NULL where a thing never happened."""
    since = {name: days_since(last) for name, last in SINCE.items()}
    stage, portrait = brand_stage.withColumns(since).alias("stage"), dated(user_portrait).alias("portrait")
    met = stage.join(
        portrait, (F.col("stage.day") == F.col("portrait.day")) & (F.col("stage.person_id") == F.col("portrait.person_id"))
    )
    return met.select("stage.day", "stage.person_id", "stage.brand_id", *_features())


def labelled(
    brand_stage: DataFrame, user_portrait: DataFrame, order_line: DataFrame, person: DataFrame, *, day: date, settings: Settings
) -> DataFrame:
    """The features as of ``day`` with the label of the days that followed, up to the model's horizon.

    ``brand_stage`` and ``user_portrait`` are as of the end of ``day``. A buyer has orders, net of what was given back
    within the horizon. One row per (person_id, brand_id).
    """
    last = day + timedelta(days=settings.model.horizon_days)
    followed = order_line.where(F.col("day").between(F.lit(day) + F.expr("INTERVAL 1 DAY"), F.lit(last)))
    # one row per (person_id, brand_id)
    buyers = (
        with_person(followed, person)
        .groupBy("person_id", "brand_id")
        .agg(F.sum("n_order").alias("n_order"))
        .where("n_order > 0")
    )
    label = F.when(F.col("n_order").isNotNull(), 1.0).otherwise(0.0).alias(LABEL)
    known = described(brand_stage, user_portrait)
    return known.join(buyers, ["person_id", "brand_id"], "left").select("person_id", "brand_id", *NAMES, label)


def _features() -> list[Column]:
    is_favourite = F.coalesce(F.col("portrait.favourite_brand_id") == F.col("stage.brand_id"), F.lit(False))
    values = [F.col(f"stage.{name}") for name in (*OF_BRAND, *SINCE)] + [F.col(f"portrait.{name}") for name in OF_PERSON]
    return [
        value.cast("double").alias(name)
        for name, value in zip(NAMES, [*values, F.col("stage.stage_rank"), is_favourite], strict=True)
    ]
