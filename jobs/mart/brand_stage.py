"""How far a person has come with a brand: windows per person and brand, and the stages that they amount to."""

from __future__ import annotations

from datetime import date
from functools import reduce
from operator import and_, or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.schemes import BEHAVIOURS, Lifecycle
from conf.settings import Settings
from jobs.changes import Night, Step
from jobs.people import with_person
from jobs.touched import holdings, moved, owners, with_audited
from schemas.columns import UNKNOWN
from schemas.core.account_facet_window import BRAND
from schemas.mart.brand_stage import TABLE

_COUNTED = tuple(name.format(days) for name, windows in BEHAVIOURS.items() for days in windows)


def build(
    account_facet_window: DataFrame, person: DataFrame, user_portrait: DataFrame, *, day: date, settings: Settings
) -> DataFrame:
    """One row per (``person_id``, ``brand_id``) of the accounts handed in, of people with a portrait."""
    known = account_facet_window.where((F.col("facet") == BRAND) & (F.col("value") != UNKNOWN))
    # one row per (person_id, brand_id)
    met = with_person(known, person).groupBy("person_id", F.col("value").alias(BRAND)).agg(*_measures())
    pictured = met.join(user_portrait.select("person_id"), "person_id", "left_semi")
    columns = {
        "day": F.lit(day),
        "last_day": F.date_from_unix_date("last_active"),
        "last_order_day": F.when(F.col("n_order_365d") > 0, F.date_from_unix_date("last_ordered")),
        "stage": stage_of(settings.lifecycle),
        "stage_rank": rank_of(settings.lifecycle),
        "stages": F.array(*(_named(scheme) for _, scheme in sorted(settings.lifecycles.items()))),
        "is_gone": F.lit(False),
    }
    return pictured.withColumns(columns).select(*TABLE.column_names)


def advance(night: Night, *, settings: Settings) -> Step | None:
    """All brands of those who may have changed with one of them; None as a month begins, when every row is made anew.

    Those are the people with changed accounts or identifiers, and those whose portrait changed, began or ended.
    """
    if night.begins_month:
        return None
    changed = owners(night, night.since("account_facet_window").where(F.col("facet") == BRAND))
    pictured = night.since("user_portrait").select("person_id")
    touched = changed.union(moved(night)).union(pictured)
    people, audited = with_audited(night, touched, settings.windows.audited_one_in)
    person, accounts = holdings(night, people)
    facets, portraits = night.some("account_facet_window", accounts), night.some("user_portrait", people)
    return Step(people, build(facets, person, portraits, day=night.day, settings=settings), audited=audited)


def stage_of(lifecycle: Lifecycle) -> Column:
    """The highest stage of which any one condition holds, else the lowest."""
    return _highest(lifecycle, [F.lit(name) for name in lifecycle.stage_names])


def rank_of(lifecycle: Lifecycle) -> Column:
    """That stage's place in the scheme, 1 for the lowest."""
    return _highest(lifecycle, [F.lit(place) for place, _ in enumerate(lifecycle.stages, 1)])


def _highest(lifecycle: Lifecycle, values: list[Column]) -> Column:
    held = [reduce(or_, map(_holds, stage.any_of), F.lit(False)) for stage in lifecycle.stages]
    highest = [F.when(holds, value) for holds, value in zip(held, values, strict=True)]
    return F.coalesce(*reversed(highest), values[0])


def _holds(condition: dict[str, int]) -> Column:
    """True where each behaviour of the condition reaches its least value."""
    return reduce(and_, [F.col(name) >= least for name, least in condition.items()])


def _named(scheme: Lifecycle) -> Column:
    return F.struct(F.lit(scheme.name).alias("scheme"), stage_of(scheme).alias("stage"))


def _measures() -> list[Column]:
    return [
        *(F.sum(name).alias(name) for name in _COUNTED),
        F.max(F.array_max("active_days")).alias("last_active"),
        F.max(F.array_max("order_days")).alias("last_ordered"),
    ]
