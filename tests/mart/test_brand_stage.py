from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.errors import UnknownName
from conf.settings import Lifecycle, Settings, Stage
from jobs.mart import brand_stage
from schemas.catalogue import find
from tests.frames import frame

TABLE, TILE = find("mart.brand_stage"), find("core.user_brand_day")
PERSON, PORTRAIT = find("core.person"), find("mart.user_portrait")
DAY = date(2015, 10, 31)
ZERO = dict.fromkeys([name for name in TILE.column_names if name.startswith("n_") or name.endswith("_fen")], 0)
Rows = list[dict[str, Any]]


def tile(days_ago: int = 0, account: str = "j1", **facts: Any) -> dict[str, Any]:
    return {**ZERO, "day": str(DAY - timedelta(days=days_ago)), "account_hash": account, **facts}


def built(spark: SparkSession, settings: Settings, tiles: Rows, people: str = "j1 j2 j3 j4 j5 j6") -> DataFrame:
    bound = [{"identifier_type": "jd_pin", "identifier_hash": "j0", "person_id": "j1"}]
    portraits = [{"person_id": person_id} for person_id in people.split()]
    return brand_stage.build(
        frame(spark, TILE, tiles), frame(spark, PERSON, bound), frame(spark, PORTRAIT, portraits), day=DAY, settings=settings
    )


def stage(**facts: Any) -> dict[str, Any]:
    zero = dict.fromkeys([column.name for column in TABLE.columns if column.type in ("INT", "BIGINT")], 0)
    return {
        **zero,
        "order_recency_days": None,
        "day": str(DAY),
        "person_id": "j1",
        "brand_id": "b01",
        "stage": "aware",
        **facts,
    }


def test_windows_are_summed_over_a_persons_accounts_brand_by_brand(spark: SparkSession, settings: Settings) -> None:
    tiles = [
        *(tile(ago, n_touch=1) for ago in (6, 7, 29, 30, 89, 90)),
        tile(29, "j0", n_interest=1),
        tile(30, n_interest=1),
        tile(91, "j0", n_order=1, net_fen=700),
        tile(364, brand_id="b02", n_touch=1),
    ]
    counts = {"n_touch_7d": 1, "n_touch_30d": 3, "n_touch_90d": 5, "n_interest_30d": 1, "n_interest_90d": 2}
    bought = {"n_order_365d": 1, "spend_365d_fen": 700, "order_recency_days": 91, "stage": "purchase"}
    rows = [stage(**counts, **bought, touch_recency_days=6), stage(brand_id="b02", touch_recency_days=364)]
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, rows))


def test_a_refund_undoes_the_order_and_the_stage(spark: SparkSession, settings: Settings) -> None:
    tiles = [tile(20, n_order=1, net_fen=700), tile(2, n_order=-1, net_fen=-700)]
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, [stage(touch_recency_days=2)]))


def test_the_unknown_brand_and_people_without_a_portrait_are_left_out(spark: SparkSession, settings: Settings) -> None:
    tiles = [tile(n_touch=1, brand_id="unknown"), tile(n_touch=1, account="j9")]
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, []))


def test_the_highest_stage_of_which_any_condition_holds_wins(spark: SparkSession, settings: Settings) -> None:
    tiles = [
        tile(account="j1", n_touch=4),
        tile(account="j2", n_touch=5),
        tile(29, account="j3", n_interest=1),
        tile(30, account="j4", n_interest=1),
        tile(364, account="j5", n_order=1),
        tile(account="j6", n_order=3, n_touch=9),
    ]
    found = built(spark, settings, tiles).select("person_id", "stage")
    stages = ["aware", "interest", "interest", "aware", "purchase", "loyal"]
    expected = [(f"j{number}", name) for number, name in enumerate(stages, 1)]
    assertDataFrameEqual(found, spark.createDataFrame(expected, found.schema))


def test_a_condition_holds_where_all_its_columns_do_and_who_fits_nowhere_is_in_the_lowest_stage(
    spark: SparkSession, settings: Settings
) -> None:
    both = Stage(name="loyal", any_of=({"n_order_365d": 1, "n_touch_7d": 1},))
    scheme = Lifecycle(name="own", stages=(Stage(name="aware", any_of=()), both))
    own = settings.model_copy(update={"lifecycle": scheme})
    tiles = [tile(account="j1", n_order=1), tile(account="j2", n_touch=1), tile(account="j3", n_order=1, n_touch=1)]
    found = built(spark, own, tiles).select("person_id", "stage")
    assertDataFrameEqual(found, spark.createDataFrame([("j1", "aware"), ("j2", "aware"), ("j3", "loyal")], found.schema))


def test_a_stage_that_asks_for_an_unknown_behaviour_is_refused_by_name(spark: SparkSession) -> None:
    scheme = Lifecycle(name="own", stages=(Stage(name="aware", any_of=({"n_dance_7d": 1},)),))
    with pytest.raises(UnknownName, match="no behaviour is named 'n_dance_7d'"):
        brand_stage.stage_of(scheme)
