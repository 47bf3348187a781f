"""The sealed controls: they answer to what their lists answer to."""

from expectations.serving import target_list

RULES = target_list.RULES
