from __future__ import annotations

from functools import reduce
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.settings import Settings
from jobs.mart import brand_cube
from schemas.catalogue import find
from tests.frames import frame

TABLE, TILE, PERSON = find("mart.brand_cube"), find("core.user_brand_day"), find("core.person")
PORTRAIT, STAGE = find("mart.user_portrait"), find("mart.brand_stage")
ZERO = dict.fromkeys([name for name in TILE.column_names if name.startswith("n_") or name.endswith("_fen")], 0)
BOUND = [{"identifier_type": "openid", "identifier_hash": "o1", "person_id": "j1"}]
PEOPLE = [
    {"person_id": "j1", "city_tier": 3, "price_band": 2, "day": "2015-10-31"},
    {"person_id": "j2", "city_tier": 3, "price_band": 2},
]
STAGES = [{"person_id": person_id, "brand_id": "b01", "stage": "loyal"} for person_id in ("j1", "j2")]
CELL = {"city_tier": 3, "price_band": 2, "stage": "loyal"}
Rows = list[dict[str, Any]]


def tile(account: str = "j1", **facts: Any) -> dict[str, Any]:
    return {**ZERO, "account_type": "openid" if account == "o1" else "jd_pin", "account_hash": account, **facts}


def built(spark: SparkSession, settings: Settings, tiles: Rows) -> DataFrame:
    return brand_cube.build(
        frame(spark, TILE, tiles),
        frame(spark, PERSON, BOUND),
        frame(spark, PORTRAIT, PEOPLE),
        frame(spark, STAGE, STAGES),
        settings=settings,
    )


def test_a_cell_counts_each_person_once_over_accounts_and_cities(spark: SparkSession, settings: Settings) -> None:
    tiles = [
        tile(n_touch=1, city_code="110000"),
        tile(n_touch=2, city_code="310000", n_order=1, net_fen=500),
        tile("o1", n_touch=4),
        tile("j2", n_order=-1, net_fen=-200),
    ]
    row = {**CELL, "n_person": 2, "n_event": 7, "n_order": 0, "gmv_fen": 300}
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, [row]))


def test_whoever_has_no_stage_is_aware_and_the_unknown_brand_and_people_without_portrait_are_left_out(
    spark: SparkSession, settings: Settings
) -> None:
    tiles = [tile(n_touch=1, brand_id="b02"), tile(n_touch=1, brand_id="unknown"), tile("j9", n_touch=1)]
    row = {**CELL, "brand_id": "b02", "stage": "aware", "n_person": 1, "n_event": 1, "n_order": 0, "gmv_fen": 0}
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, [row]))


def test_a_range_of_days_equals_the_days_one_by_one_under_the_same_snapshots(spark: SparkSession, settings: Settings) -> None:
    days = ("2015-11-01", "2015-11-02")
    tiles = [
        tile(account, day=day, scene=scene, n_touch=1, n_order=number, net_fen=100 * number)
        for number, day in enumerate(days)
        for account in ("j1", "j2", "o1")
        for scene in ("live", "search")
    ]
    one_by_one = [built(spark, settings, [row for row in tiles if row["day"] == day]) for day in days]
    assertDataFrameEqual(built(spark, settings, tiles), reduce(DataFrame.unionByName, one_by_one))
