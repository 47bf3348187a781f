"""The precise portrait: windows, scores, tastes and life cycle of each person who allows one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import add

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Portrait, Settings
from jobs.consent import consented
from jobs.people import with_person
from jobs.windows import days_since, in_window, summed
from schemas.columns import UNKNOWN
from schemas.contract import IdentifierType
from schemas.mart.user_portrait import TABLE, WINDOWS

_FACETS = ("day", "scene", "category", "brand_id", "city_code")
_SUMMED = ("n_touch", "n_order", "net_fen", "n_share", "n_live", "comparable_fen", "expected_fen")
_TASTE_DAYS = 90


def build(
    user_brand_day: DataFrame,
    person: DataFrame,
    consent: DataFrame,
    city: DataFrame,
    product: DataFrame,
    *,
    day: date,
    settings: Settings,
) -> DataFrame:
    """One row per person who is in the tiles handed in and allows a portrait; a tie goes to the alphabet's first.

    City and price band are taken over all tiles handed in, a year; favourites over 90 days.
    """
    tiles = _priced(with_person(user_brand_day, person), product)
    # one row per person_id
    seen = _facets(tiles, day).groupBy("person_id").agg(*_windows(day), *_tastes(), *_whole())
    allowed = consented(consent, person, purpose="portrait").where("brand_id IS NULL")
    known = seen.join(allowed, "person_id", "left_semi").join(_bound(person), "person_id", "left")
    described = known.join(F.broadcast(_tiers(city)), "city_code", "left").withColumns(_times(day))
    return described.withColumns(_judged(settings.portrait)).select(*TABLE.column_names)


def _priced(tiles: DataFrame, product: DataFrame) -> DataFrame:
    """The tiles with what their pieces cost, and what they would cost at their category's median list price.

    Both are 0 where the category has no list price.
    """
    newest = product.groupBy("sku_id").agg(F.max(F.struct("event_day", "list_price_fen", "category")).alias("last"))
    medians = newest.groupBy("last.category").agg(F.median("last.list_price_fen").alias("median_fen"))
    priced = tiles.join(F.broadcast(medians), "category", "left")
    is_comparable = F.col("median_fen").isNotNull()
    return priced.withColumns(
        {
            "comparable_fen": F.when(is_comparable, F.col("net_fen")).otherwise(0),
            "expected_fen": F.when(is_comparable, F.col("n_item") * F.col("median_fen")).otherwise(0),
        }
    )


def _facets(tiles: DataFrame, day: date) -> DataFrame:
    """One row per person and value of one facet: a day, a scene, a category, a brand or a city; the others are NULL."""
    return tiles.groupingSets([["person_id", facet] for facet in _FACETS], "person_id", *_FACETS).agg(
        *(F.sum(name).alias(name) for name in _SUMMED),
        F.sum(F.when(in_window(day, _TASTE_DAYS), F.col("n_touch")).otherwise(0)).alias("n_recent"),
        F.max(F.col("n_order") > 0).alias("has_order"),
        F.max(F.col("account_type") == IdentifierType.OPENID).alias("has_openid"),
        F.max(F.col("account_type") == IdentifierType.JD_PIN).alias("has_jd_pin"),
    )


def _windows(day: date) -> list[Column]:
    """Sums over the rows of days; rows of other facets have no day and count nothing."""
    active = [F.count(F.when(in_window(day, days), 1)).alias(f"n_active_day_{days}d") for days in WINDOWS]
    return [
        *summed(day, "n_touch", WINDOWS, "n_touch_{}d"),
        *summed(day, "n_order", WINDOWS, "n_order_{}d"),
        *summed(day, "net_fen", WINDOWS, "spend_{}d_fen"),
        *summed(day, "n_share", (_TASTE_DAYS,), "n_share_{}d"),
        *summed(day, "n_live", (_TASTE_DAYS,), "n_live_{}d"),
        *active,
    ]


def _tastes() -> list[Column]:
    """The known value of each facet with the most contacts, NULL where there is none."""
    return [
        _most("scene", F.col("n_recent")).alias("scene"),
        _most("category", F.col("n_recent")).alias("category"),
        _most("brand_id", F.col("n_recent")).alias("favourite_brand_id"),
        _most("city_code", F.col("n_touch")).alias("city_code"),
    ]


def _most(facet: str, contacts: Column) -> Column:
    counts = (F.col(facet) != UNKNOWN) & (contacts > 0)
    return F.min(F.when(counts, F.struct((-contacts).alias("order"), F.col(facet).alias("value"))))["value"]


def _whole() -> list[Column]:
    """What the rows of days say of the whole time."""
    is_day = F.col("day").isNotNull()
    return [
        F.min("day").alias("first_day"),
        F.max("day").alias("last_day"),
        F.max(F.when(F.col("has_order"), F.col("day"))).alias("last_order_day"),
        *(F.sum(F.when(is_day, F.col(name)).otherwise(0)).alias(name) for name in ("comparable_fen", "expected_fen")),
        *(F.max(name).alias(name) for name in ("has_openid", "has_jd_pin")),
    ]


def _bound(person: DataFrame) -> DataFrame:
    """One row per bound person: which parties' accounts are among the identifiers."""
    return person.groupBy("person_id").agg(
        F.max(F.col("identifier_type") == IdentifierType.OPENID).alias("binds_openid"),
        F.max(F.col("identifier_type") == IdentifierType.JD_PIN).alias("binds_jd_pin"),
    )


def _tiers(city: DataFrame) -> DataFrame:
    """One row per city: the tier that was sent last."""
    newest = city.groupBy("city_code").agg(F.max(F.struct("event_day", "city_tier")).alias("last"))
    return newest.select("city_code", F.col("last.city_tier").alias("known_tier"))


def _times(day: date) -> dict[str, Column]:
    has_bought = F.col("n_order_365d") > 0
    return {
        "day": F.lit(day),
        "first_seen_days": days_since(day, F.col("first_day")),
        "last_seen_days": days_since(day, F.col("last_day")),
        "recency_days": F.when(has_bought, days_since(day, F.col("last_order_day"))),
    }


def _judged(rules: Portrait) -> dict[str, Column]:
    recency, orders, spend = F.col("recency_days"), F.col("n_order_365d"), F.col("spend_365d_fen")
    return {
        "city_tier": F.coalesce("known_tier", F.lit(0)),
        "favourite_scene": F.coalesce("scene", F.lit(UNKNOWN)),
        "favourite_category": F.coalesce("category", F.lit(UNKNOWN)),
        "price_band": _price_band(rules),
        "recency_score": _score([recency <= days for days in rules.recency_days]),
        "frequency_score": _score([orders >= least for least in rules.frequency_orders]),
        "monetary_score": _score([spend >= least for least in rules.monetary_fen]),
        "is_on_wechat": F.col("has_openid") | F.coalesce("binds_openid", F.lit(False)),
        "is_on_jd": F.col("has_jd_pin") | F.coalesce("binds_jd_pin", F.lit(False)),
        "lifecycle": _lifecycle(rules),
    }


def _price_band(rules: Portrait) -> Column:
    """1 and one more for each ratio of paid to expected that is reached; 0 where no piece that can be compared was kept."""
    reached = [F.col("comparable_fen") >= ratio * F.col("expected_fen") for ratio in rules.price_band_ratios]
    return F.when(F.col("expected_fen") > 0, _steps(reached)).otherwise(0)


def _score(reached: Sequence[Column]) -> Column:
    return F.when(F.col("recency_days").isNotNull(), _steps(reached)).otherwise(0)


def _steps(reached: Sequence[Column]) -> Column:
    return reduce(add, [step.cast("INT") for step in reached], F.lit(1))


def _lifecycle(rules: Portrait) -> Column:
    """New by the first day in the tiles, else by the last one."""
    first, last = F.col("first_seen_days"), F.col("last_seen_days")
    return (
        F.when(first < rules.new_days, "new")
        .when(last < rules.active_days, "active")
        .when(last < rules.dormant_days, "dormant")
        .otherwise("lost")
    )
