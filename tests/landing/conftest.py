"""An inbox for each test, and the five counts of landing it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing.file import Landed
from jobs.landing.ingest import land
from tests.landing.sending import DAY

Land = Callable[..., tuple[int, int, int, int, int]]


@pytest.fixture
def landing(spark: SparkSession, lake: Lake, settings: Settings, tmp_path: Path) -> Land:
    """Land from the test's inbox; the five counts."""

    def run(source: str = "all", day: date = DAY, path: Path | None = None) -> tuple[int, int, int, int, int]:
        return _counts(land(spark, lake, settings, source=source, path=path or tmp_path / "inbox", day=day))

    return run


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """The test's inbox."""
    return tmp_path / "inbox"


def _counts(landed: Landed) -> tuple[int, int, int, int, int]:
    assert landed.rows_in == landed.accepted + landed.quarantined + landed.duplicate
    return landed.rows_in, landed.accepted, landed.quarantined, landed.duplicate, landed.late
