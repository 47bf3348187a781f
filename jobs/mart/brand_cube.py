"""The brand-private data cube (品牌私有数据魔方): a day's tiles by what the people in them have in common."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.people import with_person
from schemas.columns import UNKNOWN
from schemas.mart.brand_cube import TABLE


def build(
    user_brand_day: DataFrame,
    person: DataFrame,
    user_portrait: DataFrame,
    brand_stage: DataFrame,
    *,
    settings: Settings,
) -> DataFrame:
    """One row per cell of the days that are handed in: people with a portrait, as the snapshots describe them."""
    people = user_portrait.select("person_id", "city_tier", "price_band")
    stages = brand_stage.select("person_id", "brand_id", "stage")
    tiles = with_person(user_brand_day.where(F.col("brand_id") != UNKNOWN), person).join(people, "person_id")
    described = tiles.join(stages, ["person_id", "brand_id"], "left").fillna(settings.lifecycle.stage_names[0], ["stage"])
    # one row per cell and person, so that counting rows counts people
    contacts = described.groupBy(*TABLE.key, "person_id").agg(
        *(F.sum(name).alias(name) for name in ("n_touch", "n_order", "net_fen"))
    )
    cells = contacts.groupBy(*TABLE.key).agg(
        F.count(F.lit(1)).alias("n_person"),
        F.sum("n_touch").alias("n_event"),
        F.sum("n_order").alias("n_order"),
        F.sum("net_fen").alias("gmv_fen"),
    )
    return cells.select(*TABLE.column_names)
