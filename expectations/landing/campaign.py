"""The campaigns, as Tencent keeps them: a slip in their dates is for Tencent to mend, and no reason to stop a night."""

from expectations import rules

RULES = (rules.at_least("ends_on", "starts_on", "warning"),)
