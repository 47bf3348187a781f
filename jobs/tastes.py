"""What a person prefers: the scene, category, brand and city with the most contacts, and what the person pays."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.people import with_person
from schemas.columns import UNKNOWN

_FAVOURITES = {"scene": "n_touch_90d", "category": "n_touch_90d", "brand_id": "n_touch_90d", "city_code": "n_touch_365d"}
"""The facets that have a favourite, with the contacts that decide it."""

_SUMMED = ("n_touch_90d", "n_touch_365d", "n_item_365d", "spend_365d_fen")


def tastes(account_facet_window: DataFrame, person: DataFrame, prices: DataFrame) -> DataFrame:
    """One row per person with a facet: the favourite of each facet (NULL where there is none) and its share, and prices.

    ``category_price_band`` is that of the favourite category. ``comparable_fen`` is what pieces with a list price in their
    category cost, ``expected_fen`` what they would at its median. A tie goes to the alphabet's first.
    """
    owned = with_person(account_facet_window, person)
    # one row per (person_id, facet, value)
    facets = owned.groupBy("person_id", "facet", "value").agg(*(F.sum(name).alias(name) for name in _SUMMED))
    priced = facets.join(F.broadcast(prices), (F.col("facet") == "category") & (F.col("value") == F.col("category")), "left")
    # one row per person_id
    favoured = priced.withColumn("band", _band()).groupBy("person_id").agg(*map(_favourite, _FAVOURITES), *_paid())
    return favoured.select("person_id", *_named(), "comparable_fen", "expected_fen")


def steps(reached: Sequence[Column]) -> Column:
    """1 and one more for each of the conditions that holds."""
    return reduce(add, [step.cast("INT") for step in reached], F.lit(1))


def _favourite(facet: str) -> Column:
    contacts = F.col(_FAVOURITES[facet])
    counts = (F.col("facet") == facet) & (F.col("value") != UNKNOWN) & (contacts > 0)
    most = F.min(F.when(counts, F.struct((-contacts).alias("order"), "value", "band")))
    return F.struct(most.alias("most"), F.sum(F.when(counts, contacts)).alias("all")).alias(facet)


def _named() -> list[Column]:
    favourites = [F.col(f"{facet}.most.value").alias(facet) for facet in _FAVOURITES]
    shares = [(-F.col(f"{facet}.most.order") / F.col(f"{facet}.all")).alias(f"{facet}_share") for facet in _FAVOURITES]
    return [*favourites, *shares, F.coalesce("category.most.band", F.lit(0)).alias("category_price_band")]


def _paid() -> list[Column]:
    known = F.col("median_fen").isNotNull()
    return [
        F.sum(F.when(known, F.col("spend_365d_fen")).otherwise(0)).alias("comparable_fen"),
        F.sum(F.when(known, F.col("n_item_365d") * F.col("median_fen")).otherwise(0)).alias("expected_fen"),
    ]


def _band() -> Column:
    """The fifth of the category's list prices that the mean price paid is in: 1 up to and with the first of the four cuts."""
    pieces, spend = F.col("n_item_365d"), F.col("spend_365d_fen")
    reached = [spend > F.get("fifth_fen", F.lit(place)) * pieces for place in range(4)]
    return F.when((pieces > 0) & F.col("fifth_fen").isNotNull(), steps(reached)).otherwise(0)
