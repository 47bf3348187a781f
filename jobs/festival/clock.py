"""When things happen: instants of business days, and the course of a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from jobs.festival.plan import YEAR
from jobs.festival.quota import Floats, Ints, even

HOUR = 3_600_000
"""Milliseconds."""
DAY = 24 * HOUR
_MIDNIGHT = int(datetime(YEAR.year, YEAR.month, YEAR.day, tzinfo=UTC).timestamp()) * 1000 - 8 * HOUR
_USUAL = (3, 1.5, 0.8, 0.4, 0.3, 0.5, 1.2, 2.2, 3.5, 5, 6, 5.5, 5, 5, 5, 5, 5, 5, 5.5, 6.5, 8, 9, 8, 5)
_PEAK = (9, 4, 2.5, 1.5, 1, 1, 1.2, 2, 3, 4, 5, 4.5, 4, 4, 4, 4, 4, 4.5, 5, 6, 7, 8, 8, 9)


def midnight(day: int) -> int:
    """The instant at which the day begins in Shanghai, epoch milliseconds."""
    return _MIDNIGHT + day * DAY


def text(day: int) -> str:
    """The day as it is written."""
    return (YEAR + timedelta(days=day)).isoformat()


def day_of(at: Ints) -> Ints:
    """The business day's place in the year of each instant."""
    return (at - _MIDNIGHT) // DAY


def usual(rng: np.random.Generator, day: int, n: int) -> Ints:
    """``n`` instants of an ordinary day, in no order."""
    return midnight(day) + _hours(even(rng, n), np.array(_USUAL))


def office(rng: np.random.Generator, day: int, n: int) -> Ints:
    """``n`` instants between 9:00 and 21:00."""
    return midnight(day) + (9 * HOUR + even(rng, n) * 12 * HOUR).astype(np.int64)


def peak(day: int, share: Floats, hour: float, early: float) -> Ints:
    """The instants at which the peak day's sales reach the shares; ``early`` of them before ``hour``."""
    minutes = np.repeat(np.array(_PEAK, dtype=np.float64), 60)
    before = np.arange(len(minutes)) < round(hour * 60)
    minutes[before] *= early / max(minutes[before].sum(), 1e-9)
    minutes[~before] *= (1 - early) / max(minutes[~before].sum(), 1e-9)
    return midnight(day) + _hours(share, minutes)


def _hours(share: Floats, weights: Floats) -> Ints:
    """Milliseconds into the day at which the day's course has passed each share."""
    edges = np.r_[0.0, np.cumsum(weights) / weights.sum()]
    grid = np.linspace(0, DAY, len(edges))
    return np.minimum(np.interp(share, edges, grid), DAY - 1).astype(np.int64)
