"""The order lines: what is paid adds, what is cancelled or refunded takes away."""

from expectations import rules

RULES = (
    rules.no_rows(
        "A payment never takes away, a cancellation or refund never adds.",
        "WHERE IF(status = 'paid', least(n_order, n_item, net_fen) < 0, greatest(n_order, n_item, net_fen) > 0)",
    ),
)
