"""A returned pseudonym resolves to whom it was given, under the key before too until its last day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from conf.settings import Keys
from jobs.serving.returns import resolved
from schemas.catalogue import find
from tests.frames import frame

LISTED, RETURNED = find("serving.target_list"), find("landing.ad_return")
ROTATED = date(2015, 8, 1)
KEYS = Keys(root_file="", create_if_missing=False, version=3, rotated_on=ROTATED, overlap_days=90)


@pytest.fixture(scope="module")
def told(spark: SparkSession) -> dict[str, str | None]:
    """To whom each of the returned rows resolves, by its event id."""
    given = [
        {"person_id": f"person {version}", "audience_hash": f"pv1_{version}_{'0' * 64}", "list_id": f"l{version}"}
        for version in (1, 2, 3)
    ]
    back = [
        {"event_id": f"v{version} day {days}", "audience_hash": f"pv1_{version}_{'0' * 64}", "event_day": str(day)}
        for version in (1, 2, 3)
        for days in (0, 89, 90, 91)
        for day in [ROTATED + timedelta(days=days)]
    ]
    strange = [
        {"event_id": "never given", "audience_hash": f"pv1_3_{'1' * 64}"},
        {"event_id": "another brand's", "audience_hash": f"pv1_3_{'0' * 64}", "brand_id": "b02"},
        {"event_id": "no pseudonym", "audience_hash": "13800138000"},
    ]
    rows = resolved(frame(spark, RETURNED, back + strange), frame(spark, LISTED, given), KEYS)
    return {row.event_id: row.person_id for row in rows.select("event_id", "person_id").collect()}


def test_the_key_before_resolves_up_to_its_ninetieth_day_and_no_longer(told: dict[str, str | None]) -> None:
    found = {days: told[f"v2 day {days}"] for days in (0, 89, 90, 91)}
    assert found == {0: "person 2", 89: "person 2", 90: "person 2", 91: None}


def test_todays_key_always_resolves_and_one_that_is_two_rotations_old_never(told: dict[str, str | None]) -> None:
    assert {told[f"v3 day {days}"] for days in (0, 89, 90, 91)} == {"person 3"}
    assert {told[f"v1 day {days}"] for days in (0, 89, 90, 91)} == {None}


def test_what_was_never_given_to_this_brand_resolves_to_nobody(told: dict[str, str | None]) -> None:
    assert [told[name] for name in ("never given", "another brand's", "no pseudonym")] == [None, None, None]


def test_nothing_but_todays_key_resolves_before_any_rotation(spark: SparkSession) -> None:
    first = KEYS.model_copy(update={"version": 1, "rotated_on": None})
    given = frame(
        spark, LISTED, [{"person_id": "p", "audience_hash": "pv1_1_x"}, {"person_id": "q", "audience_hash": "pv1_0_x"}]
    )
    back = frame(
        spark, RETURNED, [{"event_id": "a", "audience_hash": "pv1_1_x"}, {"event_id": "b", "audience_hash": "pv1_0_x"}]
    )
    rows = resolved(back, given, first).orderBy("event_id").collect()
    assert [row.person_id for row in rows] == ["p", None]
