"""A delivery is killed at every boundary and at any time, and its disk is full: what can be seen is whole, or is nothing."""

from __future__ import annotations

import errno
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs.serving.folder import publish
from tests.faults.boundaries import Counter, watched
from tests.faults.conftest import Budget, mounted
from tests.faults.injector import Tally, killed_at, killed_within, published
from tests.faults.publishing import version

VERSIONS = [version(0), version(1)]


@pytest.mark.parametrize("earlier", [False, True])
def test_a_publication_killed_at_any_boundary_shows_a_whole_delivery_or_none(
    tmp_path: Path, tally: Tally, earlier: bool
) -> None:
    folder = tmp_path / "day"
    at = 0
    while True:
        shutil.rmtree(folder, ignore_errors=True)
        if earlier:
            publish(folder, VERSIONS[0])
        if not killed_at(at, "publish", str(folder), "1", key=""):
            break
        _mended(folder, tally, "SIGKILL at boundaries")
        at += 1
    assert at >= 15
    assert tally.is_clean, tally


def test_a_publication_killed_at_random_times_shows_a_whole_delivery_or_none(
    tmp_path: Path, tally: Tally, budget: Budget
) -> None:
    folder, lot = tmp_path / "day", random.Random(7)
    numbers = ["0", "1"] * 200
    for _ in range(budget.publications):
        if killed_within(0.2, tmp_path / "started", "publish", str(folder), *numbers, key="", lot=lot):
            _mended(folder, tally, "SIGKILL at random times")
    assert tally.is_clean, tally


def test_a_publication_onto_a_full_disk_leaves_the_earlier_delivery(small_disk: Path, tally: Tally) -> None:
    folder, ballast = small_disk / "day", small_disk / "ballast"
    publish(folder, VERSIONS[0])
    for kilobytes in range(0, 20, 4):
        _fill(small_disk, ballast, keep=kilobytes << 10)
        with pytest.raises(OSError, match="No space left") as told:
            publish(folder, VERSIONS[1])
        assert told.value.errno == errno.ENOSPC
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == VERSIONS[0]
        ballast.unlink()
        shutil.rmtree(small_disk / ".day.partial", ignore_errors=True)
        tally.add("full disk", halves=published(folder, VERSIONS))
    publish(folder, VERSIONS[1])
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == VERSIONS[1]


def test_the_look_at_a_delivery_finds_a_missing_a_cut_and_a_foreign_file(tmp_path: Path) -> None:
    folder = tmp_path / "day"
    for spoil in (_without_manifest, _with_a_cut_list, _with_a_foreign_list):
        publish(folder, VERSIONS[0])
        assert published(folder, VERSIONS) == 0
        spoil(folder)
        assert published(folder, VERSIONS) == 1


def test_the_boundaries_hold_the_writes_the_syncs_and_both_renames(tmp_path: Path) -> None:
    counter = Counter(None, lambda _: None)
    publish(tmp_path / "day", VERSIONS[0])
    with watched(counter):
        publish(tmp_path / "day", VERSIONS[1])
    assert "amid writing manifest.json" in counter.passed
    assert [name for name in counter.passed if "renaming" in name] == [
        "before renaming day",
        "after renaming day",
        "before renaming .day.partial",
        "after renaming .day.partial",
    ]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 KiB."""
    with mounted(tmp_path / "disk", "256k") as disk:
        yield disk


def _fill(disk: Path, ballast: Path, *, keep: int) -> None:
    ballast.write_bytes(b"\0" * (shutil.disk_usage(disk).free - keep))


def _mended(folder: Path, tally: Tally, kind: str) -> None:
    """What is seen after the fault, and after the next run."""
    halves = published(folder, VERSIONS)
    publish(folder, VERSIONS[1])
    whole = {path.name: path.read_bytes() for path in folder.iterdir()} == VERSIONS[1]
    leftovers = [path.name for path in folder.parent.iterdir() if path.name.startswith(".")]
    tally.add(kind, halves=halves, differing=leftovers + ([] if whole else [folder.name]))


def _without_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def _with_a_cut_list(folder: Path) -> None:
    (folder / "list.csv").write_bytes(VERSIONS[0]["list.csv"][:-1])


def _with_a_foreign_list(folder: Path) -> None:
    (folder / "list.csv").write_bytes(VERSIONS[1]["list.csv"])
