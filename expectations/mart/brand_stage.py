"""The stages: what happened in a window happened in every longer one too."""

from expectations import rules

RULES = (
    rules.no_rows(
        "A longer window holds what a shorter one holds.",
        "WHERE n_touch_7d > n_touch_30d OR n_touch_30d > n_touch_90d OR n_touch_90d > n_touch_365d "
        "OR n_interest_30d > n_interest_90d",
    ),
)
