from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest

from conf.errors import MissingInput, UnknownName
from jobs.explore import cube
from jobs.explore.cubes import MEASURES
from jobs.lake import Lake
from schemas.catalogue import find
from tests.frames import frame

CUBE = find("mart.brand_cube")
DAYS = [date(2015, 11, 1), date(2015, 11, 2)]
KEY = {"day": str(DAYS[0]), "brand_id": "b01", "scene": "live", "city_tier": 3, "price_band": 2, "category": "phone"}


def cell(n_person: int, n_order: int, **where: Any) -> dict[str, Any]:
    counts = {"n_person": n_person, "n_event": 10 * n_person, "n_order": n_order, "gmv_fen": 100 * n_order}
    return {**KEY, "stage": "loyal", **counts, **where}


@pytest.fixture
def cells(lake: Lake) -> Lake:
    rows = [
        cell(30, 6),
        cell(20, 2, city_tier=1),
        cell(40, 1, scene="search"),
        cell(25, 1, day=str(DAYS[1])),
        cell(99, 9, brand_id="b02"),
    ]
    lake.replace(CUBE, frame(lake.spark, CUBE, rows), DAYS, {})
    return lake


def table(lake: Lake, by: list[str], days: date | list[date] = DAYS, least_people: int = 1) -> list[list[Any]]:
    found = cube(lake, "b01", days, by, least_people=least_people).table()
    return found[[*by, *MEASURES[:6]]].values.tolist()


def test_everything_but_people_adds_up_and_people_are_bounded(cells: Lake) -> None:
    assert table(cells, []) == [[50, 115, 1150, 10, 1000, 10]]
    assert table(cells, ["scene"]) == [["live", 50, 75, 750, 9, 900, 10], ["search", 40, 40, 400, 1, 100, 10]]


def test_people_are_exact_where_days_scenes_and_categories_are_kept_apart(cells: Lake) -> None:
    by = ["day", "scene", "category"]
    people = [row[3:5] for row in table(cells, by)]
    assert people == [[50, 50], [40, 40], [25, 25]]


def test_one_day_is_read_alone(cells: Lake) -> None:
    assert table(cells, ["city_tier"], DAYS[1]) == [[3, 25, 25, 250, 1, 100, 1]]


def test_shares_of_orders_have_wilsons_interval_and_their_base(cells: Lake) -> None:
    found = cube(cells, "b01", DAYS, ["scene"], least_people=1).table()[["order_share", "ci_low", "ci_high"]].round(4)
    expected = pd.DataFrame([(0.9, 0.5958, 0.9821), (0.1, 0.0179, 0.4042)], columns=found.columns)
    pd.testing.assert_frame_equal(found, expected)


def test_a_group_where_refunds_outweigh_the_orders_has_no_share(lake: Lake) -> None:
    rows = [cell(5, 3), cell(5, -1, stage="aware")]
    lake.replace(CUBE, frame(lake.spark, CUBE, rows), DAYS[:1], {})
    found = cube(lake, "b01", DAYS[0], ["stage"], least_people=1).table().set_index("stage")
    assert found["order_share"].isna().to_dict() == {"aware": True, "loyal": True}


def test_groups_of_surely_too_few_people_are_hidden_and_said_to_be(cells: Lake) -> None:
    found = cube(cells, "b01", DAYS, ["scene"], least_people=41)
    assert found.table()["scene"].tolist() == ["live"]
    assert "1 groups of surely fewer than 41 people are hidden" in found.note


def test_the_chart_says_what_it_rests_on(cells: Lake) -> None:
    drawn = cube(cells, "b01", DAYS, ["scene", "stage"], least_people=1).chart().to_dict()
    assert "Brand b01, 10 orders net" in str(drawn["title"])


def test_an_unknown_dimension_is_refused_by_name(cells: Lake) -> None:
    with pytest.raises(UnknownName, match="no dimension is named 'zodiac'"):
        cube(cells, "b01", DAYS, ["zodiac"])


def test_a_brand_without_a_cube_is_refused_by_name(cells: Lake) -> None:
    with pytest.raises(MissingInput, match="brand 'b99' has no cube on 2015-11-01"):
        cube(cells, "b99", DAYS, ["scene"])
