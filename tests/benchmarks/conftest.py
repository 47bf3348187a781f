"""Benchmarks run as users do: with the settings of one machine, not with the tests' small ones."""

from __future__ import annotations

import pytest

from conf.settings import Settings, load


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of one machine, as they are."""
    return load("local")
