from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

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
    rows: list[dict[str, Any]] = [
        {"day": str(DAYS[0]), "person_id": "a"},
        {"day": str(DAYS[0]), "person_id": "c"},
        {"day": str(DAYS[1]), "person_id": "b", "last_order_day": "2015-10-21"},
        {"day": str(DAYS[1]), "person_id": "c", "is_gone": True},
    ]
    stages: list[dict[str, Any]] = [
        {"day": str(DAYS[1]), "person_id": "a", "stages": [{"scheme": "aipl", "stage": "loyal"}]},
        {"day": str(DAYS[1]), "person_id": "b", "brand_id": "b02"},
    ]
    lake.replace(PORTRAIT, frame(lake.spark, PORTRAIT, rows), DAYS, {})
    lake.replace(STAGE, frame(lake.spark, STAGE, stages), DAYS, {})
    return lake


def test_the_people_of_the_newest_night_are_its_portraits(portraits: Lake) -> None:
    assert newest_day(portraits) == DAYS[1]
    found = people(portraits, DAYS[1]).select("day", "person_id", "recency_days")
    assertDataFrameEqual(found, portraits.spark.createDataFrame([(DAYS[1], "a", None), (DAYS[1], "b", 10)], found.schema))


def test_any_past_night_can_be_asked_for(portraits: Lake) -> None:
    assert {row.person_id for row in people(portraits, DAYS[0]).collect()} == {"a", "c"}
    assert {row.person_id for row in people(portraits, date(2015, 11, 30)).collect()} == {"a", "b"}


def test_the_people_of_a_brand_are_those_who_met_it_with_their_stage(portraits: Lake) -> None:
    found = people(portraits, DAYS[1], "b01").select("person_id", "stage", "city_tier")
    assertDataFrameEqual(found, portraits.spark.createDataFrame([("a", "loyal", 3)], found.schema))


def test_a_night_without_portraits_is_refused_by_day(portraits: Lake) -> None:
    with pytest.raises(MissingInput, match="holds no portraits of 2015-10-01: run `brandcube night --day 2015-10-01` first"):
        people(portraits, date(2015, 10, 1))


def test_a_lake_without_any_night_is_refused(lake: Lake) -> None:
    with pytest.raises(MissingInput, match="holds no portraits: run `brandcube night`"):
        newest_day(lake)


def test_a_folder_that_is_not_there_is_no_lake(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="is no lake: run `make demo`"):
        open_lake(tmp_path / "nowhere")
