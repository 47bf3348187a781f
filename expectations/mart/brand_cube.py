"""The cube: a cell exists because somebody is in it."""

from expectations import rules

RULES = (rules.between("n_person", low=1),)
