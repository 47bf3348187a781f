"""The closed loop of a brand's lists: who was met, who was sealed, what both bought, and what the platform returned.

Here people are followed from a list to what they did, so only those count who allow it, in both arms alike. The other
figures are totals of turnover, orders and users by entrance, city tier and minute: a party's business statistics, in which
nobody is followed, and which ask nobody.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Keys
from jobs.consent import consented
from jobs.people import known_as, with_person
from jobs.serving.report.festival import Festival
from jobs.serving.returns import resolved
from jobs.stats.difference import GroupSums


class Arm(NamedTuple):
    """One side of the lot: its people, how many bought, and their sums of conversion and of spending."""

    n: int
    n_buyer: int
    conversion: GroupSums
    spend: GroupSums


class Returned(NamedTuple):
    """What one delivered list brought back from the platform."""

    list_id: str
    n_listed: int
    n_reached: int
    n_impression: int
    n_click: int
    cost_fen: int


def measured(lists: DataFrame, consent: DataFrame, person: DataFrame) -> DataFrame:
    """The rows of a list, sealed or not, whose people as they are known now allow to be measured.

    ``consent`` holds all statements up to the report's day, ``person`` its snapshot.
    """
    allowed = consented(consent, person, purpose="measure").where("brand_id IS NULL").select("person_id")
    current = known_as(lists.select(F.col("person_id").alias("listed_id"), "person_id").distinct(), person)
    followed = current.join(allowed, "person_id", "left_semi").select(F.col("listed_id").alias("person_id"))
    return lists.join(followed, "person_id", "left_semi")


def arms(
    target_list: DataFrame, sealed_control: DataFrame, tiles: DataFrame, person: DataFrame, *, brand_id: str, festival: Festival
) -> tuple[Arm, Arm]:
    """Control and treated, everyone who was chosen and is ``measured``, in the side that the lot gave, whatever came then.

    The outcomes are the brand's orders and turnover in the festival's window; the covariate is what the person spent on
    anything before the lists.
    """
    # one row per person_id
    chosen = _current(_of(target_list, brand_id, 1).unionByName(_of(sealed_control, brand_id, 0)), person)
    is_outcome = F.col("day").between(F.lit(festival.opening), F.lit(festival.last)) & (F.col("brand_id") == brand_id)
    is_before = F.col("day") < F.lit(festival.lists[0])
    # one row per person_id
    behaviour = (
        with_person(tiles, person)
        .groupBy("person_id")
        .agg(
            F.sum(F.when(is_outcome, F.col("n_order")).otherwise(0)).alias("n_order"),
            F.sum(F.when(is_outcome, F.col("net_fen")).otherwise(0)).alias("net_fen"),
            F.sum(F.when(is_before, F.col("net_fen")).otherwise(0)).alias("before_fen"),
        )
    )
    followed = chosen.join(behaviour, "person_id", "left").fillna(0)
    summed = followed.groupBy("is_treated").agg(*_sums()).collect()
    found = {row.is_treated: _arm(row.asDict()) for row in summed}
    return found.get(0, _NOBODY), found.get(1, _NOBODY)


def returned(ad_return: DataFrame, target_list: DataFrame, *, brand_id: str, keys: Keys) -> list[Returned]:
    """The platform's account of each of the brand's lists, oldest first; people are counted by whom the list named.

    People are those of the ``measured`` list that is handed in; impressions, clicks and cost are all that was billed.
    """
    listed = target_list.where(F.col("brand_id") == brand_id).groupBy("list_id").agg(F.count(F.lit(1)).alias("n_listed"))
    told = (
        resolved(ad_return.where(F.col("brand_id") == brand_id), target_list, keys)
        .groupBy("list_id")
        .agg(
            F.count_distinct(F.when(F.col("n_impression") > 0, F.col("person_id"))).alias("n_reached"),
            *(F.sum(name).alias(name) for name in ("n_impression", "n_click", "cost_fen")),
        )
    )
    return [Returned(*row) for row in listed.join(told, "list_id").select(*Returned._fields).orderBy("list_id").collect()]


def last_day(rows: list[date], day: date) -> date | None:
    """The newest snapshot at or before the day, else the oldest after it; None where there is none."""
    earlier = [found for found in rows if found <= day]
    return max(earlier) if earlier else min(rows, default=None)


def _of(lists: DataFrame, brand_id: str, is_treated: int) -> DataFrame:
    return lists.where(F.col("brand_id") == brand_id).select("person_id", F.lit(is_treated).alias("is_treated"))


def _current(chosen: DataFrame, person: DataFrame) -> DataFrame:
    """Who the chosen are known as today. Whoever was chosen on both sides, as two people who are now one, is left out."""
    people = known_as(chosen, person)
    sides = people.groupBy("person_id").agg(F.min("is_treated").alias("is_treated"), F.max("is_treated").alias("other"))
    return sides.where("is_treated = other").drop("other")


def _sums() -> list[Column]:
    bought = (F.col("n_order") > 0).cast("double")
    spent, before = F.col("net_fen").cast("double"), F.col("before_fen").cast("double")
    sums = {"buyers": bought, "y": spent, "yy": spent * spent, "x": before, "xx": before * before}
    crossed = {"bought_before": bought * before, "spent_before": spent * before}
    return [F.count(F.lit(1)).alias("n"), *(F.sum(value).alias(name) for name, value in (sums | crossed).items())]


def _arm(row: dict[str, float]) -> Arm:
    n, buyers, x, xx = int(row["n"]), row["buyers"], row["x"], row["xx"]
    conversion = GroupSums(n, buyers, buyers, x, xx, row["bought_before"])
    return Arm(n, int(buyers), conversion, GroupSums(n, row["y"], row["yy"], x, xx, row["spent_before"]))


_NOBODY = Arm(0, 0, GroupSums(0, 0, 0), GroupSums(0, 0, 0))
