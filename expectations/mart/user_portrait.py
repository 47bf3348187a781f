"""The portraits: a longer window holds what a shorter one holds, and nobody is active on more days than it has."""

from itertools import pairwise

from expectations import rules
from schemas.mart.user_portrait import WINDOWS

_GROWING = ("n_touch", "n_active_day")

RULES = (
    rules.no_rows(
        "A longer window holds what a shorter one holds.",
        "WHERE "
        + " OR ".join(f"{name}_{shorter}d > {name}_{longer}d" for name in _GROWING for shorter, longer in pairwise(WINDOWS)),
    ),
    *(rules.between(f"n_active_day_{days}d", high=days) for days in WINDOWS),
)
