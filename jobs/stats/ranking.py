"""Whether a score ranks better than chance."""

from __future__ import annotations

import math
from statistics import NormalDist

_ONE_SIDED = NormalDist().inv_cdf(0.95)


def beats_chance(auc: float, positives: int, negatives: int) -> bool:
    """True where an area under the ROC curve lies above what 95 of 100 meaningless scores reach (Mann and Whitney)."""
    if not positives or not negatives:
        return False
    error = math.sqrt((positives + negatives + 1) / (12 * positives * negatives))
    return auc > 0.5 + _ONE_SIDED * error
