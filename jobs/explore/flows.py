"""Who moved between a brand's stages from one day to another, and who came and went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import altair as alt
import pandas as pd
from pyspark.sql import functions as F

from conf.settings import load
from jobs.explore.opening import check_day, stages
from jobs.explore.portraits import NONE
from jobs.lake import Lake
from jobs.stats.proportion import wilson

COLUMNS = ("from_stage", "to_stage", "n", "base_n", "share", "ci_low", "ci_high")


@dataclass(frozen=True)
class StageFlow:
    """A brand's people by the stage on the first day and that on the second; ``n_hidden`` groups are not shown."""

    flows: pd.DataFrame
    stocks: pd.DataFrame
    brand_id: str
    scheme: str
    days: tuple[date, date]
    least_people: int
    n_hidden: int

    @property
    def note(self) -> str:
        """What the numbers rest on, and what is not shown, in one line."""
        first, last = self.days
        hidden = f"{self.n_hidden} groups are hidden so that none under {self.least_people} people can be read or derived"
        return f"Brand {self.brand_id}, {self.scheme}, {first} to {last}; 95 % intervals; {hidden}."

    def table(self) -> pd.DataFrame:
        """One row per pair of stages that somebody took: ``from_stage`` on the first day, ``to_stage`` on the second.

        'none' is not having met the brand, or having no portrait: a gain comes from there, a loss goes there. ``n`` people of
        the ``base_n`` that the first stage held (of 'none': of all gains); ``share`` with Wilson's ``ci_low`` and ``ci_high``.
        """
        return self.flows.copy()

    def stock(self) -> pd.DataFrame:
        """One row per stage: people at ``start`` and ``end``, missing where they are few or could be derived."""
        return self.stocks.copy()

    def chart(self) -> alt.TopLevelMixin:
        """Where the people of each stage went, as shares of the stage, with their intervals."""
        rows = alt.Chart(self.flows).encode(
            y=alt.Y("label:N", title=None, sort=None),
            tooltip=[*(f"{name}:N" for name in COLUMNS[:2]), *(f"{name}:Q" for name in COLUMNS[2:])],
        ).transform_calculate(label="datum.from_stage + ' → ' + datum.to_stage")  # fmt: skip
        bars = rows.mark_bar(opacity=0.6).encode(
            x=alt.X("share:Q", title="share of the first day's stage"), color=alt.Color("from_stage:N", sort=None, legend=None)
        )
        return alt.layer(bars, rows.mark_rule().encode(x="ci_low:Q", x2="ci_high:Q")).properties(title=self.note)


def stage_flow(
    lake: Lake, brand_id: str, t0: date, t1: date, *, scheme: str | None = None, least_people: int | None = None
) -> StageFlow:
    """The flow between a brand's stages from the end of ``t0`` to the end of ``t1``, as the nights kept them.

    Rows add up to the stages' sizes on ``t0``, columns to those on ``t1``. What later nights learn changes neither. A person is
    who the bank took for one on that day: whoever was merged in between counts as a loss. A group of fewer than
    ``least_people`` (by default ``activation.least_people``) is hidden, with another where it could be derived.
    """
    check_day(lake, t0)
    settings = load()
    lifecycle = settings.scheme(scheme)
    start, end = (stages(lake, day, brand_id, lifecycle.name) for day in (t0, t1))
    moved = start.withColumnRenamed("stage", "from_stage").join(
        end.withColumnRenamed("stage", "to_stage"), "person_id", "full_outer"
    )
    pair = [F.coalesce(name, F.lit(NONE)).alias(name) for name in COLUMNS[:2]]
    counted = moved.groupBy(*pair).agg(F.count(F.lit(1)).alias("n")).toPandas()
    least = settings.activation.least_people if least_people is None else least_people
    n = _square(counted, lifecycle.stage_names)
    hidden = _hidden(n, least)
    return StageFlow(
        _flows(n, hidden), _stocks(n, hidden, least), brand_id, lifecycle.name, (t0, t1), least, int(hidden.sum().sum())
    )


def _square(counted: pd.DataFrame, known: Sequence[str]) -> pd.DataFrame:
    """People by stage before (rows) and after (columns): the stages of the scheme, those it had once, and none."""
    once = sorted({*counted["from_stage"], *counted["to_stage"]} - {*known, NONE})
    names = [*known, *once, NONE]
    square = counted.pivot_table(index="from_stage", columns="to_stage", values="n", aggfunc="sum")
    return square.reindex(index=names, columns=names).fillna(0).astype(int)


def _hidden(n: pd.DataFrame, least: int) -> pd.DataFrame:
    """True where a group is not shown: it is small, or a small one beside it would follow from it and their sum."""
    hidden, before = (n > 0) & (n < least), None
    while before is None or not hidden.equals(before):
        before = hidden
        hidden = _completed(n.T, _completed(n, hidden).T).T
    return hidden


def _completed(n: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    """In each row that hides just one group the smallest other is hidden too."""
    completed = hidden.copy()
    for stage in n.index[hidden.sum(axis=1) == 1]:
        shown = n.loc[stage][(n.loc[stage] > 0) & ~hidden.loc[stage]]
        if not shown.empty:
            completed.loc[stage, shown.idxmin()] = True
    return completed


def _flows(n: pd.DataFrame, hidden: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (
            start,
            end,
            int(n.loc[start, end]),
            int(n.loc[start].sum()),
            *wilson(int(n.loc[start, end]), int(n.loc[start].sum()))[:3],
        )
        for start in n.index
        for end in n.columns
        if n.loc[start, end] > 0 and not hidden.loc[start, end]
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _stocks(n: pd.DataFrame, hidden: pd.DataFrame, least: int) -> pd.DataFrame:
    """Start and end of each stage; where one hidden group alone makes up the rest of a sum, the sum is hidden as well."""
    sides = {"start": (n.T, hidden.T), "end": (n, hidden)}
    stocks = pd.DataFrame({name: people.sum().where(few.sum() != 1) for name, (people, few) in sides.items()}).drop(index=NONE)
    return stocks.where((stocks == 0) | (stocks >= least)).astype("Int64").rename_axis("stage").reset_index()
