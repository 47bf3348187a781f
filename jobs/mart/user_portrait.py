"""The precise portrait: windows, scores, tastes and life cycle of each person who allows one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Portrait, Settings
from jobs.changes import Night, Step
from jobs.consent import about, by_account, consented
from jobs.people import with_person
from jobs.recency import days_since
from jobs.reference import arrived_after, in_effect, prices, tiers
from jobs.tastes import steps, tastes
from jobs.touched import holdings, moved, owners, with_audited
from schemas.columns import UNKNOWN
from schemas.contract import IdentifierType
from schemas.mart.user_portrait import TABLE, WINDOWS

_SUMMED = (
    *(name.format(days) for name in ("n_touch_{}d", "n_order_{}d", "spend_{}d_fen") for days in WINDOWS),
    *("n_share_90d", "n_live_90d", "n_opened_365d", "n_joined_365d", "n_brought_365d", "n_led_365d", "n_led_link_365d"),
    "n_coupon_365d",
    *("n_promised_365d", "n_kept_365d", "n_returned_365d", "n_rated_365d", "n_star_365d"),
)


def build(
    account_window: DataFrame,
    account_facet_window: DataFrame,
    first_order: DataFrame,
    person: DataFrame,
    consent: DataFrame,
    city: DataFrame,
    product: DataFrame,
    *,
    day: date,
    settings: Settings,
) -> DataFrame:
    """One row per person who allows a portrait and owns an account that is handed in: sums over all of the person's accounts.

    City tiers and list prices are those that the day's month began with.
    """
    # one row per person_id
    seen = with_person(account_window, person).groupBy("person_id").agg(*_summed())
    allowed = consented(consent, person, purpose="portrait").where("brand_id IS NULL")
    known = seen.join(allowed, "person_id", "left_semi")
    preferred = tastes(account_facet_window, person, prices(in_effect(product, day)))
    for told in (preferred, _firsts(first_order, person), _bound(person)):
        known = known.join(told, "person_id", "left")
    placed = known.join(F.broadcast(tiers(in_effect(city, day))), "city_code", "left").withColumn("day", F.lit(day))
    dated = placed.withColumns(_dates(settings.portrait))
    return dated.withColumns({**_told(), **_judged(settings.portrait)}).select(*TABLE.column_names)


def advance(night: Night, *, settings: Settings) -> Step | None:
    """The portraits of those who may have changed; None where everybody may: as a month begins, or with the first references.

    Those are the people with changed accounts, first orders, identifiers or consent, and those for whom a number of days that a
    score or the life cycle turns on passed since the last night.
    """
    if night.begins_month or _is_new(night):
        return None
    people, audited = with_audited(night, _touched(night, settings.portrait), settings.windows.audited_one_in)
    person, accounts = holdings(night, people)
    rows = build(
        night.some("account_window", accounts),
        night.some("account_facet_window", accounts),
        night.some("first_order", accounts),
        person,
        about(night.now("consent"), accounts),
        night.now("city"),
        night.now("product"),
        day=night.day,
        settings=settings,
    )
    told = rows.join(F.broadcast(people), "person_id", "left_semi").select(*TABLE.column_names)
    return Step(people, told, audited=audited)


def _touched(night: Night, rules: Portrait) -> DataFrame:
    changed = [night.since(name) for name in ("account_window", "account_facet_window", "first_order")]
    accounts = [rows.select("account_type", "account_hash") for rows in (*changed, by_account(night.since("consent")))]
    acted = owners(night, reduce(DataFrame.union, accounts))
    return acted.union(moved(night)).union(_turned(night, rules))


def _turned(night: Night, rules: Portrait) -> DataFrame:
    """The people with a date that is by now as many days ago as a score or life cycle turns on, and was not the last night."""
    has_turned = [
        (F.col(name) > F.lit(night.last - timedelta(days))) & (F.col(name) <= F.lit(night.day - timedelta(days)))
        for name, days in _turns(rules)
    ]
    return night.rows().where(reduce(or_, has_turned)).select("person_id")


def _turns(rules: Portrait) -> Iterator[tuple[str, int]]:
    """The dates on which something turns, with the number of days after which it does."""
    yield from (("last_order_day", days + 1) for days in rules.recency_days)
    yield "first_day", rules.new_days
    yield "last_day", rules.active_days
    yield "last_day", rules.dormant_days
    yield "regained_day", rules.active_days


def _is_new(night: Night) -> bool:
    """True where the month's reference data came only after the last night."""
    return any(arrived_after(night.now(name), night.last) for name in ("city", "product"))


def _summed() -> list[Column]:
    days = F.array_sort(F.array_distinct(F.flatten(F.collect_list("active_days"))))
    return [
        *(F.sum(name).alias(name) for name in _SUMMED),
        days.alias("active_days"),
        F.max(F.array_max("order_days")).alias("ordered"),
        F.max(F.col("account_type") == IdentifierType.OPENID).alias("has_openid"),
        F.max(F.col("account_type") == IdentifierType.JD_PIN).alias("has_jd_pin"),
    ]


def _firsts(first_order: DataFrame, person: DataFrame) -> DataFrame:
    """One row per person who ever bought: the first order of all of the person's accounts."""
    first = F.min(F.struct("first_order_at", "first_order_day", "scene")).alias("first")
    firsts = with_person(first_order, person).groupBy("person_id").agg(first)
    return firsts.select("person_id", "first.first_order_day", F.col("first.scene").alias("first_order_scene"))


def _bound(person: DataFrame) -> DataFrame:
    """One row per bound person: which parties' accounts are among the identifiers."""
    return person.groupBy("person_id").agg(
        F.max(F.col("identifier_type") == IdentifierType.OPENID).alias("binds_openid"),
        F.max(F.col("identifier_type") == IdentifierType.JD_PIN).alias("binds_jd_pin"),
    )


def _dates(rules: Portrait) -> dict[str, Column]:
    """The dates that days are counted from; an active day is regained where the one before lies ``dormant_days`` back."""
    regained = F.filter("active_days", lambda day, place: day - F.get("active_days", place - 1) >= rules.dormant_days)
    return {
        "first_day": F.date_from_unix_date(F.array_min("active_days")),
        "last_day": F.date_from_unix_date(F.array_max("active_days")),
        "last_order_day": F.when(F.col("n_order_365d") > 0, F.date_from_unix_date("ordered")),
        "regained_day": F.date_from_unix_date(F.array_max(regained)),
    }


def _told() -> dict[str, Column]:
    opens, joins = F.col("n_opened_365d") > 0, F.col("n_joined_365d") > 0
    orders = F.col("n_order_365d")
    used = F.least(F.greatest("n_coupon_365d", F.lit(0)), orders)
    return {
        "city_tier": F.coalesce("known_tier", F.lit(0)),
        "city_share": F.col("city_code_share"),
        "favourite_scene": F.coalesce("scene", F.lit(UNKNOWN)),
        "favourite_category": F.coalesce("category", F.lit(UNKNOWN)),
        "favourite_brand_id": F.col("brand_id"),
        "brand_share": F.col("brand_id_share"),
        "category_price_band": F.coalesce("category_price_band", F.lit(0)),
        "coupon_share": F.when(orders > 0, used / orders),
        "share_role": F.when(opens & joins, "both").when(opens, "initiator").when(joins, "joiner").otherwise("none"),
        "k_factor": _share("n_brought_365d", "n_opened_365d"),
        "share_depth": _share("n_led_link_365d", "n_led_365d"),
        "promise_kept_share": _share("n_kept_365d", "n_promised_365d"),
        "mean_stars": _share("n_star_365d", "n_rated_365d"),
        "is_on_wechat": F.col("has_openid") | F.coalesce("binds_openid", F.lit(False)),
        "is_on_jd": F.col("has_jd_pin") | F.coalesce("binds_jd_pin", F.lit(False)),
        "is_gone": F.lit(False),
    }


def _share(part: str, whole: str) -> Column:
    """A part of a whole, NULL where there is none."""
    return F.when(F.col(whole) > 0, F.col(part) / F.col(whole))


def _judged(rules: Portrait) -> dict[str, Column]:
    recency, orders, spend = days_since("last_order_day"), F.col("n_order_365d"), F.col("spend_365d_fen")
    return {
        "price_band": _price_band(rules),
        "recency_score": _score([recency <= days for days in rules.recency_days]),
        "frequency_score": _score([orders >= least for least in rules.frequency_orders]),
        "monetary_score": _score([spend >= least for least in rules.monetary_fen]),
        "lifecycle": _lifecycle(rules),
    }


def _price_band(rules: Portrait) -> Column:
    """1 and one more for each ratio of paid to expected that is reached; 0 where no piece that can be compared was kept."""
    reached = [F.col("comparable_fen") >= ratio * F.col("expected_fen") for ratio in rules.price_band_ratios]
    return F.when(F.col("expected_fen") > 0, steps(reached)).otherwise(0)


def _score(reached: Sequence[Column]) -> Column:
    return F.when(F.col("last_order_day").isNotNull(), steps(reached)).otherwise(0)


def _lifecycle(rules: Portrait) -> Column:
    """New by the first active day of the year, else by the last; whoever lately came back from a long absence is regained."""
    last = days_since("last_day")
    return (
        F.when(days_since("first_day") < rules.new_days, "new")
        .when((last < rules.active_days) & (days_since("regained_day") < rules.active_days), "regained")
        .when(last < rules.active_days, "active")
        .when(last < rules.dormant_days, "dormant")
        .otherwise("lost")
    )
