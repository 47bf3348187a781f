from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from conf.errors import UnknownName
from jobs.explore import Portrait, TooFewPeople, portrait
from jobs.explore.portraits import tgi

GROUPS = {("3", "live"): 40, ("3", "search"): 10, ("6", "live"): 50, (None, "live"): 60, ("1", "search"): 40}


def of(spark: SparkSession, groups: dict[tuple[str | None, str], int]) -> DataFrame:
    rows = [(*values, f"{values}{number}") for values, n in groups.items() for number in range(n)]
    return spark.createDataFrame(rows, "city_tier STRING, scene STRING, person_id STRING")


@pytest.fixture
def compared(spark: SparkSession) -> Portrait:
    segment = of(spark, {("3", "live"): 40, ("3", "search"): 10, ("6", "live"): 50})
    return portrait(segment, of(spark, GROUPS), ["city_tier"], least_people=20)


def test_each_group_has_its_count_shares_and_index_with_intervals(compared: Portrait) -> None:
    shown = compared.table().set_index(["tag", "value"]).round(4)
    index = ("city_tier", "3"), ("city_tier", "6")
    expected = pd.DataFrame(
        [
            (50, 50, 0.5, 0.4038, 0.5962, 0.25, 200.0, 174.1169, 229.7307),
            (50, 50, 0.5, 0.4038, 0.5962, 0.25, 200.0, 174.1169, 229.7307),
        ],
        columns=["n", "base_n", "share", "share_low", "share_high", "base_share", "tgi", "ci_low", "ci_high"],
        index=pd.MultiIndex.from_tuples(index, names=["tag", "value"]),
    )
    pd.testing.assert_frame_equal(shown, expected)


def test_small_groups_are_hidden_and_said_to_be(compared: Portrait) -> None:
    assert (compared.n, compared.base_n, compared.n_hidden) == (100, 200, 2)
    assert "2 groups are hidden so that none under 20 people can be read or derived" in compared.note


def test_a_single_small_group_takes_the_next_smallest_with_it(spark: SparkSession) -> None:
    people = of(spark, {("1", "live"): 5, ("2", "live"): 30, ("3", "live"): 40})
    found = portrait(people, people, ["city_tier"], least_people=10)
    assert found.table()["value"].tolist() == ["3"]


def test_people_without_the_tag_are_a_group_of_their_own(spark: SparkSession) -> None:
    people = of(spark, GROUPS)
    found = portrait(people, people, ["city_tier", "scene"], least_people=1).table()
    assert found[["tag", "value", "n"]].values.tolist() == [
        ["city_tier", "1", 40],
        ["city_tier", "3", 50],
        ["city_tier", "6", 50],
        ["city_tier", "none", 60],
        ["scene", "live", 150],
        ["scene", "search", 50],
    ]


def test_where_all_groups_are_hidden_the_table_is_empty_and_the_chart_still_draws(spark: SparkSession) -> None:
    people = of(spark, {("1", "live"): 6, ("2", "live"): 6})
    found = portrait(people, people, ["city_tier"], least_people=10)
    assert found.table().empty
    assert "2 groups are hidden" in str(found.chart().to_dict()["title"])


def test_a_crowd_under_the_least_number_is_refused(spark: SparkSession) -> None:
    few = of(spark, {("1", "live"): 9})
    with pytest.raises(TooFewPeople, match="the segment holds 9 people, fewer than 10: widen it"):
        portrait(few, of(spark, GROUPS), ["scene"], least_people=10)


def test_the_least_number_of_the_settings_holds_where_none_is_given(spark: SparkSession) -> None:
    with pytest.raises(TooFewPeople, match="fewer than 50"):
        portrait(of(spark, {("1", "live"): 49}), of(spark, GROUPS), ["scene"])


def test_an_unknown_tag_is_refused_by_name(spark: SparkSession) -> None:
    people = of(spark, {("1", "live"): 10})
    with pytest.raises(UnknownName, match="no tag is named 'zodiac'"):
        portrait(people, people, ["zodiac"], least_people=1)


def test_a_segment_apart_from_its_base_has_katzs_interval(spark: SparkSession) -> None:
    apart = of(spark, {("3", "moments_ad"): 50, ("6", "moments_ad"): 50})
    found = portrait(apart, of(spark, GROUPS), ["city_tier"], least_people=20).table().set_index("value").loc["3"]
    assert (found["tgi"], found["ci_low"], found["ci_high"]) == pytest.approx((200, 146.7044, 272.6571), abs=1e-4)


def test_the_index_of_the_base_against_itself_is_a_hundred_for_sure() -> None:
    assert tgi(30, 90, 30, 90, is_part=True)[:3] == pytest.approx((100, 100, 100))


def test_the_interval_of_a_part_holds_the_truth_nineteen_times_in_twenty() -> None:
    lot = np.random.default_rng(1)
    truth, held = 100 * 0.11 / (0.8 * 0.11 + 0.2 * 0.04), 0
    for _ in range(2_000):
        is_in = lot.random(2_000) < 0.8
        has_tag = lot.random(2_000) < np.where(is_in, 0.11, 0.04)
        found = tgi(int((is_in & has_tag).sum()), int(is_in.sum()), int(has_tag.sum()), 2_000, is_part=True)
        held += found.low <= truth <= found.high
    assert 0.93 < held / 2_000 < 0.97


def test_the_chart_holds_every_group_that_the_table_shows(compared: Portrait) -> None:
    drawn = compared.chart().to_dict()["datasets"]
    rows = [row for data in drawn.values() for row in data if "value" in row]
    assert sorted(row["value"] for row in rows) == ["3", "6"]
