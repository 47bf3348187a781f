"""One gate for all tests here: loading GX takes seconds."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from expectations.gate import Gate


@pytest.fixture(scope="session")
def gate(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Gate:
    """A gate over an empty lake."""
    return Gate(tmp_path_factory.mktemp("judged") / "lake")
