"""The planted figures stand in the files, and each knob moves its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from jobs.festival.truth import Truth
from tests.festival.conftest import World, make
from tests.festival.reading import accounts, order_lines, recovered, rows

TOLERANCE = {
    "1": 1e-4,
    "2": 1e-9,
    "3": 1e-9,
    "4": 1e-9,
    "7.users": 0.03,
    "7.gmv": 1e-4,
    "9.ratio": 1e-6,
    "9.hours": 0.003,
    "9.rival_hours": 1e-6,
}


@pytest.fixture(scope="module")
def found(season: World) -> dict[str, float]:
    return recovered(season.inbox)


@pytest.mark.parametrize("figure", sorted(TOLERANCE))
def test_a_recomputation_from_the_files_finds_the_planted_figure(season: World, found: dict[str, float], figure: str) -> None:
    planted = season.made.figures[figure]["planted"]
    assert found[figure] == pytest.approx(planted, rel=TOLERANCE[figure])


def test_truth_json_tells_all_nineteen_figures(season: World) -> None:
    told = json.loads((season.inbox / "truth.json").read_text("utf-8"))["figures"]
    assert {figure.partition(".")[0] for figure in told} == {str(number) for number in range(1, 20)}
    assert told == json.loads(json.dumps(season.made.figures))


@pytest.fixture(scope="module")
def hamlet(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """The figures of a very small world with the usual knobs."""
    return recovered(make(tmp_path_factory.mktemp("hamlet"), Truth(), people=300).inbox)


@pytest.mark.parametrize(
    ("truth", "moved"),
    [
        (Truth(entrance_sales_ratio=12.0), {"1"}),
        (Truth(new_user_ratio=2.4), {"2"}),
        (Truth(low_tier_gmv=0.4), {"7.gmv"}),
        (Truth(goal_hours=252.0), {"9.hours"}),
    ],
)
def test_a_knob_moves_its_own_figure_and_no_other(
    hamlet: dict[str, float], tmp_path: Path, truth: Truth, moved: set[str]
) -> None:
    changed = recovered(make(tmp_path, truth, people=300).inbox)
    tolerance = TOLERANCE | {"7.gmv": 0.01}
    far = {figure for figure, value in changed.items() if value != pytest.approx(hamlet[figure], rel=tolerance[figure])}
    assert far == moved


def test_the_flagship_session_sells_at_its_planned_mean_price_within_its_hours(season: World) -> None:
    lines = order_lines(season.inbox)
    sold = lines[lines["live_session_id"].eq("l01")]
    session = (
        rows(season.inbox, "live_session").set_index("live_session_id")[["starts_at", "ends_at"]].astype("int64").loc["l01"]
    )
    assert sold["net_fen"].sum() / 100 / sold["jd_pin"].nunique() == 3_100
    assert session["ends_at"] - session["starts_at"] == 3 * 3_600_000
    assert sold["event_at"].between(session["starts_at"], session["ends_at"]).all()


def test_members_of_the_second_brand_overlap_with_the_first_as_planned(season: World) -> None:
    members = rows(season.inbox, "crm_member")
    numbers = members["member"].str.rpartition("-")[2]
    by_brand = {brand: set(numbers[members["brand_id"].eq(brand)]) for brand in ("b01", "b02")}
    assert len(by_brand["b01"] & by_brand["b02"]) / len(by_brand["b02"]) == pytest.approx(0.493, abs=0.01)


def test_jd_accounts_are_bound_to_an_openid_as_planned(season: World) -> None:
    seen = set(rows(season.inbox, "shopping_event")["jd_pin"])
    assert len(seen & set(accounts(season.inbox).values())) / len(seen) == pytest.approx(0.923, abs=0.02)


def test_buying_groups_fill_grow_and_deepen_as_planned(season: World) -> None:
    social = rows(season.inbox, "social_event")
    steps = social["action"].value_counts()
    assert 1 - steps["group_fail"] / steps["group_open"] == pytest.approx(0.65, abs=0.05)
    assert steps["group_join"] / steps["group_open"] == pytest.approx(2.1, abs=0.15)
    assert _depths(social).mean() == pytest.approx(1.4, abs=0.1)


def test_promises_are_kept_and_goods_leave_from_near_as_planned(season: World) -> None:
    service, near = rows(season.inbox, "service_event"), rows(season.inbox, "warehouse").set_index("warehouse_id")
    delivered = service[service["kind"].eq("delivered")]
    is_forward = delivered["warehouse_id"].map(near["is_forward"]).eq("true")
    kept = delivered["delivered_at"].le(delivered["promised_at"])
    assert kept[is_forward].mean() == pytest.approx(0.97, abs=0.03)
    assert kept[~is_forward].mean() == pytest.approx(0.91, abs=0.03)
    can_be_near = delivered["city_code"].isin(near.loc[near["is_forward"].eq("true"), "city_code"])
    assert is_forward[can_be_near].mean() == pytest.approx(0.8, abs=0.05)


def test_ratings_stand_above_the_market_as_planned(season: World) -> None:
    service, told = rows(season.inbox, "service_event"), rows(season.inbox, "market_benchmark")
    market = told[told["metric"].eq("market_mean_rating")].set_index("period")["value"].astype(float)
    for name, index in (("product", 104), ("logistics", 112), ("aftersale", 106)):
        assert 100 * service[f"{name}_rating"].mean() / market[name] == pytest.approx(index, rel=0.035)


def test_every_scene_carries_events_and_the_shared_campaign_has_its_brands(season: World) -> None:
    scenes = set(rows(season.inbox, "social_event")["scene"]) | set(rows(season.inbox, "shopping_event")["scene"])
    assert len(scenes) == 13
    campaigns = rows(season.inbox, "campaign")
    assert set(campaigns[campaigns["campaign_id"].eq("c07")]["brand_id"]) == {"b01", "b02", "b03"}


def test_activity_is_heavy_tailed(season: World) -> None:
    per_person = rows(season.inbox, "shopping_event")["jd_pin"].value_counts()
    top = per_person.head(len(per_person) // 10).sum() / per_person.sum()
    assert 0.3 < top < 0.7


def _depths(social: pd.DataFrame) -> pd.Series[float]:
    """How many shares lie between each joiner and the group's opener."""
    depth: dict[tuple[Any, Any], int] = {}
    steps = social[social["action"].isin(["group_open", "group_join"])].sort_values(["group_id", "event_at"])
    for step in steps.itertuples():
        depth[step.group_id, step.openid] = depth[step.group_id, step.sharer] + 1 if step.action == "group_join" else 0
    return pd.Series([value for value in depth.values() if value], dtype=float)
