"""A landing and its export are struck at every boundary and at any time: the next run leaves what no fault would have."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from conf.errors import BrandcubeError
from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing import ingest
from tests.conftest import ROOT_KEY
from tests.faults.boundaries import Counter, Struck, fail, watched, watched_commits
from tests.faults.conftest import IS_FULL, SHARES, Before, Budget, mounted
from tests.faults.injector import Tally, killed_at, killed_within
from tests.faults.world import DELIVERY, copied, differences, half_manifests, lost_and_doubled, play, state
from tests.landing.sending import DAY, SOCIAL

KEY = ROOT_KEY.hex()


@pytest.fixture
def struck(spark: SparkSession, settings: Settings, before: Before, tally: Tally, tmp_path: Path) -> LakeUnderFaults:
    """The lake with history that is to be struck, and how it is mended and compared."""
    return LakeUnderFaults(spark, settings, before, tally, copied(before.history, tmp_path / "lake"))


class LakeUnderFaults:
    """A lake under faults."""

    def __init__(self, spark: SparkSession, settings: Settings, before: Before, tally: Tally, root: Path) -> None:
        self.spark, self.settings, self.before, self.tally, self.root = spark, settings, before, tally, root

    def play(self) -> None:
        play(Lake(self.spark, self.root), self.settings, self.before.inbox)

    def counted(self, kind: str) -> None:
        """Look at what the fault left, have the next run mend it, and count the difference from an undisturbed lake."""
        halves = half_manifests(self.root.joinpath(*DELIVERY))
        self.play()
        lost, doubled = lost_and_doubled(self.root, self.before.undisturbed)
        odd = differences(state(Lake(self.spark, self.root)), self.before.expected)
        self.tally.add(kind, lost=lost, doubled=doubled, halves=halves, differing=odd)
        assert self.tally.is_clean, f"{self.tally}: {odd}"

    def afresh(self) -> None:
        """Begin again with the lake that holds the history only."""
        copied(self.before.history, self.root)


@pytest.mark.parametrize("share", range(SHARES))
def test_a_run_that_is_killed_at_its_boundaries_is_made_good_by_the_next(
    struck: LakeUnderFaults, budget: Budget, share: int
) -> None:
    for at in budget.boundaries[share::SHARES]:
        struck.afresh()
        if not killed_at(at, "land", str(struck.root), str(struck.before.inbox), key=KEY):
            break
        struck.counted("SIGKILL at boundaries")


def test_a_run_that_is_killed_at_random_times_twice_is_made_good_by_the_next(struck: LakeUnderFaults, budget: Budget) -> None:
    lot, started = random.Random(11), struck.root.parent / "started"
    for number in range(budget.moments):
        if number % 2 == 0:
            struck.afresh()
        arguments = ("land", str(struck.root), str(struck.before.inbox))
        if not killed_within(12, started, *arguments, key=KEY, lot=lot):
            continue
        if number % 2 == 0 and number + 1 < budget.moments:
            halves = half_manifests(struck.root.joinpath(*DELIVERY))
            struck.tally.add("SIGKILL at random times", halves=halves)
        else:
            struck.counted("SIGKILL at random times")


def test_a_run_in_which_a_step_fails_is_made_good_by_the_next(struck: LakeUnderFaults, budget: Budget) -> None:
    for at in budget.errors:
        struck.afresh()
        counter = Counter(at, fail)
        with watched(counter), watched_commits(counter), suppress(Struck):
            struck.play()
        if len(counter.passed) <= at:
            break
        struck.counted("raised error")


def test_a_commit_whose_answer_is_lost_counts_once(struck: LakeUnderFaults, budget: Budget) -> None:
    for at in range(6) if IS_FULL else (1,):
        struck.afresh()
        counter = Counter(at, fail, only="after committing")
        with watched_commits(counter), pytest.raises(Struck):
            struck.play()
        struck.counted("lost response")


def test_a_landing_onto_a_full_disk_is_made_good_once_there_is_room(
    struck: LakeUnderFaults, budget: Budget, disk: Path
) -> None:
    struck.root = disk / "lake"
    for kilobytes in [60, 8, 30, 90, 120, 160][: budget.disks]:
        struck.afresh()
        (disk / "ballast").write_bytes(b"\0" * (shutil.disk_usage(disk).free - (kilobytes << 10)))
        with pytest.raises((Py4JError, PySparkException, OSError, BrandcubeError)):
            struck.play()
        (disk / "ballast").unlink()
        struck.counted("full disk")


def test_a_torn_file_gives_no_row_and_its_whole_form_all_of_them(
    struck: LakeUnderFaults, budget: Budget, tmp_path: Path
) -> None:
    inbox = Path(shutil.copytree(struck.before.inbox, tmp_path / "inbox"))
    file = inbox / "tencent" / SOCIAL.name / f"{DAY}.b.jsonl.gz"
    whole = file.read_bytes()
    offsets = [1 + (2 * n + 1) * (len(whole) - 2) // (2 * budget.tears) for n in range(budget.tears)]
    known = Lake(struck.spark, struck.root).read(SOCIAL).count()
    for number, offset in enumerate(offsets):
        file.write_bytes(whole[:offset])
        with suppress(BrandcubeError):
            play(Lake(struck.spark, struck.root), struck.settings, inbox)
        landed = Lake(struck.spark, struck.root).read(SOCIAL).count()
        assert landed == known
        if number % 4 == 3 or number == len(offsets) - 1:
            struck.counted("torn input")
            struck.afresh()
        else:
            struck.tally.add("torn input", doubled=landed - known)


def test_the_comparison_finds_a_row_too_few_and_a_row_too_many(struck: LakeUnderFaults) -> None:
    struck.play()
    lake, expected = Lake(struck.spark, struck.root), struck.before.undisturbed
    assert lost_and_doubled(struck.root, expected) == (0, 0)
    assert differences(state(lake), struck.before.expected) == []
    rows = lake.read(SOCIAL).where(F.col("day") == F.lit(DAY)).localCheckpoint()
    lake.replace(SOCIAL, rows.where(F.col("event_id") != "b7"), [DAY], {})
    assert lost_and_doubled(struck.root, expected) == (1, 0)
    assert differences(state(lake), struck.before.expected) == [SOCIAL.full_name]
    lake.replace(SOCIAL, rows.unionByName(rows.where(F.col("event_id") == "b7")), [DAY], {})
    assert lost_and_doubled(struck.root, expected) == (0, 1)


def test_without_the_journal_the_same_fault_leaves_a_lake_that_differs(
    struck: LakeUnderFaults, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Counter(0, fail, only=f"after committing {SOCIAL.full_name}")
    with watched_commits(counter), pytest.raises(Struck):
        struck.play()
    monkeypatch.setattr(ingest, "undo_unfinished", lambda _: None)
    struck.play()
    assert "landing.file" in differences(state(Lake(struck.spark, struck.root)), struck.before.expected)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    with mounted(tmp_path / "disk", "4m") as disk:
        yield disk
