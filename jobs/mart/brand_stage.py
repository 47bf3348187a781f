"""How far a person has come with a brand: windows per person and brand, and the stage that they amount to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.errors import UnknownName
from conf.settings import Lifecycle, Settings
from jobs.people import with_person
from jobs.windows import days_since, summed
from schemas.columns import UNKNOWN
from schemas.mart.brand_stage import TABLE


def build(
    user_brand_day: DataFrame, person: DataFrame, user_portrait: DataFrame, *, day: date, settings: Settings
) -> DataFrame:
    """One row per (``person_id``, ``brand_id``) that met within the tiles handed in, of people with a portrait."""
    tiles = with_person(user_brand_day.where(F.col("brand_id") != UNKNOWN), person)
    # one row per (person_id, brand_id)
    met = tiles.groupBy("person_id", "brand_id").agg(*_measures(day))
    pictured = met.join(user_portrait.select("person_id"), "person_id", "left_semi")
    columns = {
        "day": F.lit(day),
        "touch_recency_days": days_since(day, F.col("last_day")),
        "order_recency_days": F.when(F.col("n_order_365d") > 0, days_since(day, F.col("last_order_day"))),
        "stage": stage_of(settings.lifecycle),
    }
    return pictured.withColumns(columns).select(*TABLE.column_names)


def stage_of(lifecycle: Lifecycle) -> Column:
    """The highest stage of which any one condition holds, else the lowest; ``UnknownName`` where it asks for another column."""
    stages = [
        F.when(reduce(or_, [_holds(condition) for condition in stage.any_of], F.lit(False)), stage.name)
        for stage in reversed(lifecycle.stages)
    ]
    return F.coalesce(*stages, F.lit(lifecycle.stages[0].name))


def _measures(day: date) -> list[Column]:
    return [
        *summed(day, "n_touch", (7, 30, 90), "n_touch_{}d"),
        *summed(day, "n_interest", (30, 90), "n_interest_{}d"),
        *summed(day, "n_order", (30, 90, 365), "n_order_{}d"),
        *summed(day, "net_fen", (30, 90, 365), "spend_{}d_fen"),
        F.max("day").alias("last_day"),
        F.max(F.when(F.col("n_order") > 0, F.col("day"))).alias("last_order_day"),
    ]


def _holds(condition: Mapping[str, int]) -> Column:
    """True where each column of the condition reaches its least value."""
    for name in condition:
        if name not in TABLE.column_names:
            raise UnknownName("behaviour", name, f"{TABLE.full_name} has {', '.join(TABLE.column_names)}")
    return reduce(and_, [F.col(name) >= least for name, least in condition.items()])
