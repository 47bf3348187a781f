"""Whether a lot fell as it was meant to: the check that guards every randomised comparison."""

from __future__ import annotations

from typing import NamedTuple

import tea_tasting as tt
from tea_tasting.aggr import Aggregates

from jobs.stats.estimate import NotEnough

ALARM = 0.001
"""Below this p-value the two groups were not made by the lot that was meant, and their comparison proves nothing."""


class SampleRatio(NamedTuple):
    """The sizes of the two groups and how likely so odd a split is under the lot that was meant."""

    control: int
    treated: int
    p_value: float

    @property
    def is_alarm(self) -> bool:
        """True where the split cannot well be chance."""
        return self.p_value < ALARM


def check(control: int, treated: int, control_share: float) -> SampleRatio:
    """Compare a split with the share that the lot should have sealed; ``NotEnough`` where both groups are empty."""
    if control + treated == 0:
        raise NotEnough("a split of nobody cannot be checked")
    metric = tt.SampleRatio(ratio=(1 - control_share) / control_share)
    found = metric.analyze({0: Aggregates(control), 1: Aggregates(treated)}, 0, 1)
    return SampleRatio(control, treated, found.pvalue)
