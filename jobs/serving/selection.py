"""The one choice behind a list and its sealed control: who is eligible, who is chosen within budget, whom the lot seals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from conf.settings import Brand, Settings
from jobs.consent import consented
from jobs.privacy import SEAL, audience_hash, keyed_hash
from schemas.serving.target_list import TABLE

MOST_LISTS = 2
"""A person is on at most so many lists, sealed or not, of all brands together in any ``CAP_DAYS`` days."""

_HEX_DIGITS = 15


def chosen(
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
    """One row per (list_id, person_id) that today's lists chose, with ``is_sealed``: the contract's columns besides.

    Sealed people count for the caps as listed ones do, so that the lot of one list does not tilt the next. A list whose
    part to deliver would be smaller than ``least_people`` is not made at all.
    """
    met = target_list.select("brand_id", "person_id").unionByName(sealed_control.select("brand_id", "person_id"))
    candidates = _capped(_eligible(propensity, brand_stage, day, settings), met, consented(consent, person, purpose="activate"))
    best = candidates.withColumn("rank", F.row_number().over(Window.partitionBy("brand_id").orderBy(*_best_first())))
    listed = best.where(F.col("rank") <= _by_brand(settings, _budgeted_people))
    list_id = F.concat("brand_id", F.lit(f"-{day:%Y%m%d}"))
    drawn = listed.withColumn("day", F.lit(day)).withColumn("list_id", list_id).withColumn("is_sealed", _lot(list_id, settings))
    n_open = F.sum((~F.col("is_sealed")).cast("int")).over(Window.partitionBy("list_id"))
    large = drawn.withColumn("n_open", n_open).where(F.col("n_open") >= settings.activation.least_people)
    hashed = large.withColumn("audience_hash", _audience_hash(settings))
    return hashed.select(*TABLE.column_names, "is_sealed")


def _eligible(propensity: DataFrame, brand_stage: DataFrame, day: date, settings: Settings) -> DataFrame:
    """Scored people in a stage that their brand draws from, who bought nothing of it lately."""
    brands = [brand for brand in settings.brands.values() if brand.stages]
    wanted = [(F.col("brand_id") == brand.brand_id) & F.col("stage").isin(list(brand.stages)) for brand in brands]
    is_wanted = reduce(Column.__or__, wanted, F.lit(False))
    since = F.date_diff(F.lit(day), "last_order_day")
    waited = F.coalesce(since >= settings.activation.recently_bought_days, F.lit(True))
    open_to = brand_stage.where(is_wanted & waited).select("person_id", "brand_id")
    return propensity.select("person_id", "brand_id", "score", "model_version").join(open_to, ["person_id", "brand_id"])


def _capped(eligible: DataFrame, met: DataFrame, allowed: DataFrame) -> DataFrame:
    """Those who allow it, whom this brand did not meet lately, each for no more brands than the cap still leaves."""
    permitted = eligible.join(allowed, ["person_id", "brand_id"], "left_semi").join(met, ["person_id", "brand_id"], "left_anti")
    # one row per person_id
    earlier = met.groupBy("person_id").agg(F.count(F.lit(1)).alias("n_list"))
    by_person = Window.partitionBy("person_id").orderBy(F.desc("score"), "brand_id")
    ranked = permitted.withColumn("choice", F.row_number().over(by_person)).join(earlier, "person_id", "left")
    return ranked.where(F.col("choice") + F.coalesce("n_list", F.lit(0)) <= MOST_LISTS).drop("choice", "n_list")


def _best_first() -> tuple[Column, ...]:
    """Highest score first; of equal scores a fixed order that favours nobody."""
    return F.desc("score"), F.sha2(F.concat_ws("|", "brand_id", "person_id"), 256), F.col("person_id")


def _lot(list_id: Column, settings: Settings) -> Column:
    """True for the share of people that the keyed lot of this list holds back."""
    drawn = keyed_hash(F.concat_ws("|", list_id, F.col("person_id")), SEAL)
    limit = f"{int(settings.activation.control_share * 16**_HEX_DIGITS):0{_HEX_DIGITS}x}"
    return F.substring(drawn, 1, _HEX_DIGITS) < limit


def _budgeted_people(brand: Brand) -> Column:
    return F.lit(brand.budget_fen // brand.cost_per_person_fen)


def _audience_hash(settings: Settings) -> Column:
    return _by_brand(settings, lambda brand: audience_hash(F.col("person_id"), brand.brand_id))


def _by_brand(settings: Settings, value: Callable[[Brand], Column]) -> Column:
    """A value that depends on the row's brand."""
    cases = [F.when(F.col("brand_id") == brand.brand_id, value(brand)) for brand in settings.brands.values()]
    return F.coalesce(*cases)
