"""The scores: one champion scored the whole day."""

from expectations import rules

RULES = (rules.no_rows("One model scored each day.", "GROUP BY day HAVING count(DISTINCT model_version) > 1"),)
