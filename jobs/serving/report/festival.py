"""The days of a Singles' Day festival, and the windows that it is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from schemas.serving.target_list import CAP_DAYS

BEFORE_LISTS_DAYS = 90
"""Spending in so many days before the first list is what is known of people beforehand."""


def span(first: date, last: date) -> list[date]:
    """All days from the first to the last, both included."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


@dataclass(frozen=True)
class Festival:
    """The festival of one year: opened on 1 November, peak on the 11th, looked at up to the 12th."""

    year: int

    @property
    def opening(self) -> date:
        """1 November."""
        return date(self.year, 11, 1)

    @property
    def peak(self) -> date:
        """11 November."""
        return date(self.year, 11, 11)

    @property
    def last(self) -> date:
        """12 November, the day of the report."""
        return date(self.year, 11, 12)

    @property
    def window(self) -> list[date]:
        """1 to 12 November."""
        return span(self.opening, self.last)

    @property
    def race(self) -> list[date]:
        """1 to 11 November, the days of the cumulative curve."""
        return span(self.opening, self.peak)

    @property
    def october(self) -> list[date]:
        """The month before."""
        return span(date(self.year, 10, 1), date(self.year, 10, 31))

    @property
    def october_window(self) -> list[date]:
        """1 to 12 October."""
        return self.october[:12]

    @property
    def lists(self) -> list[date]:
        """The days before the opening whose lists the festival measures."""
        return span(self.opening - timedelta(days=CAP_DAYS), self.opening - timedelta(days=1))

    @property
    def before_lists(self) -> list[date]:
        """The days whose spending is known before any of these lists was made."""
        return span(self.lists[0] - timedelta(days=BEFORE_LISTS_DAYS), self.lists[0] - timedelta(days=1))
