"""What a good day looks like: a suite for every table, derived from its contract and its own day-level rules."""
