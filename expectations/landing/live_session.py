"""The live sessions, as JD keeps them: a slip in their times is for JD to mend, and no reason to stop a night."""

from expectations import rules

RULES = (rules.at_least("ends_at", "starts_at", "warning"),)
