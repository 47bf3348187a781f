"""When a cumulative curve passes an amount, and how sure that is."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from jobs.stats.estimate import Estimate, NotEnough, Z


def hours_to_share(amounts: Sequence[float], squares: Sequence[float], share: float, steps_per_hour: float, n: int) -> Estimate:
    """Hours until the running total passes ``share`` of the whole.

    ``amounts`` and ``squares`` are the totals and sums of squared orders of equal steps. The interval inverts the test
    that the curve at that hour is ``share`` of the end: what came before and after are independent compound sums.
    Raises ``NotEnough`` where the whole is not positive.
    """
    running = list(accumulate(amounts))
    if not running or running[-1] <= 0:
        raise NotEnough("a curve that ends at nothing passes no amount")
    goal = share * running[-1]
    passed = _steps(running, goal)
    before = math.fsum(squares[: math.ceil(passed)])
    after = math.fsum(squares) - before
    reach = Z * math.sqrt((1 - share) ** 2 * before + share**2 * after)
    low, high = _steps(running, goal - reach), _steps(running, goal + reach)
    return Estimate(passed / steps_per_hour, max(low, 0.0) / steps_per_hour, high / steps_per_hour, n)


def hours_to_amount(minutes: Sequence[float], amounts: Sequence[float], goal: Estimate) -> Estimate:
    """Hours until a published cumulative curve, known at some minutes, passes an amount that is itself uncertain.

    Between the points the curve is taken as straight. The interval is at least a minute to each side, the curve's own
    grain. Raises ``NotEnough`` where the curve never reaches the amount.
    """
    if not amounts or amounts[-1] < goal.value:
        raise NotEnough("the published curve ends below the amount")
    value, low, high = (_minute(minutes, amounts, point) for point in (goal.value, goal.low, goal.high))
    return Estimate(value / 60, min(low, value - 1) / 60, max(high, value + 1) / 60, goal.n)


def _steps(running: Sequence[float], goal: float) -> float:
    """The first step, with its fraction, at which the running maximum reaches the goal; the end where it never does."""
    peaks = list(accumulate(running, max))
    index = bisect_left(peaks, goal)
    if index >= len(peaks):
        return float(len(peaks))
    start = peaks[index - 1] if index else 0.0
    return index + (goal - start) / (peaks[index] - start) if peaks[index] > start else float(index)


def _minute(minutes: Sequence[float], amounts: Sequence[float], goal: float) -> float:
    index = bisect_left(amounts, goal)
    if index >= len(amounts):
        return minutes[-1]
    left, bottom = (minutes[index - 1], amounts[index - 1]) if index else (0.0, 0.0)
    rise = amounts[index] - bottom
    return left + (minutes[index] - left) * ((goal - bottom) / rise if rise else 1.0)
