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

TABLE, PERSON = find("mart.user_portrait"), find("core.person")
WINDOW, FACET, FIRST = (find(f"core.{name}") for name in ("account_window", "account_facet_window", "first_order"))
CONSENT, CITY, PRODUCT = find("landing.consent"), find("landing.city"), find("landing.product")
DAY = date(2015, 10, 31)
TODAY = (DAY - date(1970, 1, 1)).days
GRANT = {"purpose": "portrait"}
BOUND = [
    {"identifier_type": "jd_pin", "identifier_hash": "j1", "person_id": "a"},
    {"identifier_type": "openid", "identifier_hash": "o1", "person_id": "a"},
]
Rows = list[dict[str, Any]]


def _named(account: str) -> dict[str, str]:
    return {"account_type": "openid" if account.startswith("o") else "jd_pin", "account_hash": account}


def _zero(table: Any) -> dict[str, int]:
    return {column.name: 0 for column in table.columns if column.type in ("INT", "BIGINT")}


def account(name: str = "j1", active: tuple[int, ...] = (0,), ordered: tuple[int, ...] = (), **facts: Any) -> dict[str, Any]:
    """An account that did something so many days ago, and nothing that counts besides ``facts``."""
    days = {"active_days": sorted(TODAY - ago for ago in active), "order_days": sorted(TODAY - ago for ago in ordered)}
    return {**_zero(WINDOW), **_named(name), **days, **facts}


def facet(name: str, value: str, who: str = "j1", **facts: Any) -> dict[str, Any]:
    return {**_zero(FACET), **_named(who), "facet": name, "value": value, **facts}


def built(
    spark: SparkSession, settings: Settings, accounts: Rows, facets: Rows | None = None, *, first: Rows | None = None,
    consent: Rows | None = None, city: Rows | None = None, product: Rows | None = None, day: date = DAY,
) -> DataFrame:  # fmt: skip
    everyone = [{**GRANT, f"{row['account_type']}_hash": row["account_hash"]} for row in accounts]
    return user_portrait.build(
        frame(spark, WINDOW, accounts),
        frame(spark, FACET, facets or []),
        frame(spark, FIRST, first or []),
        frame(spark, PERSON, BOUND),
        frame(spark, CONSENT, everyone if consent is None else consent),
        frame(spark, CITY, city or []),
        frame(spark, PRODUCT, product or []),
        day=day,
        settings=settings,
    )


def portrait(person_id: str, **facts: Any) -> dict[str, Any]:
    """Somebody who was there on one day, the run's, and did nothing that counts."""
    words = {"favourite_scene": "unknown", "favourite_category": "unknown", "lifecycle": "new", "share_role": "none"}
    days = {"day": str(DAY), "active_days": [TODAY], "first_day": str(DAY), "last_day": str(DAY)}
    return {**_zero(TABLE), **words, **days, "person_id": person_id, "is_on_wechat": False, **facts}


def ago(days: int) -> str:
    return str(DAY - timedelta(days=days))


def test_a_bound_persons_accounts_are_one_and_an_unbound_account_is_a_person_of_its_own(
    spark: SparkSession, settings: Settings
) -> None:
    sums: dict[str, Any] = {
        name.format(days): days for name in ("n_touch_{}d", "n_order_{}d", "spend_{}d_fen") for days in WINDOWS
    }
    twice: dict[str, Any] = {name: 2 * value for name, value in sums.items()}
    accounts = [
        account(active=(9, 3, 0), ordered=(9,), **sums),
        account("o1", active=(3, 2), ordered=(2, 364), n_share_90d=1, n_live_90d=2, n_returned_365d=3, **sums),
        account("j9", n_touch_1d=1, n_brought_365d=4),
    ]
    together = {
        "active_days": [TODAY - 9, TODAY - 3, TODAY - 2, TODAY],
        "first_day": ago(9),
        "last_order_day": ago(2),
        "coupon_share": 0.0,
        "recency_score": 5,
        "frequency_score": 5,
        "monetary_score": 1,
    }
    rows = [
        portrait("a", **twice, **together, n_share_90d=1, n_live_90d=2, n_returned_365d=3, is_on_wechat=True),
        portrait("j9", n_touch_1d=1, n_brought_365d=4),
    ]
    assertDataFrameEqual(built(spark, settings, accounts), frame(spark, TABLE, rows))


def test_who_gave_everything_back_has_no_order_and_no_score(spark: SparkSession, settings: Settings) -> None:
    found = built(spark, settings, [account(active=(40, 10), ordered=(40,), spend_365d_fen=500_000)]).first()
    assert found is not None
    assert (found.last_order_day, found.coupon_share) == (None, None)
    assert (found.recency_score, found.frequency_score, found.monetary_score) == (0, 0, 0)


def test_only_people_who_allow_a_portrait_have_one(spark: SparkSession, settings: Settings) -> None:
    accounts = [account(f"j{number}") for number in (1, 2, 3, 4)]
    withdrawn = {**GRANT, "jd_pin_hash": "j2", "event_at": "2015-10-30 08:00:00", "is_granted": False}
    consent: Rows = [
        {**GRANT, "openid_hash": "o1"},
        {**GRANT, "jd_pin_hash": "j2", "event_at": "2015-10-30 07:59:59"},
        withdrawn,
        {**GRANT, "jd_pin_hash": "j3", "brand_id": "b01"},
    ]
    row = portrait("a", is_on_wechat=True)
    assertDataFrameEqual(built(spark, settings, accounts, consent=consent), frame(spark, TABLE, [row]))


def test_favourites_have_their_share_a_tie_goes_to_the_alphabets_first_and_unknown_never_wins(
    spark: SparkSession, settings: Settings
) -> None:
    facets = [
        facet("scene", "unknown", n_touch_90d=9),
        facet("scene", "search", n_touch_90d=2),
        facet("scene", "live", n_touch_90d=1),
        facet("scene", "live", "o1", n_touch_90d=1),
        facet("category", "phone", n_touch_90d=3),
        facet("category", "audio", n_touch_90d=1),
        facet("brand_id", "b02", n_touch_90d=1),
        facet("brand_id", "b03", n_touch_90d=0, n_touch_365d=9),
        facet("city_code", "540000", n_touch_365d=3),
        facet("city_code", "650000", n_touch_365d=1),
    ]
    city = [
        {"city_code": "540000", "city_tier": 2, "event_day": "2015-09-01"},
        {"city_code": "540000", "city_tier": 5, "event_day": "2015-10-01"},
        {"city_code": "650000", "city_tier": 1},
    ]
    found = built(spark, settings, [account(), account("o1")], facets, city=city).select(
        *("favourite_scene", "scene_share", "favourite_category", "category_share"),
        *("favourite_brand_id", "brand_share", "city_tier", "city_share"),
    )
    expected = [("live", 0.5, "phone", 0.75, "b02", 1.0, 5, 0.75)]
    assertDataFrameEqual(found, spark.createDataFrame(expected, found.schema))


@pytest.mark.parametrize(
    ("spent", "pieces", "band"), [(499, 1, 1), (500, 1, 2), (1600, 2, 3), (1250, 1, 4), (2000, 1, 5), (500, 0, 0)]
)
def test_the_price_band_is_what_pieces_cost_over_their_categories_median(
    spark: SparkSession, settings: Settings, spent: int, pieces: int, band: int
) -> None:
    product: Rows = [
        {"sku_id": "s1", "list_price_fen": 500},
        {"sku_id": "s2", "list_price_fen": 1000},
        {"sku_id": "s3", "list_price_fen": 9000, "event_day": "2015-10-30"},
        {"sku_id": "s3", "list_price_fen": 2000},
        {"sku_id": "s4", "category": "toys", "list_price_fen": None},
    ]
    facets = [
        facet("category", "phone", spend_365d_fen=spent, n_item_365d=pieces),
        facet("category", "toys", spend_365d_fen=100_000, n_item_365d=1),
        facet("category", "unknown", spend_365d_fen=100_000, n_item_365d=1),
    ]
    found = built(spark, settings, [account()], facets, product=product).select("price_band")
    assertDataFrameEqual(found, spark.createDataFrame([(band,)], "price_band INT"))


@pytest.mark.parametrize(
    ("spent", "pieces", "band"), [(360, 2, 1), (361, 2, 2), (261, 1, 3), (421, 1, 5), (900, 0, 0), (900, 1, 5)]
)
def test_the_favourite_categorys_band_is_the_fifth_of_its_own_list_prices(
    spark: SparkSession, settings: Settings, spent: int, pieces: int, band: int
) -> None:
    own: Rows = [{"sku_id": f"s{price}", "list_price_fen": price} for price in (100, 200, 300, 400, 500)]
    other: Rows = [{"sku_id": "o", "category": "toys", "list_price_fen": 90_000}]
    facets = [
        facet("category", "phone", n_touch_90d=2, spend_365d_fen=spent, n_item_365d=pieces),
        facet("category", "toys", n_touch_90d=1, spend_365d_fen=1, n_item_365d=1),
    ]
    found = built(spark, settings, [account()], facets, product=own + other).select("category_price_band")
    assertDataFrameEqual(found, spark.createDataFrame([(band,)], found.schema))


def test_reference_data_that_arrives_within_the_month_waits_for_the_next(spark: SparkSession, settings: Settings) -> None:
    city = [
        {"city_code": "540000", "city_tier": 2, "day": "2015-11-01", "event_day": "2015-11-01"},
        {"city_code": "540000", "city_tier": 3, "day": "2015-11-02", "event_day": "2015-11-02"},
    ]
    facets = [facet("city_code", "540000", n_touch_365d=1)]
    days = [date(2015, 10, 31), date(2015, 11, 30), date(2015, 12, 1)]
    found = [built(spark, settings, [account()], facets, city=city, day=day).first() for day in days]
    assert [row and row.city_tier for row in found] == [2, 2, 3]


def test_scores_rise_at_the_settings_thresholds(spark: SparkSession, settings: Settings) -> None:
    cases = {
        "j2": (91, 1, 9_999, (1, 1, 1)),
        "j3": (90, 2, 10_000, (2, 2, 2)),
        "j4": (30, 3, 50_000, (3, 3, 3)),
        "j5": (14, 5, 200_000, (4, 4, 4)),
        "j6": (7, 8, 500_000, (5, 5, 5)),
        "j7": (7, 0, 500_000, (0, 0, 0)),
    }
    accounts = [
        account(name, (last,), (last,), n_order_365d=orders, spend_365d_fen=spend)
        for name, (last, orders, spend, _) in cases.items()
    ]
    found = built(spark, settings, accounts).select("person_id", "recency_score", "frequency_score", "monetary_score")
    expected = [(name, *scores) for name, (*_, scores) in cases.items()]
    assertDataFrameEqual(found, spark.createDataFrame(expected, found.schema))


def test_life_cycles_change_at_the_settings_days(spark: SparkSession, settings: Settings) -> None:
    seen = {
        "j2": ((200, 119, 29), "regained"),
        "j3": ((30,), "dormant"),
        "j4": ((89,), "dormant"),
        "j5": ((90,), "lost"),
        "j6": ((29,), "new"),
        "j7": ((118, 29), "active"),
        "j8": ((119, 30, 0), "active"),
        "j9": ((0, 200), "regained"),
    }
    found = built(spark, settings, [account(name, days) for name, (days, _) in seen.items()]).select("person_id", "lifecycle")
    expected = [(name, lifecycle) for name, (_, lifecycle) in seen.items()]
    assertDataFrameEqual(found, spark.createDataFrame(expected, found.schema))


def test_service_sharing_and_coupons_are_parts_of_their_wholes(spark: SparkSession, settings: Settings) -> None:
    served: dict[str, Any] = {
        "n_promised_365d": 3,
        "n_kept_365d": 2,
        "n_rated_365d": 1,
        "n_star_365d": 4,
        "n_order_365d": 4,
        "n_coupon_365d": 1,
    }
    led: dict[str, Any] = {"n_led_365d": 3, "n_led_link_365d": 5}
    accounts = [
        account(**served, n_joined_365d=1, n_led_365d=1, n_led_link_365d=1),
        account(
            "o1", n_promised_365d=1, n_kept_365d=1, n_rated_365d=1, n_star_365d=5, n_opened_365d=2, n_brought_365d=3, **led
        ),
        account("j2", n_joined_365d=1, n_order_365d=1, n_coupon_365d=2),
        account("j3", n_opened_365d=1),
    ]
    shares = ("coupon_share", "share_role", "k_factor", "share_depth", "promise_kept_share", "mean_stars")
    found = built(spark, settings, accounts).select("person_id", *shares)
    expected = [
        ("a", 0.25, "both", 1.5, 1.5, 0.75, 4.5),
        ("j2", 1.0, "joiner", None, None, None, None),
        ("j3", None, "initiator", 0.0, None, None, None),
    ]
    assertDataFrameEqual(found, spark.createDataFrame(expected, found.schema))


def test_the_first_order_is_that_of_all_accounts(spark: SparkSession, settings: Settings) -> None:
    first = [
        {**_named("j1"), "first_order_at": "2014-05-02 10:00:00", "first_order_day": "2014-05-02", "scene": "search"},
        {**_named("o1"), "first_order_at": "2014-05-01 10:00:00", "first_order_day": "2014-05-01", "scene": "live"},
    ]
    found = built(spark, settings, [account(), account("j2")], first=first)
    told = found.select("person_id", "first_order_day", "first_order_scene")
    assertDataFrameEqual(told, spark.createDataFrame([("a", date(2014, 5, 1), "live"), ("j2", None, None)], told.schema))


def test_nobody_active_makes_no_portraits(spark: SparkSession, settings: Settings) -> None:
    assertDataFrameEqual(built(spark, settings, [], consent=[{**GRANT, "jd_pin_hash": "j1"}]), frame(spark, TABLE, []))
