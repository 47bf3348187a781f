"""The tags of a portrait: what each means, what it is made from, and of how many people it is known."""

from __future__ import annotations

from dataclasses import dataclass

import altair as alt
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import load
from jobs.explore.portraits import TooFewPeople
from jobs.stats.proportion import wilson
from schemas.mart.user_portrait import TAGS
from schemas.tags import Tag

COLUMNS = ("tag", "meaning", "source", "window", "n", "base_n", "share", "ci_low", "ci_high")


@dataclass(frozen=True)
class Tags:
    """The tags of some people; ``n_hidden`` tags have no number, since few people have the tag, or few lack it."""

    groups: pd.DataFrame
    base_n: int
    least_people: int
    n_hidden: int

    @property
    def note(self) -> str:
        """What the numbers rest on, and what is not shown, in one line."""
        hidden = f"{self.n_hidden} numbers are hidden so that none under {self.least_people} people can be read or derived"
        return f"{len(self.groups)} tags of {self.base_n:,} people; 95 % intervals; {hidden}."

    def table(self) -> pd.DataFrame:
        """One row per tag: its meaning, source and window, and the ``n`` of ``base_n`` people of whom it is known.

        ``share`` has Wilson's ``ci_low`` and ``ci_high``. Where the number is hidden it is missing, and so are they.
        """
        return self.groups.copy()

    def chart(self) -> alt.TopLevelMixin:
        """For each tag the share of the people of whom it is known, with its interval."""
        rows = alt.Chart(self.groups).encode(
            y=alt.Y("tag:N", title=None, sort=None), tooltip=[*(f"{name}:N" for name in COLUMNS[:4]), "n:Q", "share:Q"]
        )  # fmt: skip
        bars = rows.mark_bar(opacity=0.6).encode(x=alt.X("share:Q", title="share of whom it is known"))
        return alt.layer(bars, rows.mark_rule().encode(x="ci_low:Q", x2="ci_high:Q")).properties(title=self.note)


def tags(people: DataFrame, *, least_people: int | None = None) -> Tags:
    """The catalogue of tags with how many of the people have each; ``people`` holds one row per person.

    ``TooFewPeople`` where there are fewer than ``least_people`` (by default ``activation.least_people``) in all.
    """
    least = load().activation.least_people if least_people is None else least_people
    found = [tag for tag in TAGS if tag.name in people.columns]
    known = people.agg(
        F.count(F.lit(1)).alias("base_n"), *(F.count(F.when(_is_known(tag), 1)).alias(tag.name) for tag in found)
    )
    counts = known.collect()[0].asDict()
    base_n = counts["base_n"]
    if base_n < max(least, 1):
        raise TooFewPeople(f"there are {base_n} people, fewer than {least}: widen them")
    rows = [_row(tag, counts[tag.name], base_n, least) for tag in found]
    groups = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"n": "Int64"})
    return Tags(groups, base_n, least, int(groups["n"].isna().sum()))


def _is_known(tag: Tag) -> Column:
    value = F.col(tag.name)
    return value.isNotNull() if tag.unknown is None else value.isNotNull() & (value != F.lit(tag.unknown))


def _row(tag: Tag, n: int, base_n: int, least: int) -> tuple[object, ...]:
    described = tag.name, tag.column.doc, tag.source, tag.window
    if 0 < n < least or 0 < base_n - n < least:
        return *described, None, base_n, None, None, None
    return *described, n, base_n, *wilson(n, base_n)[:3]
