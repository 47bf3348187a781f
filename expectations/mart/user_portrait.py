"""The portraits: a longer window holds what a shorter one holds, and the dates are in order."""

from itertools import pairwise

from expectations import rules
from schemas.mart.user_portrait import WINDOWS

RULES = (
    rules.no_rows(
        "A longer window holds what a shorter one holds.",
        "WHERE " + " OR ".join(f"n_touch_{shorter}d > n_touch_{longer}d" for shorter, longer in pairwise(WINDOWS)),
    ),
    rules.no_rows(
        "Nobody is active before the first day or after the last, and of the future nothing is known.",
        "WHERE first_day > last_day OR last_day > day OR last_order_day NOT BETWEEN first_day AND last_day",
    ),
)
