"""The lake replaces days, tells versions and changes, and keeps identifying columns out of its statistics."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.errors import ContractError, LakeVersionError
from jobs.lake import FORMAT, Lake
from schemas.catalogue import find
from tests.frames import frame

TOUCH, SOCIAL = find("core.touch"), find("landing.social_event")
FIRST, SECOND = date(2015, 11, 1), date(2015, 11, 2)


def _touches(spark: SparkSession, *ids: str, day: date = FIRST) -> DataFrame:
    return frame(spark, TOUCH, [{"day": day, "event_id": name} for name in ids])


def _ids(lake: Lake) -> list[tuple[str, str]]:
    return sorted((str(row.day), row.event_id) for row in lake.read(TOUCH).collect())


def test_a_day_is_replaced_and_the_others_stay(spark: SparkSession, lake: Lake) -> None:
    lake.replace(TOUCH, _touches(spark, "a", "b"), [FIRST], {})
    lake.replace(TOUCH, _touches(spark, "c", day=SECOND), [SECOND], {})
    lake.replace(TOUCH, _touches(spark, "d"), [FIRST], {})
    assert _ids(lake) == [("2015-11-01", "d"), ("2015-11-02", "c")]
    assert lake.days(TOUCH) == [FIRST, SECOND]


def test_an_arrival_is_replaced_across_the_event_days_that_it_reached(spark: SparkSession, lake: Lake) -> None:
    late = {"day": SECOND, "event_day": FIRST, "event_id": "late"}
    own = {"day": SECOND, "event_day": SECOND, "event_id": "own"}
    first = {"day": FIRST, "event_day": FIRST, "event_id": "first"}
    lake.replace(SOCIAL, frame(spark, SOCIAL, [first]), [FIRST], {})
    for _ in range(2):
        lake.replace(SOCIAL, frame(spark, SOCIAL, [late, own]), [SECOND], {})
    found = sorted((str(row.day), str(row.event_day), row.event_id) for row in lake.read(SOCIAL).collect())
    assert found == [
        ("2015-11-01", "2015-11-01", "first"),
        ("2015-11-02", "2015-11-01", "late"),
        ("2015-11-02", "2015-11-02", "own"),
    ]


def test_rows_of_another_day_than_the_replaced_are_refused_and_nothing_is_written(spark: SparkSession, lake: Lake) -> None:
    for expected in (0, 1):
        with pytest.raises(PySparkException, match="there is a row of another day than those that are written: 2015-11-02"):
            lake.replace(TOUCH, _touches(spark, "a", day=SECOND), [FIRST], {})
        assert lake.read(TOUCH).count() == expected
        lake.replace(TOUCH, _touches(spark, "a"), [FIRST], {})


def test_a_day_without_rows_is_written_too_and_carries_its_note(spark: SparkSession, lake: Lake) -> None:
    lake.replace(TOUCH, _touches(spark, "a"), [FIRST], {"run": "r1"})
    nothing = _touches(spark, "a").where("false")
    for run, day in (("r2", SECOND), ("r3", FIRST)):
        lake.replace(TOUCH, nothing, [day], {"run": run})
        assert lake.notes(TOUCH)[0]["run"] == run
    assert lake.read(TOUCH).count() == 0


def test_a_missing_an_extra_and_a_retyped_column_are_named(spark: SparkSession, lake: Lake) -> None:
    rows = _touches(spark, "a").drop("scene").withColumn("extra", F.lit(1)).withColumn("watch_seconds", F.lit("1"))
    with pytest.raises(ContractError, match="extra int, scene string, watch_seconds int, watch_seconds string"):
        lake.replace(TOUCH, rows, [FIRST], {})
    assert not lake.exists(TOUCH)


def test_changed_days_are_those_written_since(spark: SparkSession, lake: Lake) -> None:
    lake.replace(TOUCH, _touches(spark, "a"), [FIRST], {})
    version = lake.version(TOUCH)
    assert lake.changed_days(TOUCH, version) == []
    assert lake.changed_days(TOUCH, None) == [FIRST]
    lake.replace(TOUCH, _touches(spark, "b", day=SECOND), [SECOND], {})
    assert lake.changed_days(TOUCH, version) == [SECOND]


def test_a_table_that_was_never_written_reads_empty(lake: Lake) -> None:
    assert lake.read(TOUCH).columns == list(TOUCH.column_names)
    assert (lake.read(TOUCH).count(), lake.version(TOUCH), lake.days(TOUCH), lake.notes(TOUCH)) == (0, None, [], [])


def test_the_checksum_ignores_order_and_sees_every_value(spark: SparkSession, lake: Lake) -> None:
    lake.replace(TOUCH, _touches(spark, "a", "b"), [FIRST], {})
    before = lake.summary(TOUCH)
    lake.replace(TOUCH, _touches(spark, "b", "a"), [FIRST], {})
    assert lake.summary(TOUCH) == before
    lake.replace(TOUCH, _touches(spark, "a", "b").withColumn("group_id", F.lit("g")), [FIRST], {})
    assert lake.summary(TOUCH).checksum != before.checksum


def test_the_commit_carries_its_note(spark: SparkSession, lake: Lake) -> None:
    lake.replace(TOUCH, _touches(spark, "a"), [FIRST], {"run": "r1"})
    lake.replace(TOUCH, _touches(spark, "a"), [FIRST], {"run": "r2"})
    assert [note["run"] for note in lake.notes(TOUCH)] == ["r2", "r1"]


def test_a_creation_that_broke_off_is_no_table_and_is_begun_again(spark: SparkSession, lake: Lake) -> None:
    (Path(lake.path(TOUCH)) / "_delta_log").mkdir(parents=True)
    (Path(lake.path(TOUCH)) / "_delta_log" / ".0.json.tmp").write_text("{")
    assert not lake.exists(TOUCH)
    lake.replace(TOUCH, _touches(spark, "a"), [FIRST], {})
    assert lake.read(TOUCH).count() == 1


def test_other_readers_can_open_a_table(spark: SparkSession, lake: Lake) -> None:
    lake.replace(TOUCH, _touches(spark, "a", "b"), [FIRST], {})
    assert DeltaTable(lake.path(TOUCH)).to_pyarrow_table().num_rows == 2


def test_the_delta_log_holds_no_statistics_but_of_public_days_and_numbers(spark: SparkSession, lake: Lake) -> None:
    lake.replace(SOCIAL, frame(spark, SOCIAL, [{"day": FIRST, "event_day": FIRST}]), [FIRST], {})
    logs = "".join(path.read_text() for path in Path(lake.path(SOCIAL)).glob("_delta_log/*.json"))
    statistics = [json.loads(json.loads(line)["add"]["stats"]) for line in logs.splitlines() if '"add"' in line]
    assert [found["minValues"] for found in statistics] == [{"day": "2015-11-01"}]


def test_a_lake_of_another_format_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "brandcube.json").write_text('{"format": 99}')
    with pytest.raises(LakeVersionError, match=f"is a lake of format 99, this brandcube reads {FORMAT}:"):
        Lake(spark, tmp_path)


def test_a_folder_of_something_else_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_text("x")
    with pytest.raises(LakeVersionError, match="holds files but no brandcube.json"):
        Lake(spark, tmp_path)
