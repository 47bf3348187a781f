"""Differences between a treated and a control group from sufficient statistics; Welch's test is tea-tasting's."""

from __future__ import annotations

import math
from typing import NamedTuple

import tea_tasting as tt
from tea_tasting.aggr import Aggregates

from jobs.stats.estimate import CONFIDENCE, Estimate, NotEnough, Z
from jobs.stats.proportion import wilson


class GroupSums(NamedTuple):
    """Sums over a group's people of an outcome ``y`` and of what was known of them before, ``x``."""

    n: int
    y: float
    yy: float
    x: float = 0.0
    xx: float = 0.0
    xy: float = 0.0

    @property
    def mean(self) -> float:
        """The outcome per person."""
        return self.y / self.n


class Difference(NamedTuple):
    """Treated less control, absolute, with the standard error and the two-sided p-value."""

    estimate: Estimate
    error: float
    p_value: float


class Adjusted(NamedTuple):
    """A difference after CUPED, and the share of the variance that the adjustment really took away."""

    difference: Difference
    reduction: float


class Relative(NamedTuple):
    """Treated over control less 1, by the delta method on the ratio's own scale."""

    estimate: Estimate
    error: float


def in_means(control: GroupSums, treated: GroupSums) -> Difference:
    """The difference in means with Welch's interval; ``NotEnough`` where a group has fewer than two people."""
    return _difference(tt.Mean("y", confidence_level=CONFIDENCE), control, treated)


def adjusted(control: GroupSums, treated: GroupSums) -> Adjusted:
    """The difference in means after CUPED on ``x``, with the reduction of its variance that was achieved."""
    plain = in_means(control, treated)
    better = _difference(tt.Mean("y", "x", confidence_level=CONFIDENCE), control, treated)
    reduction = 1 - (better.error / plain.error) ** 2 if plain.error > 0 else 0.0
    return Adjusted(better, reduction)


def in_proportions(control: tuple[int, int], treated: tuple[int, int]) -> Difference:
    """The difference of two shares, each given as (successes, n), with Newcombe's interval of the two Wilson ones.

    The error is the unpooled one; the p-value is Welch's.
    """
    held, met = wilson(*control), wilson(*treated)
    value = met.value - held.value
    low = value - math.hypot(met.value - met.low, held.high - held.value)
    high = value + math.hypot(met.high - met.value, held.value - held.low)
    error = math.sqrt(sum(share.value * (1 - share.value) / share.n for share in (held, met)))
    p_value = in_means(*(GroupSums(n, count, count) for count, n in (control, treated))).p_value
    return Difference(Estimate(value, low, high, held.n + met.n), error, p_value)


def relative(control: GroupSums, treated: GroupSums) -> Relative:
    """The relative difference in means with its delta-method error and normal interval."""
    if control.y <= 0:
        raise NotEnough("a relative difference needs a positive control mean")
    ratio = treated.mean / control.mean
    error = math.sqrt(_mean_variance(treated) + ratio**2 * _mean_variance(control)) / control.mean
    return Relative(Estimate(ratio - 1, ratio - 1 - Z * error, ratio - 1 + Z * error, control.n + treated.n), error)


def _difference(metric: tt.Mean, control: GroupSums, treated: GroupSums) -> Difference:
    _require_two(control, treated)
    if not _variance(control) + _variance(treated):
        value = treated.mean - control.mean
        return Difference(Estimate(value, value, value, control.n + treated.n), 0.0, 1.0 if value == 0 else 0.0)
    found = metric.analyze({0: _aggregates(control), 1: _aggregates(treated)}, 0, 1)
    value, low, high = found.effect_size, found.effect_size_ci_lower, found.effect_size_ci_upper
    error = abs(value / found.statistic) if found.statistic else (high - low) / (2 * Z)
    return Difference(Estimate(value, low, high, control.n + treated.n), error, found.pvalue)


def _require_two(*groups: GroupSums) -> None:
    for group in groups:
        if group.n < 2:
            raise NotEnough(f"a difference needs at least two people a group, not {group.n}")


def _aggregates(group: GroupSums) -> Aggregates:
    spread = group.n - 1
    return Aggregates(
        group.n,
        {"y": group.mean, "x": group.x / group.n},
        {"y": _variance(group), "x": max((group.xx - group.x**2 / group.n) / spread, 0.0)},
        {("x", "y"): (group.xy - group.x * group.y / group.n) / spread},
    )


def _variance(group: GroupSums) -> float:
    return max((group.yy - group.y**2 / group.n) / (group.n - 1), 0.0)


def _mean_variance(group: GroupSums) -> float:
    return _variance(group) / group.n
