"""A brand's cube rolled up to the dimensions that are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import nan

import altair as alt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import MissingInput, UnknownName
from conf.settings import load
from jobs.lake import Lake
from jobs.stats.proportion import wilson
from schemas.catalogue import find

_CUBE = find("mart.brand_cube")
DIMENSIONS = tuple(name for name in _CUBE.key if name != "brand_id")
OVERLAPPING = ("day", "scene", "category")
"""The dimensions in which one person may stand in several cells; in the others each person has one value."""
MEASURES = (
    "n_person_least", "n_person_most", "n_event", "n_order", "gmv_fen", "base_n_order", "order_share", "ci_low", "ci_high",
)  # fmt: skip


@dataclass(frozen=True)
class Cube:
    """A brand's figures by ``by``; ``n_hidden`` groups of surely fewer than ``least_people`` are not shown."""

    groups: pd.DataFrame
    brand_id: str
    by: tuple[str, ...]
    n_order: int
    least_people: int
    n_hidden: int

    @property
    def note(self) -> str:
        """What the numbers rest on, and what is not shown, in one line."""
        hidden = f"{self.n_hidden} groups of surely fewer than {self.least_people} people are hidden"
        return f"Brand {self.brand_id}, {self.n_order:,} orders net; 95 % intervals; {hidden}."

    def table(self) -> pd.DataFrame:
        """One row per group: the dimensions, then these measures.

        ``n_event``, ``n_order`` and ``gmv_fen`` add up. People do not: there are at least ``n_person_least`` and at most
        ``n_person_most``, which are equal where the grouping separates days, scenes and categories. ``order_share`` is the
        group's part of the brand's ``base_n_order`` orders, with Wilson's interval (orders taken as independent); NaN
        where refunds outweigh the orders.
        """
        return self.groups.copy()

    def chart(self) -> alt.TopLevelMixin:
        """Each group's share of the orders with its interval."""
        label = " + ' / ' + ".join(f"datum['{name}']" for name in self.by) or "'all'"
        groups = self.groups.assign(**{name: self.groups[name].astype(str) for name in self.by})
        rows = alt.Chart(groups).transform_calculate(label=label).encode(
            y=alt.Y("label:N", title=" / ".join(self.by) or None, sort=None),
            tooltip=[*(f"{name}:N" for name in self.by), *(f"{name}:Q" for name in MEASURES)],
        )  # fmt: skip
        bars = rows.mark_bar(opacity=0.6).encode(x=alt.X("order_share:Q", title="share of the brand's orders"))
        intervals = rows.mark_rule().encode(x="ci_low:Q", x2="ci_high:Q")
        return alt.layer(bars, intervals).properties(title=self.note)


def cube(lake: Lake, brand_id: str, days: date | Sequence[date], by: Sequence[str], *, least_people: int | None = None) -> Cube:
    """Roll a brand's cube up over the days to the dimensions ``by``; none of them gives one row.

    Contacts, orders and money add up over any cells. Distinct people add up over city tiers, price bands and stages only:
    over days, scenes and categories the cube can say no more than between which two numbers they are.
    """
    for name in by:
        if name not in DIMENSIONS:
            raise UnknownName("dimension", name, f"the cube has {', '.join(DIMENSIONS)}")
    asked = [days] if isinstance(days, date) else list(days)
    cells = lake.read(_CUBE, asked).where(F.col("brand_id") == brand_id)
    groups = _rolled_up(cells, by).toPandas()
    if groups.empty:
        raise MissingInput(f"brand {brand_id!r} has no cube on {', '.join(map(str, asked))}: run `brandcube night` for the day")
    least = load().activation.least_people if least_people is None else least_people
    orders = int(groups["n_order"].sum())
    shown = groups[groups["n_person_most"] >= least].sort_values(list(by) or ["n_order"], ignore_index=True)
    return Cube(_with_shares(shown, orders, by), brand_id, tuple(by), orders, least, len(groups) - len(shown))


def _rolled_up(cells: DataFrame, by: Sequence[str]) -> DataFrame:
    """One row per group; within a day, scene and category the people of all cells differ from each other."""
    separate = cells.groupBy(*dict.fromkeys((*by, *OVERLAPPING))).agg(
        *(F.sum(name).alias(name) for name in ("n_person", "n_event", "n_order", "gmv_fen"))
    )
    rolled = separate.groupBy(*by).agg(
        F.max("n_person").alias("n_person_least"),
        F.sum("n_person").alias("n_person_most"),
        *(F.sum(name).alias(name) for name in ("n_event", "n_order", "gmv_fen")),
    )
    return rolled.where("n_person_most IS NOT NULL")


def _with_shares(groups: pd.DataFrame, orders: int, by: Sequence[str]) -> pd.DataFrame:
    shares = [
        wilson(n, orders)[:3] if 0 <= n <= orders and orders > 0 else (nan, nan, nan) for n in groups["n_order"].astype(int)
    ]
    intervals = pd.DataFrame(shares, columns=["order_share", "ci_low", "ci_high"], index=groups.index, dtype=float)
    return groups.assign(base_n_order=orders).join(intervals)[[*by, *MEASURES]]
