"""An account's windows: what a shorter one holds, the longer one holds too."""

from expectations import rules

RULES = (
    rules.no_rows(
        "A longer window counts no fewer contacts, no more promises are kept than were made, and who holds no day is gone.",
        "WHERE n_touch_1d > n_touch_7d OR n_touch_7d > n_touch_30d OR n_touch_30d > n_touch_90d OR n_touch_90d > n_touch_365d "
        "OR n_kept_365d > n_promised_365d OR (size(active_days) = 0 AND NOT is_gone)",
    ),
)
