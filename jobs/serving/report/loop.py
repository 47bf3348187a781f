"""The closed loop of a brand's lists: who was met, who was sealed, what both bought, and what the platform returned."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Keys
from jobs.people import with_person
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


def arms(
    target_list: DataFrame, sealed_control: DataFrame, tiles: DataFrame, person: DataFrame, *, brand_id: str, festival: Festival
) -> tuple[Arm, Arm]:
    """Control and treated, everyone who was chosen in the side that the lot gave them, whatever happened to them then.

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
    """The platform's account of each of the brand's lists, oldest first; people are counted by whom the list named."""
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
    owners = person.select(F.col("identifier_hash").alias("chosen_id"), F.col("person_id").alias("owner_id")).distinct()
    known = chosen.withColumnRenamed("person_id", "chosen_id").join(owners, "chosen_id", "left")
    people = known.select(F.coalesce("owner_id", "chosen_id").alias("person_id"), "is_treated")
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
