"""Tests of the festival world: its files, its figures and its answers."""
