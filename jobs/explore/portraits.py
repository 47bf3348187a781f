"""The portrait of a segment against a base: which tags are over- and under-represented, and how surely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import BrandcubeError, UnknownName
from conf.settings import load
from jobs.stats.estimate import Estimate, Z
from jobs.stats.proportion import wilson
from schemas.mart.user_portrait import TAGS

COLUMNS = (
    "tag", "value", "n", "base_n", "share", "share_low", "share_high", "base_share", "tgi", "ci_low", "ci_high",
)  # fmt: skip
NONE = "none"
"""The value of people whose tag is NULL."""


class TooFewPeople(BrandcubeError):
    """A segment or base is smaller than the least number of people that may be looked at together."""


@dataclass(frozen=True)
class Portrait:
    """A segment's tags beside its base's. ``n`` and ``base_n`` are the people of both; ``n_hidden`` groups are not shown."""

    groups: pd.DataFrame
    n: int
    base_n: int
    least_people: int
    n_hidden: int

    @property
    def note(self) -> str:
        """What the numbers rest on, and what is not shown, in one line."""
        hidden = f"{self.n_hidden} groups are hidden so that none under {self.least_people} people can be read or derived"
        return f"Segment of {self.n:,} people, base of {self.base_n:,}; 95 % intervals; {hidden}."

    def table(self) -> pd.DataFrame:
        """One row per tag and value.

        ``n`` and ``base_n`` people; ``share`` of the segment with Wilson's ``share_low`` and ``share_high``; ``base_share``;
        ``tgi`` = 100 * share / base share with ``ci_low`` and ``ci_high``.
        """
        return self.groups.copy()

    def chart(self) -> alt.TopLevelMixin:
        """Each group's TGI with its interval; 100 is the base."""
        points = alt.Chart(self.groups).encode(
            y=alt.Y("label:N", title=None, sort=None),
            tooltip=[*(f"{name}:N" for name in COLUMNS[:2]), *(f"{name}:Q" for name in COLUMNS[2:])],
        ).transform_calculate(label="datum.tag + ' = ' + datum.value")  # fmt: skip
        intervals = points.mark_rule().encode(x=alt.X("ci_low:Q", title="TGI (100 = base)"), x2="ci_high:Q")
        dots = points.mark_point(filled=True, size=60).encode(x="tgi:Q", color=alt.Color("tag:N", legend=None))
        base = alt.Chart(pd.DataFrame({"tgi": [100]})).mark_rule(strokeDash=[4, 4]).encode(x="tgi:Q")
        return alt.layer(base, intervals, dots).properties(title=self.note)


def portrait(
    segment: DataFrame, base: DataFrame, by: Sequence[str] | None = None, *, least_people: int | None = None
) -> Portrait:
    """Compare a segment with its base, tag by tag; both hold one row per person, as ``people`` gives them.

    Without ``by`` these are all tags of few values.

    A group of fewer than ``least_people`` (by default ``activation.least_people``) on either side is hidden; where a tag
    would hide just one, the next smallest goes too, lest the total betray it. Where segment and base overlap without one
    being part of the other, the TGI's interval is wider than it need be, never narrower.
    """
    least = load().activation.least_people if least_people is None else least_people
    by = [tag.name for tag in TAGS if tag.is_group] if by is None else by
    mine, theirs = _counted(segment, by, "n"), _counted(base, by, "base_n")
    n, base_n = segment.count(), base.count()
    for size, name in ((n, "segment"), (base_n, "base")):
        if size < max(least, 1):
            raise TooFewPeople(f"the {name} holds {size} people, fewer than {least}: widen it")
    groups = mine.join(theirs, how="outer").fillna(0).astype(int).sort_index().reset_index()
    shown = groups[~_hidden(groups, least)]
    is_part = segment.join(base, "person_id", "left_semi").count() == n
    return Portrait(_compared(shown, n, base_n, is_part=is_part), n, base_n, least, len(groups) - len(shown))


def tgi(n: int, size: int, base_n: int, base_size: int, *, is_part: bool) -> Estimate:
    """100 times a segment's share over its base's, with the interval on the log scale; all counts above zero.

    For a segment apart from its base the interval is Katz's. For one that is part of it (``is_part``) the two shares rise
    and fall together: the variance is that of the log ratio under multinomial sampling of the base, 0 for the base itself.
    """
    ratio = (n / size) / (base_n / base_size)
    if is_part:
        variance = 1 / n - 1 / size - 1 / base_n - 1 / base_size + 2 * n / (size * base_n)
    else:
        variance = 1 / n - 1 / size + 1 / base_n - 1 / base_size
    reach = math.exp(Z * math.sqrt(max(variance, 0.0)))
    return Estimate(100 * ratio, 100 * ratio / reach, 100 * ratio * reach, size)


def _counted(people: DataFrame, by: Sequence[str], name: str) -> pd.DataFrame:
    """People by tag and value, which are the index; the count stands in the column ``name``."""
    for tag in by:
        if tag not in people.columns:
            raise UnknownName("tag", tag, f"the people have {', '.join(people.columns)}")
    values = [
        F.struct(F.lit(tag).alias("tag"), F.coalesce(F.col(tag).cast("STRING"), F.lit(NONE)).alias("value")) for tag in by
    ]
    tagged = people.select(F.explode(F.array(*values)).alias("group"))
    counted = tagged.groupBy("group.tag", "group.value").agg(F.count(F.lit(1)).alias(name))
    return counted.toPandas().set_index(["tag", "value"])


def _hidden(groups: pd.DataFrame, least: int) -> pd.Series[bool]:
    small = groups[["n", "base_n"]].min(axis=1) < least
    alone = small & (small.groupby(groups["tag"]).transform("sum") == 1)
    for tag in groups.loc[alone, "tag"]:
        others = groups[(groups["tag"] == tag) & ~small]
        small.loc[others["n"].nsmallest(1).index] = True
    return small


def _compared(groups: pd.DataFrame, n: int, base_n: int, *, is_part: bool) -> pd.DataFrame:
    counts = list(zip(groups["n"].tolist(), groups["base_n"].tolist(), strict=True))
    shares = [wilson(mine, n)[:3] for mine, _ in counts]
    indices = [tgi(mine, n, theirs, base_n, is_part=is_part)[:3] for mine, theirs in counts]
    compared = groups.reset_index(drop=True)
    compared = compared.join(pd.DataFrame(shares, columns=["share", "share_low", "share_high"], dtype=float))
    compared = compared.join(pd.DataFrame(indices, columns=["tgi", "ci_low", "ci_high"], dtype=float))
    return compared.assign(base_share=compared["base_n"] / base_n)[list(COLUMNS)]
