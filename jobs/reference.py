"""Reference data as the portraits of a month take it: cities' tiers, and what each category's articles cost.

A tier or a price that moves would move everybody. So a month keeps what had arrived by its first day; where nothing had yet,
what arrived first.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

_FIFTHS = [0.2, 0.4, 0.6, 0.8]


def in_effect(rows: DataFrame, day: date) -> DataFrame:
    """The rows that count for the month of the day: those that arrived and speak of a time up to its first day."""
    cut = rows.agg(F.greatest(F.min("day"), F.lit(day.replace(day=1))).alias("cut"))
    counted = rows.crossJoin(F.broadcast(cut)).where((F.col("day") <= F.col("cut")) & (F.col("event_day") <= F.col("cut")))
    return counted.drop("cut")


def arrived_after(rows: DataFrame, last: date) -> bool:
    """True where the first of the rows arrived after the day ``last``: until then there was nothing."""
    first: date | None = rows.agg(F.min("day")).collect()[0][0]
    return first is not None and first > last


def tiers(city: DataFrame) -> DataFrame:
    """One row per ``city_code``: the ``known_tier`` that was sent last."""
    newest = city.groupBy("city_code").agg(F.max(F.struct("event_day", "city_tier")).alias("last"))
    return newest.select("city_code", F.col("last.city_tier").alias("known_tier"))


def prices(product: DataFrame) -> DataFrame:
    """One row per ``category`` with a list price: ``median_fen``, and ``fifth_fen``, the four prices between its fifths."""
    newest = product.groupBy("sku_id").agg(F.max(F.struct("event_day", "list_price_fen", "category")).alias("last"))
    priced = newest.select("last.*").where("list_price_fen IS NOT NULL")
    return priced.groupBy("category").agg(
        F.median("list_price_fen").alias("median_fen"), F.percentile("list_price_fen", _FIFTHS).alias("fifth_fen")
    )
