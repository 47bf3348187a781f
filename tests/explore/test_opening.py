from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from pyspark.testing import assertDataFrameEqual

from conf.errors import MissingInput
from jobs.explore import newest_day, open_lake, people
from jobs.lake import Lake
from schemas.catalogue import find
from tests.frames import frame

PORTRAIT, STAGE = find("mart.user_portrait"), find("mart.brand_stage")
DAYS = [date(2015, 10, 30), date(2015, 10, 31)]


@pytest.fixture
def portraits(lake: Lake) -> Lake:
    rows = [{"day": str(day), "person_id": person_id} for day in DAYS for person_id in ("a", "b")]
    stages = [
        {"day": str(DAYS[1]), "person_id": "a", "stage": "loyal"},
        {"day": str(DAYS[1]), "person_id": "b", "brand_id": "b02"},
    ]
    lake.replace(PORTRAIT, frame(lake.spark, PORTRAIT, rows), DAYS, {})
    lake.replace(STAGE, frame(lake.spark, STAGE, stages), DAYS, {})
    return lake


def test_the_people_of_the_newest_night_are_its_portraits(portraits: Lake) -> None:
    expected = frame(portraits.spark, PORTRAIT, [{"day": str(DAYS[1]), "person_id": person_id} for person_id in ("a", "b")])
    assert newest_day(portraits) == DAYS[1]
    assertDataFrameEqual(people(portraits, DAYS[1]), expected)


def test_the_people_of_a_brand_are_those_who_met_it_with_their_stage(portraits: Lake) -> None:
    found = people(portraits, DAYS[1], "b01").select("person_id", "stage", "city_tier")
    assertDataFrameEqual(found, portraits.spark.createDataFrame([("a", "loyal", 3)], found.schema))


def test_a_night_without_portraits_is_refused_by_day(portraits: Lake) -> None:
    with pytest.raises(MissingInput, match="holds no portraits of 2015-11-01: run `brandcube night --day 2015-11-01` first"):
        people(portraits, date(2015, 11, 1))


def test_a_lake_without_any_night_is_refused(lake: Lake) -> None:
    with pytest.raises(MissingInput, match="holds no portraits: run `brandcube night`"):
        newest_day(lake)


def test_a_folder_that_is_not_there_is_no_lake(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="is no lake: run `make demo`"):
        open_lake(tmp_path / "nowhere")
