from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.settings import Settings
from jobs.mart import user_portrait
from schemas.catalogue import find
from schemas.mart.user_portrait import WINDOWS
from tests.frames import frame

TABLE, TILE, PERSON = find("mart.user_portrait"), find("core.user_brand_day"), find("core.person")
CONSENT, CITY, PRODUCT = find("landing.consent"), find("landing.city"), find("landing.product")
DAY = date(2015, 10, 31)
ZERO = dict.fromkeys([name for name in TILE.column_names if name.startswith("n_") or name.endswith("_fen")], 0)
UNKNOWN = {"brand_id": "unknown", "scene": "unknown", "category": "unknown", "city_code": "unknown"}
GRANT = {"purpose": "portrait"}
BOUND = [
    {"identifier_type": "jd_pin", "identifier_hash": "j1", "person_id": "a"},
    {"identifier_type": "openid", "identifier_hash": "o1", "person_id": "a"},
]
Rows = list[dict[str, Any]]


def tile(days_ago: int = 0, account: str = "j1", **facts: Any) -> dict[str, Any]:
    kind = "openid" if account.startswith("o") else "jd_pin"
    where = {"day": str(DAY - timedelta(days=days_ago)), "account_type": kind, "account_hash": account}
    return {**ZERO, **UNKNOWN, **where, **facts}


def built(
    spark: SparkSession, settings: Settings, tiles: Rows, *, person: Rows = BOUND, consent: Rows | None = None,
    city: Rows | None = None, product: Rows | None = None,
) -> DataFrame:  # fmt: skip
    accounts = {(row["account_type"], row["account_hash"]) for row in tiles}
    everyone = [{**GRANT, f"{kind}_hash": account} for kind, account in sorted(accounts)]
    return user_portrait.build(
        frame(spark, TILE, tiles),
        frame(spark, PERSON, person),
        frame(spark, CONSENT, everyone if consent is None else consent),
        frame(spark, CITY, city or []),
        frame(spark, PRODUCT, product or []),
        day=DAY,
        settings=settings,
    )


def portrait(person_id: str, **facts: Any) -> dict[str, Any]:
    """Somebody who was there on one day, the run's, and did nothing that counts."""
    zero = dict.fromkeys([column.name for column in TABLE.columns if column.type in ("INT", "BIGINT")], 0)
    nothing = {"recency_days": None, "favourite_scene": "unknown", "favourite_category": "unknown", "lifecycle": "new"}
    active = {f"n_active_day_{days}d": 1 for days in WINDOWS}
    return {"day": str(DAY), "person_id": person_id, "is_on_wechat": False, **zero, **nothing, **active, **facts}


def windows(name: str, values: tuple[int, ...]) -> dict[str, int]:
    return {name.format(days): value for days, value in zip(WINDOWS, values, strict=True)}


def test_a_bound_persons_accounts_are_one_and_an_unbound_account_is_a_person_of_its_own(
    spark: SparkSession, settings: Settings
) -> None:
    tiles = [tile(n_touch=1), tile(account="o1", n_touch=2, n_share=1, n_live=2), tile(account="j9", n_touch=1)]
    rows = [
        portrait("a", **windows("n_touch_{}d", (3,) * 5), n_share_90d=1, n_live_90d=2, is_on_wechat=True),
        portrait("j9", **windows("n_touch_{}d", (1,) * 5)),
    ]
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, rows))


def test_a_window_of_w_days_ends_with_the_day_and_leaves_out_the_one_w_days_ago(
    spark: SparkSession, settings: Settings
) -> None:
    tiles = [tile(days, n_touch=1, n_order=1, n_item=1, net_fen=100) for edge in WINDOWS[:-1] for days in (edge - 1, edge)]
    counts = (1, 3, 5, 7, 8)
    row = portrait(
        "a",
        **windows("n_touch_{}d", counts),
        **windows("n_active_day_{}d", counts),
        **windows("n_order_{}d", counts),
        **windows("spend_{}d_fen", tuple(100 * count for count in counts)),
        recency_days=0,
        recency_score=5,
        frequency_score=5,
        monetary_score=1,
        is_on_wechat=True,
        lifecycle="active",
    )
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, [row]))


def test_tiles_of_one_day_are_one_active_day(spark: SparkSession, settings: Settings) -> None:
    tiles = [tile(scene="live"), tile(scene="search"), tile(account="o1"), tile(3)]
    row = portrait("a", **windows("n_active_day_{}d", (1, 2, 2, 2, 2)), is_on_wechat=True)
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, [row]))


def test_a_refund_on_a_later_day_takes_the_order_away_where_both_are_in_the_window(
    spark: SparkSession, settings: Settings
) -> None:
    tiles = [tile(40, n_order=1, n_item=1, net_fen=500), tile(10, n_order=-1, n_item=-1, net_fen=-500)]
    row = portrait(
        "a",
        **windows("n_active_day_{}d", (0, 0, 1, 2, 2)),
        **windows("n_order_{}d", (0, 0, -1, 0, 0)),
        **windows("spend_{}d_fen", (0, 0, -500, 0, 0)),
        is_on_wechat=True,
        lifecycle="active",
    )
    assertDataFrameEqual(built(spark, settings, tiles), frame(spark, TABLE, [row]))


def test_only_people_who_allow_a_portrait_have_one(spark: SparkSession, settings: Settings) -> None:
    tiles = [tile(account=f"j{number}") for number in (1, 2, 3, 4)]
    withdrawn = {**GRANT, "jd_pin_hash": "j2", "event_at": "2015-10-30 08:00:00", "is_granted": False}
    consent: Rows = [
        {**GRANT, "openid_hash": "o1"},
        {**GRANT, "jd_pin_hash": "j2", "event_at": "2015-10-30 07:59:59"},
        withdrawn,
        {**GRANT, "jd_pin_hash": "j3", "brand_id": "b01"},
    ]
    row = portrait("a", is_on_wechat=True)
    assertDataFrameEqual(built(spark, settings, tiles, consent=consent), frame(spark, TABLE, [row]))


def test_a_tie_goes_to_the_alphabets_first_and_unknown_never_wins(spark: SparkSession, settings: Settings) -> None:
    tiles = [
        tile(n_touch=9),
        tile(n_touch=2, scene="search", category="phone", brand_id="b02", city_code="440300"),
        tile(n_touch=2, scene="live", category="audio", brand_id="b01", city_code="110000"),
        tile(90, n_touch=7, scene="jd_web", category="shoes", brand_id="b03", city_code="650000"),
        tile(90, n_touch=7, city_code="540000"),
    ]
    city = [
        {"city_code": "540000", "city_tier": 2, "event_day": "2015-09-01"},
        {"city_code": "540000", "city_tier": 5, "event_day": "2015-10-01"},
        {"city_code": "650000", "city_tier": 1},
    ]
    found = built(spark, settings, tiles, city=city).select(
        "favourite_scene", "favourite_category", "favourite_brand_id", "city_tier"
    )
    assertDataFrameEqual(found, spark.createDataFrame([("live", "audio", "b01", 5)], found.schema))


@pytest.mark.parametrize(
    ("spent", "pieces", "band"), [(499, 1, 1), (500, 1, 2), (1600, 2, 3), (1250, 1, 4), (2000, 1, 5), (500, 0, 0)]
)
def test_the_price_band_is_what_pieces_cost_over_their_categories_median(
    spark: SparkSession, settings: Settings, spent: int, pieces: int, band: int
) -> None:
    product: Rows = [
        {"sku_id": "s1", "list_price_fen": 500},
        {"sku_id": "s2", "list_price_fen": 1000},
        {"sku_id": "s3", "list_price_fen": 9000},
        {"sku_id": "s3", "list_price_fen": 2000, "event_day": "2015-11-02"},
        {"sku_id": "s4", "category": "toys", "list_price_fen": None},
    ]
    tiles = [
        tile(category="phone", net_fen=spent, n_item=pieces),
        tile(category="toys", net_fen=100_000, n_item=1),
        tile(net_fen=100_000, n_item=1),
    ]
    found = built(spark, settings, tiles, product=product).select("price_band")
    assertDataFrameEqual(found, spark.createDataFrame([(band,)], "price_band INT"))


def test_scores_rise_at_the_settings_thresholds(spark: SparkSession, settings: Settings) -> None:
    cases = {
        "j2": (91, 1, 9_999, (1, 1, 1)),
        "j3": (90, 2, 10_000, (2, 2, 2)),
        "j4": (30, 3, 50_000, (3, 3, 3)),
        "j5": (14, 5, 200_000, (4, 4, 4)),
        "j6": (7, 8, 500_000, (5, 5, 5)),
        "j7": (7, 0, 500_000, (0, 0, 0)),
    }
    tiles = [
        tile(ago, account, n_order=orders, n_item=orders, net_fen=spend) for account, (ago, orders, spend, _) in cases.items()
    ]
    found = built(spark, settings, tiles).select("person_id", "recency_score", "frequency_score", "monetary_score")
    expected = [(account, *scores) for account, (*_, scores) in cases.items()]
    assertDataFrameEqual(found, spark.createDataFrame(expected, found.schema))


def test_life_cycles_change_at_the_settings_days(spark: SparkSession, settings: Settings) -> None:
    last_seen = {"j2": 29, "j3": 30, "j4": 89, "j5": 90}
    tiles = [tile(ago, account) for account, ago in last_seen.items()] + [tile(200, "j2"), tile(29, "j6")]
    found = built(spark, settings, tiles).select("person_id", "lifecycle")
    expected = [("j2", "active"), ("j3", "dormant"), ("j4", "dormant"), ("j5", "lost"), ("j6", "new")]
    assertDataFrameEqual(found, spark.createDataFrame(expected, found.schema))


def test_nobody_active_makes_no_portraits(spark: SparkSession, settings: Settings) -> None:
    assertDataFrameEqual(built(spark, settings, [], consent=[{**GRANT, "jd_pin_hash": "j1"}]), frame(spark, TABLE, []))
