"""What every calculation returns: a number with its interval and what it rests on."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
"""The confidence of every interval."""

Z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
"""How many standard errors an interval reaches to each side."""


class NotEnough(ValueError):
    """The sums are too empty for the number that was asked for; the sentence says which."""


class Estimate(NamedTuple):
    """A value, the ends of its 95 % interval, and the number of people, orders or rows behind it."""

    value: float
    low: float
    high: float
    n: int
