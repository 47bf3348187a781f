"""What the report asks of the lake: each answer one Spark aggregate, small enough to hold in hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.people import with_person
from jobs.serving.report.festival import Festival
from jobs.stats.ratio import PairSums
from schemas.columns import ENTRANCES

RIVAL = "rival_day_gmv_fen"
LOW_TIERS = (3, 4, 5, 6)

_IS_ENTRANCE = f"scene IN {ENTRANCES}"


class Day(NamedTuple):
    """One day's net turnover: in all, and through the two entrances."""

    day: date
    net_fen: int
    entrance_fen: int
    entrance_orders: int


class Entrances(NamedTuple):
    """Sales and orders through the entrances: November's against October's, by account."""

    sales: PairSums
    orders: PairSums


class Registered(NamedTuple):
    """New users of one day through one scene."""

    day: date
    scene: str
    n: int


class Tier(NamedTuple):
    """One city tier: how many people had a contact, and what was bought from it. 0 is where the city is unknown."""

    tier: int
    n_person: int
    net_fen: int


class Minute(NamedTuple):
    """Net turnover of one minute since the opening, and the sum of its orders' squared amounts."""

    minute: int
    net_fen: int
    squares: float
    n_order: int


def days(tiles: DataFrame) -> list[Day]:
    """Net turnover by day, oldest first."""
    entrance = F.expr(_IS_ENTRANCE)
    summed = tiles.groupBy("day").agg(
        F.sum("net_fen").alias("net_fen"),
        F.sum(F.when(entrance, F.col("net_fen")).otherwise(0)).alias("entrance_fen"),
        F.sum(F.when(entrance, F.col("n_order")).otherwise(0)).alias("entrance_orders"),
    )
    return [Day(*row) for row in summed.orderBy("day").collect()]


def entrances(tiles: DataFrame, festival: Festival) -> Entrances:
    """The sums that figures 1 and 3 rest on: the peak day's sales and the window's orders beside October's."""
    parts = {
        "sales_a": _within([festival.peak], "net_fen"),
        "sales_b": _within(festival.october, "net_fen"),
        "orders_a": _within(festival.window, "n_order"),
        "orders_b": _within(festival.october_window, "n_order"),
    }
    # one row per account
    accounts = (
        tiles.where(_IS_ENTRANCE)
        .groupBy("account_type", "account_hash")
        .agg(*(F.sum(part).cast("double").alias(name) for name, part in parts.items()))
    )
    row = accounts.agg(*pair_sums("sales"), *pair_sums("orders")).collect()[0].asDict()
    return Entrances(pair_of(row, "sales"), pair_of(row, "orders"))


def registered(touch: DataFrame) -> list[Registered]:
    """New users by day and scene."""
    counted = touch.where("action = 'register'").groupBy("day", "scene").agg(F.count(F.lit(1)).alias("n"))
    return [Registered(*row) for row in counted.orderBy("day", "scene").collect()]


def tiers(tiles: DataFrame, person: DataFrame, city: DataFrame) -> tuple[list[Tier], PairSums]:
    """People and turnover by city tier, and each person's spending from lower (a) and upper tiers (b) in sums.

    A person lives in the city of most of their contacts; turnover counts where the order came from.
    """
    known = city.groupBy("city_code").agg(F.max_by("city_tier", "event_day").alias("tier"))
    placed = with_person(tiles, person).join(F.broadcast(known), "city_code", "left").fillna(0, ["tier"])
    # one row per (person_id, tier)
    at_home = placed.groupBy("person_id", "tier").agg(F.sum("n_touch").alias("n_touch"), F.sum("net_fen").alias("net_fen"))
    # one row per person_id
    people = at_home.groupBy("person_id").agg(
        F.max_by("tier", F.struct(F.col("tier") > 0, "n_touch", "tier")).alias("tier"),
        F.sum("n_touch").alias("n_touch"),
        F.sum(F.when(F.col("tier").isin(*LOW_TIERS), F.col("net_fen")).otherwise(0)).cast("double").alias("gmv_a"),
        F.sum(F.when(F.col("tier").isin(1, 2), F.col("net_fen")).otherwise(0)).cast("double").alias("gmv_b"),
    )
    users = people.where("n_touch > 0").groupBy("tier").agg(F.count(F.lit(1)).alias("n_person"))
    money = at_home.groupBy("tier").agg(F.sum("net_fen").alias("net_fen"))
    rows = users.join(money, "tier", "full").fillna(0).select("tier", "n_person", "net_fen").orderBy("tier").collect()
    return [Tier(*row) for row in rows], pair_of(people.agg(*pair_sums("gmv")).collect()[0].asDict(), "gmv")


def minutes(order_line: DataFrame, opening: date) -> list[Minute]:
    """Net turnover by minute since the opening's midnight in Shanghai; minutes without an order are left out."""
    start = F.unix_timestamp(F.to_timestamp(F.lit(f"{opening} 00:00:00")))
    minute = F.floor((F.unix_timestamp("event_at") - start) / 60).cast("int").alias("minute")
    # one row per (minute, order_id)
    orders = order_line.groupBy(minute, "order_id").agg(F.sum("net_fen").alias("net_fen"))
    summed = orders.groupBy("minute").agg(
        F.sum("net_fen").alias("net_fen"),
        F.sum(F.pow(F.col("net_fen").cast("double"), F.lit(2.0))).alias("squares"),
        F.count(F.lit(1)).alias("n_order"),
    )
    return [Minute(*row) for row in summed.orderBy("minute").collect()]


def rival(benchmark: DataFrame) -> list[tuple[int, float]]:
    """The rival's turnover in fen by minute of its one day, as it was last published."""
    told = benchmark.where(F.col("metric") == RIVAL).groupBy("period").agg(F.max_by("figure", "day").alias("figure"))
    return sorted((int(row.period), float(row.figure)) for row in told.collect())


def pair_sums(name: str) -> list[Column]:
    """The aggregates of a :class:`PairSums` over the double columns ``<name>_a`` and ``<name>_b``."""
    a, b = F.col(f"{name}_a"), F.col(f"{name}_b")
    sums = {"n": F.when((a != 0) | (b != 0), 1.0), "a": a, "b": b, "aa": a * a, "bb": b * b, "ab": a * b}
    return [F.coalesce(F.sum(value), F.lit(0.0)).alias(f"{name}_{key}_sum") for key, value in sums.items()]


def pair_of(row: dict[str, float], name: str) -> PairSums:
    """The sums out of the row that ``pair_sums`` made."""
    n, *rest = (row[f"{name}_{key}_sum"] for key in ("n", "a", "b", "aa", "bb", "ab"))
    return PairSums(int(n), *rest)


def _within(wanted: Sequence[date], measure: str) -> Column:
    return F.when(F.col("day").isin(list(wanted)), F.col(measure)).otherwise(0)
