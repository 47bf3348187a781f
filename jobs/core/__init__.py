"""Builds of the core layer: one table a module, named as its contract."""
