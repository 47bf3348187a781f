"""Builds of the serving layer, and what writes to the world outside: exports and reports."""
