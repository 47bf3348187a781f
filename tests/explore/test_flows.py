from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import SparkSession

from conf.errors import MissingInput, UnknownName
from jobs.changes import as_of
from jobs.explore import stage_flow
from jobs.explore.flows import _hidden
from jobs.lake import Lake
from schemas.catalogue import find
from tests.frames import frame

STAGE, PORTRAIT = find("mart.brand_stage"), find("mart.user_portrait")
T0, T1, LATER = date(2015, 11, 1), date(2015, 11, 8), date(2015, 11, 9)
MOVED = {("aware", "aware"): 4, ("aware", "interest"): 3, ("interest", "loyal"): 2, ("loyal", ""): 1, ("", "aware"): 5}


def _rows(day: date, place: int) -> list[dict[str, Any]]:
    """What a night keeps: the people's stages on the first day, then only those that changed."""
    found = []
    for (start, end), n in MOVED.items():
        stages = (start, end)
        if not stages[place] and not place:
            continue
        if place and start == end:
            continue
        named = {"stage": stages[place] or start, "stages": [{"scheme": "aipl", "stage": stages[place] or start}]}
        gone = {"is_gone": not stages[place]}
        found += [{"day": day, "person_id": f"{start}>{end}{number}", **named, **gone} for number in range(n)]
    return [*found, {"day": day, "person_id": "x", "brand_id": "b02", "stages": [{"scheme": "aipl", "stage": "aware"}]}]


@pytest.fixture
def moved(spark: SparkSession, lake: Lake) -> Lake:
    lake.replace(PORTRAIT, frame(spark, PORTRAIT, [{"day": T0}]), [T0], {})
    for place, day in enumerate((T0, T1)):
        lake.replace(STAGE, frame(spark, STAGE, _rows(day, place)), [day], {})
    return lake


def test_rows_add_up_to_the_stages_of_the_first_day_and_columns_to_those_of_the_second(moved: Lake) -> None:
    flow = stage_flow(moved, "b01", T0, T1, least_people=1)
    told = {(row["from_stage"], row["to_stage"]): row["n"] for row in flow.table().to_dict("records")}
    assert told == {(start or "none", end or "none"): n for (start, end), n in MOVED.items()}
    for day, side in ((T0, "from_stage"), (T1, "to_stage")):
        sizes = as_of(moved, STAGE, day).where("brand_id = 'b01'").groupBy("stage").count().collect()
        sums = flow.table().groupby(side)["n"].sum().drop("none").to_dict()
        assert sums == {row.stage: row["count"] for row in sizes}
    expected = [("aware", 7, 9), ("interest", 2, 3), ("purchase", 0, 0), ("loyal", 1, 2)]
    assert [tuple(row) for row in flow.stock().to_numpy()] == expected


def test_a_flow_has_its_base_and_interval(moved: Lake) -> None:
    flow = stage_flow(moved, "b01", T0, T1, least_people=1)
    row = flow.table().round(4).to_dict("records")[1]
    numbers = {"n": 3, "base_n": 7, "share": 0.4286, "ci_low": 0.1582, "ci_high": 0.7495}
    assert row == {"from_stage": "aware", "to_stage": "interest", **numbers}
    assert len(flow.chart().to_dict()["layer"]) == 2
    assert flow.note == (
        "Brand b01, aipl, 2015-11-01 to 2015-11-08; 95 % intervals; "
        "0 groups are hidden so that none under 1 people can be read or derived."
    )


def test_asked_again_after_further_nights_the_same_dates_give_the_same_bytes(spark: SparkSession, moved: Lake) -> None:
    before = stage_flow(moved, "b01", T0, T1, least_people=1)
    late = [{"day": LATER, "person_id": "aware>aware0", "stage": "loyal", "stages": [{"scheme": "aipl", "stage": "loyal"}]}]
    new = [{"day": LATER, "person_id": "late", "last_day": T0, "stages": [{"scheme": "aipl", "stage": "aware"}]}]
    moved.replace(STAGE, frame(spark, STAGE, late + new), [LATER], {})
    after = stage_flow(moved, "b01", T0, T1, least_people=1)
    assert after.table().to_csv() == before.table().to_csv()
    assert after.stock().to_csv() == before.stock().to_csv()
    assert stage_flow(moved, "b01", T0, LATER, least_people=1).table().to_csv() != before.table().to_csv()


def test_a_small_flow_is_hidden_with_another_that_would_betray_it(moved: Lake) -> None:
    flow = stage_flow(moved, "b01", T0, T1, least_people=3)
    shown = [(row["from_stage"], row["to_stage"]) for row in flow.table().to_dict("records")]
    assert shown == [("aware", "aware"), ("aware", "interest"), ("none", "aware")]
    assert flow.n_hidden == 2
    few = flow.stock().set_index("stage").isna()
    assert few["start"].to_dict() == {"aware": False, "interest": True, "purchase": False, "loyal": True}
    assert few["end"].to_dict() == {"aware": False, "interest": False, "purchase": False, "loyal": True}


def test_hiding_goes_on_until_no_sum_of_a_row_or_column_betrays_a_group() -> None:
    n = pd.DataFrame([[1, 20, 30], [40, 50, 60], [70, 80, 90]], index=list("abc"), columns=list("abc"))
    hidden = _hidden(n, 5)
    assert hidden.to_numpy().tolist() == [[True, True, False], [True, True, False], [False, False, False]]


def test_another_scheme_is_asked_for_by_name_and_an_unknown_one_refused(moved: Lake) -> None:
    assert stage_flow(moved, "b01", T0, T1, scheme="5a", least_people=1).stock()["stage"].tolist()[-1] == "advocate"
    with pytest.raises(UnknownName, match="no scheme is named '6a'; conf/lifecycle has 4a, 5a, aipl"):
        stage_flow(moved, "b01", T0, T1, scheme="6a")


def test_a_day_before_the_first_night_is_refused(moved: Lake) -> None:
    with pytest.raises(MissingInput, match="holds no portraits of 2015-10-31"):
        stage_flow(moved, "b01", date(2015, 10, 31), T1)
