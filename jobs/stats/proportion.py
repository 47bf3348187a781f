"""Shares: of people by count, and of money by person."""

from __future__ import annotations

import math

from jobs.stats.estimate import Estimate, NotEnough, Z
from jobs.stats.ratio import PairSums


def wilson(successes: int, n: int) -> Estimate:
    """The share of successes among ``n`` with Wilson's score interval; stays within 0 and 1 for small counts.

    Raises ``NotEnough`` where there is nobody.
    """
    if n <= 0 or not 0 <= successes <= n:
        raise NotEnough(f"a share needs 0 <= successes <= n and n > 0, not {successes} of {n}")
    share, squared = successes / n, Z * Z
    middle = (share + squared / (2 * n)) / (1 + squared / n)
    reach = Z / (1 + squared / n) * math.sqrt(share * (1 - share) / n + squared / (4 * n * n))
    low = 0.0 if successes == 0 else middle - reach
    high = 1.0 if successes == n else middle + reach
    return Estimate(share, low, high, n)


def amount_share(sums: PairSums) -> Estimate:
    """The share ``a / (a + b)`` of an amount that people bring, by the delta method with the person as the unit.

    ``sums`` holds each person's amount inside (``a``) and outside (``b``) the part.
    """
    whole = sums.a + sums.b
    if whole <= 0:
        raise NotEnough("a share of an amount needs a positive whole")
    share = sums.a / whole
    variance = (1 - share) ** 2 * sums.aa - 2 * share * (1 - share) * sums.ab + share**2 * sums.bb
    reach = Z * math.sqrt(max(variance, 0.0)) / whole
    return Estimate(share, share - reach, share + reach, sums.n)
