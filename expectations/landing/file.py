"""The ledger of files: nothing is lost between what came and what landed."""

from expectations import rules

RULES = (
    rules.no_rows(
        "Every row of a file was accepted, quarantined for a reason or a duplicate, and no more are late than were accepted.",
        "WHERE n_in <> n_accepted + n_quarantined + n_duplicate OR n_late + n_beyond > n_accepted "
        "OR n_quarantined <> aggregate(map_values(n_by_reason), 0L, (sum, n) -> sum + n)",
    ),
)
