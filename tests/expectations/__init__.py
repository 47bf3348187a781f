"""Tests of the suites and of the gate."""
