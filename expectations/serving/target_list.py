"""The lists: a place is taken once, and only the brand's own pseudonyms leave."""

from expectations import rules

AUDIENCE_HASH = "^pv1_[0-9]+_[0-9a-f]{64}$"

RULES = (rules.unique(("list_id", "rank")), rules.matches("audience_hash", AUDIENCE_HASH))
