from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.schemes import BEHAVIOURS, Lifecycle, Stage
from conf.settings import Settings
from jobs.mart import brand_stage
from schemas.catalogue import find
from tests.frames import frame

TABLE, FACET = find("mart.brand_stage"), find("core.account_facet_window")
PERSON, PORTRAIT = find("core.person"), find("mart.user_portrait")
DAY = date(2015, 10, 31)
TODAY = (DAY - date(1970, 1, 1)).days
COUNTED = [name.format(days) for name, windows in BEHAVIOURS.items() for days in windows]
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def aipl(settings: Settings) -> Settings:
    """One scheme alone."""
    return settings.model_copy(update={"lifecycles": {"aipl": settings.lifecycle}})


def met(
    account: str = "j1", value: str = "b01", days: tuple[int, ...] = (0,), ordered: tuple[int, ...] = (), **facts: Any
) -> Any:
    """An account that met a brand so many days ago."""
    arrays = {"active_days": [TODAY - ago for ago in days], "order_days": [TODAY - ago for ago in ordered]}
    return {**dict.fromkeys(COUNTED, 0), "account_hash": account, "value": value, **arrays, **facts}


def built(spark: SparkSession, settings: Settings, rows: Rows, people: str = "j1 j2 j3 j4 j5 j6") -> DataFrame:
    bound = [{"identifier_type": "jd_pin", "identifier_hash": "j0", "person_id": "j1"}]
    portraits = [{"person_id": person_id} for person_id in people.split()]
    return brand_stage.build(
        frame(spark, FACET, rows), frame(spark, PERSON, bound), frame(spark, PORTRAIT, portraits), day=DAY, settings=settings
    )


def stage(name: str = "aware", rank: int = 1, last: int = 0, **facts: Any) -> dict[str, Any]:
    named = {"stage": name, "stage_rank": rank, "stages": [{"scheme": "aipl", "stage": name}]}
    days = {"day": str(DAY), "last_day": str(DAY - timedelta(days=last))}
    return {**dict.fromkeys(COUNTED, 0), **days, **named, "person_id": "j1", "brand_id": "b01", **facts}


def test_windows_are_summed_over_a_persons_accounts_brand_by_brand(spark: SparkSession, aipl: Settings) -> None:
    rows = [
        met(n_touch_90d=2, n_touch_7d=1, days=(6, 9), ordered=(91,), n_order_365d=1, spend_365d_fen=700),
        met("j0", n_touch_90d=3, n_interest_30d=1, days=(7,), ordered=(80,)),
        met("j1", "b02", days=(364,), ordered=(364,)),
        {**met(), "facet": "scene", "value": "b01"},
    ]
    bought = {"n_touch_90d": 5, "n_touch_7d": 1, "n_interest_30d": 1, "n_order_365d": 1, "spend_365d_fen": 700}
    ordered = {"last_order_day": str(DAY - timedelta(days=80))}
    expected = [stage("purchase", 3, 6, **bought, **ordered), stage(last=364, brand_id="b02")]
    assertDataFrameEqual(built(spark, aipl, rows), frame(spark, TABLE, expected))


def test_the_unknown_brand_and_people_without_a_portrait_are_left_out(spark: SparkSession, aipl: Settings) -> None:
    assertDataFrameEqual(built(spark, aipl, [met(value="unknown"), met("j9")]), frame(spark, TABLE, []))


def test_the_highest_stage_of_which_any_condition_holds_wins_in_every_scheme(spark: SparkSession, settings: Settings) -> None:
    rows = [
        met("j1", n_touch_30d=1),
        met("j2", n_touch_30d=5, n_touch_7d=5),
        met("j3", n_interest_30d=1, n_interest_90d=1),
        met("j4", n_order_365d=1),
        met("j5", n_order_365d=3),
        met("j6", n_order_365d=4, n_touch_30d=9),
    ]
    found = built(spark, settings, rows).selectExpr("person_id", "stage", "stage_rank", "map_from_entries(stages) AS told")
    expected = {
        "j1": ("aware", 1, "aware", "aware"),
        "j2": ("interest", 2, "appeal", "ask"),
        "j3": ("interest", 2, "appeal", "ask"),
        "j4": ("purchase", 3, "act", "act"),
        "j5": ("loyal", 4, "act", "act"),
        "j6": ("loyal", 4, "advocate", "advocate"),
    }
    told = {row.person_id: (row.stage, row.stage_rank, row.told["4a"], row.told["5a"]) for row in found.collect()}
    assert told == expected
    assert all(row.told["aipl"] == row.stage for row in found.collect())


def test_a_condition_holds_where_all_its_columns_do_and_who_fits_nowhere_is_in_the_lowest_stage(
    spark: SparkSession, settings: Settings
) -> None:
    both = Stage(name="hot", any_of=({"n_order_365d": 1, "n_touch_7d": 1},))
    scheme = Lifecycle(name="own", stages=(Stage(name="cold", any_of=()), both))
    own = settings.model_copy(update={"lifecycle": scheme})
    rows = [met("j1", n_order_365d=1), met("j2", n_touch_7d=1), met("j3", n_order_365d=1, n_touch_7d=1)]
    found = built(spark, own, rows).select("person_id", "stage", "stage_rank")
    assertDataFrameEqual(found, spark.createDataFrame([("j1", "cold", 1), ("j2", "cold", 1), ("j3", "hot", 2)], found.schema))


def test_every_behaviour_that_a_rule_may_name_is_a_column_of_facets_and_stages() -> None:
    assert set(COUNTED) <= set(FACET.column_names) & set(TABLE.column_names)
