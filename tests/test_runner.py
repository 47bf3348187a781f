"""The runner makes days that do not depend on how they were asked for, and writes nothing that a gate refuses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.errors import GateFailed, MissingInput
from conf.settings import Settings
from expectations.gate import Gate
from jobs.lake import Lake
from jobs.runner import NIGHT, Runner, days_text, newest
from schemas.catalogue import find
from tests.frames import frame

SOCIAL, TOUCH, ORDER, TILE = (
    find(name) for name in ("landing.social_event", "core.touch", "core.order_line", "core.user_brand_day")
)
DAYS = [date(2015, 11, 1) + timedelta(days=offset) for offset in range(3)]


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Gate:
    return Gate(tmp_path_factory.mktemp("gate"))


@pytest.fixture
def runner(lake: Lake, settings: Settings, gate: Gate) -> Runner:
    return Runner(lake, settings, gate, lambda day: None)


def _arrive(spark: SparkSession, lake: Lake, day: date, events: Sequence[tuple[str, date]]) -> None:
    rows = [{"day": day, "event_day": event_day, "event_id": name, "brand_id": "b01"} for name, event_day in events]
    lake.replace(SOCIAL, frame(spark, SOCIAL, rows), [day], {})


def _three_days(spark: SparkSession, lake: Lake) -> None:
    for day in DAYS:
        _arrive(spark, lake, day, [(f"e{day.day}", day)])


def test_a_range_equals_its_days_one_by_one(spark: SparkSession, runner: Runner) -> None:
    _three_days(spark, runner.lake)
    runner.run(TOUCH, DAYS)
    ranged = runner.lake.summary(TOUCH)
    for day in (DAYS[2], DAYS[0], DAYS[1], DAYS[0]):
        runner.run(TOUCH, [day])
    assert runner.lake.summary(TOUCH) == ranged
    assert (ranged.days, ranged.rows) == (3, 3)


def test_a_late_row_reaches_exactly_its_own_day(spark: SparkSession, runner: Runner) -> None:
    runner.kind = NIGHT
    _three_days(spark, runner.lake)
    assert runner.days_of_night(TOUCH, DAYS[2]) == DAYS
    runner.run(TOUCH, DAYS)
    assert runner.days_of_night(TOUCH, DAYS[2]) == [DAYS[2]]
    arrival = DAYS[2] + timedelta(days=1)
    _arrive(spark, runner.lake, arrival, [("late", DAYS[0]), ("own", arrival)])
    assert runner.days_of_night(TOUCH, arrival) == [DAYS[0], arrival]


def test_a_single_day_run_does_not_hide_what_the_night_still_owes(spark: SparkSession, runner: Runner) -> None:
    _three_days(spark, runner.lake)
    runner.run(TOUCH, [DAYS[2]])
    assert runner.days_of_night(TOUCH, DAYS[2]) == DAYS


def test_a_refused_batch_is_not_written(spark: SparkSession, runner: Runner) -> None:
    _arrive(spark, runner.lake, DAYS[0], [("twice", DAYS[0])])
    runner.run(TOUCH, [DAYS[0]])
    before = runner.lake.summary(TOUCH)
    rows = [{"day": DAYS[1], "event_day": DAYS[0], "event_id": "twice", "brand_id": "b01"}]
    runner.lake.replace(SOCIAL, frame(spark, SOCIAL, rows), [DAYS[1]], {})
    with pytest.raises(GateFailed, match=r"core\.touch 2015-11-01 broke .*nothing downstream was written"):
        runner.run(TOUCH, [DAYS[0]])
    assert runner.lake.summary(TOUCH) == before


def test_an_input_that_was_not_made_is_named(runner: Runner) -> None:
    with pytest.raises(MissingInput, match=r"core\.touch was not made for 2015-11-01"):
        runner.require_inputs(TILE, [DAYS[0]])


def test_an_input_that_was_made_and_is_empty_will_do(spark: SparkSession, runner: Runner) -> None:
    _arrive(spark, runner.lake, DAYS[0], [("a", DAYS[0])])
    runner.run(TOUCH, [DAYS[0]])
    runner.run(ORDER, [DAYS[0]])
    runner.require_inputs(TILE, [DAYS[0]])
    assert runner.run(TILE, [DAYS[0]]).rows == 1


def test_the_newest_snapshot_is_not_after_the_day_unless_there_is_no_earlier() -> None:
    assert newest([DAYS[0], DAYS[2]], DAYS[1]) == DAYS[0]
    assert newest([DAYS[1], DAYS[2]], DAYS[0]) == DAYS[1]
    assert newest([], DAYS[0]) is None


def test_days_read_as_a_day_or_a_span() -> None:
    assert days_text(DAYS[:1]) == "2015-11-01"
    assert days_text(DAYS) == "2015-11-01 to 2015-11-03"


def test_the_gate_keeps_its_results_in_the_lake(gate: Gate) -> None:
    assert gate.publish().is_file()
    assert isinstance(gate.docs, Path)
