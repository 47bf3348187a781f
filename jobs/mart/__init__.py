"""Builds of the mart layer: one table a module, named as its contract."""
