"""How many faults there are, what is counted over all of them, and the lakes that they are measured by."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.lake import Lake
from tests.faults.injector import Tally
from tests.faults.world import State, arrivals, copied, history, play, state

IS_FULL = int(os.environ.get("BRANDCUBE_FAULTS", "0")) >= 200
"""True for ``make faults``."""
SHARES = 4 if IS_FULL else 1
"""Tests among which the boundaries of a landing are shared out: a strike and what mends it take most of a minute."""


@dataclass(frozen=True)
class Budget:
    """How many faults of the kinds that can be had in any number, and at which boundaries of a landing there are some."""

    publications: int
    boundaries: Sequence[int]
    moments: int
    tears: int
    disks: int
    errors: Sequence[int]


@dataclass(frozen=True)
class Before:
    """A lake with history, what arrives next, and what the lake holds after an undisturbed run."""

    history: Path
    inbox: Path
    undisturbed: Path
    expected: State


@pytest.fixture(scope="session")
def budget() -> Budget:
    """A few faults of each kind in the tests; all of them for ``make faults``."""
    return Budget(80, range(99), 20, 24, 6, range(99)) if IS_FULL else Budget(12, (4,), 1, 1, 1, (3, 14))


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Iterator[Tally]:
    """A test's count of faults; the sum of all is printed after them."""
    counted = Tally()
    yield counted
    record_property("faults", json.dumps(vars(counted)))


@pytest.fixture(scope="session")
def before(spark: SparkSession, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Before:
    """The lake before the faults, and as it is after a run that nothing disturbs."""
    folder = tmp_path_factory.mktemp("faults")
    lake = history(spark, settings, folder)
    inbox = folder / "inbox"
    arrivals(inbox)
    root = copied(lake.root, folder / "undisturbed")
    play(Lake(spark, root), settings, inbox)
    return Before(lake.root, inbox, root, state(Lake(spark, root)))


@contextmanager
def mounted(folder: Path, size: str) -> Iterator[Path]:
    """A real disk of that size at the folder, where this user may mount one; else the test is skipped."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a disk that can be filled takes the right to mount one")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)
