from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from jobs.dictionary import render
from jobs.explore import TooFewPeople, portrait, tags
from jobs.explore.tagging import Tags
from jobs.recency import dated
from schemas.catalogue import find
from schemas.mart.user_portrait import TAGS
from tests.frames import frame

PORTRAIT = find("mart.user_portrait")


@pytest.fixture
def found(spark: SparkSession) -> Tags:
    rows = [
        {"person_id": f"p{number}", "city_tier": 0 if number < 4 else 3, "city_share": 0.5 if number < 2 else None}
        | {"favourite_scene": "unknown" if number < 9 else "live"}
        for number in range(10)
    ]
    return tags(dated(frame(spark, PORTRAIT, rows)), least_people=3)


def test_every_tag_has_its_meaning_source_window_and_the_people_it_is_known_of(found: Tags) -> None:
    rows = {row["tag"]: row for row in found.table().to_dict("records")}
    assert list(rows) == [tag.name for tag in TAGS]
    tier = rows["city_tier"]
    assert (tier["n"], tier["base_n"], tier["share"]) == (6, 10, 0.6)
    assert (tier["meaning"], tier["source"], tier["window"]) == (
        "City tier 1 to 6, 0 where unknown",
        "core.account_facet_window, landing.city",
        "365 days",
    )
    assert (rows["first_order_day"]["n"], rows["first_order_day"]["window"]) == (0, "all that is known")
    assert rows["n_active_day_7d"]["n"] == 10


def test_a_tag_that_few_have_or_few_lack_has_no_number(found: Tags) -> None:
    numbers = found.table().set_index("tag")[["n", "share", "ci_low", "ci_high"]]
    few = numbers.isna().all(axis=1)
    assert few[few].index.tolist() == ["city_share", "favourite_scene"]
    assert found.n_hidden == 2
    assert "2 numbers are hidden so that none under 3 people" in found.note
    assert len(found.chart().to_dict()["layer"]) == 2


def test_too_few_people_have_no_tags(spark: SparkSession) -> None:
    with pytest.raises(TooFewPeople, match="there are 1 people, fewer than 50"):
        tags(frame(spark, PORTRAIT, [{}]))


def test_a_portrait_without_tags_to_go_by_takes_all_that_make_groups(spark: SparkSession) -> None:
    people = dated(frame(spark, PORTRAIT, [{"person_id": f"p{number}"} for number in range(5)]))
    told = portrait(people, people, least_people=1).table()["tag"].tolist()
    assert sorted(told) == sorted(tag.name for tag in TAGS if tag.column.allowed or tag.column.type == "BOOLEAN")


def test_the_dictionary_holds_the_catalogue() -> None:
    rows = [line for line in render().splitlines() if line.count("|") == 6]
    assert "| lifecycle | " in "\n".join(rows)
    assert rows[-1].startswith(
        "| n_active_day_365d | Days with a contact or order in 365 days | core.account_window | 365 days | no"
    )
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows][-len(TAGS) :] == [tag.name for tag in TAGS]
