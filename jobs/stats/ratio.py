"""Ratios of totals between two windows, with people as the units that vary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from jobs.stats.estimate import Estimate, NotEnough, Z


class PairSums(NamedTuple):
    """Sums over people of two amounts of each: totals, squares and products; ``n`` people."""

    n: int
    a: float
    b: float
    aa: float
    bb: float
    ab: float


def ratio_of_totals(sums: PairSums, scale: float = 1.0) -> Estimate:
    """``scale * a / b`` with the interval on the log scale, clustered by person.

    The people are taken as a Poisson number of independent draws, so the log ratio's variance is the sum over people of
    ``(a_i / A - b_i / B) ** 2``: Katz's interval where each person counts once, and the wider one of a compound sum where
    few spend much. Raises ``NotEnough`` where a total is not positive.
    """
    if sums.a <= 0 or sums.b <= 0:
        raise NotEnough(f"a ratio needs two positive totals, not {sums.a} and {sums.b}")
    variance = sums.aa / sums.a**2 + sums.bb / sums.b**2 - 2 * sums.ab / (sums.a * sums.b)
    return _on_log_scale(scale * sums.a / sums.b, max(variance, 0.0), sums.n)


def ratio_of_rates(first: Sequence[float], second: Sequence[float]) -> Estimate:
    """The mean of ``first`` over the mean of ``second``, daily totals of two windows, with the days' own spread.

    Quasi-Poisson: the dispersion is the days' Pearson statistic per degree of freedom, at least 1. It says how far two
    such windows may lie apart when days differ as these do; one day alone lends no spread.
    """
    a, b = math.fsum(first), math.fsum(second)
    if a <= 0 or b <= 0:
        raise NotEnough(f"a ratio needs two positive totals, not {a} and {b}")
    variance = dispersion(first, second) * (1 / a + 1 / b)
    return _on_log_scale((a / len(first)) / (b / len(second)), variance, len(first) + len(second))


def dispersion(*windows: Sequence[float]) -> float:
    """Variance over mean of daily totals around their own window's mean; 1 for a Poisson count, never less."""
    degrees = sum(len(window) - 1 for window in windows)
    if degrees <= 0:
        return 1.0
    return max(1.0, math.fsum(_pearson(window) for window in windows) / degrees)


def total(amount: float, squares: float, n: int) -> Estimate:
    """A total with the interval of a compound Poisson sum: the variance is the sum of the people's squares."""
    reach = Z * math.sqrt(squares)
    return Estimate(amount, amount - reach, amount + reach, n)


def inverse(constant: float, amount: float, squares: float, n: int) -> Estimate:
    """``constant / amount`` where only the amount varies, on the log scale."""
    if amount <= 0:
        raise NotEnough(f"a ratio needs a positive total, not {amount}")
    return _on_log_scale(constant / amount, squares / amount**2, n)


def _pearson(window: Sequence[float]) -> float:
    mean = math.fsum(window) / len(window)
    return math.fsum((value - mean) ** 2 for value in window) / mean if mean > 0 else 0.0


def _on_log_scale(value: float, variance: float, n: int) -> Estimate:
    reach = math.exp(Z * math.sqrt(variance))
    return Estimate(value, value / reach, value * reach, n)
