"""The reported figures: an interval's ends stand in their order."""

from expectations import rules

RULES = (rules.at_least("ci_high", "ci_low"),)
