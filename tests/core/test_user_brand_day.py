from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from functools import reduce
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

from conf.settings import Settings
from jobs import chains
from jobs.core import user_brand_day
from schemas import columns as c
from schemas.catalogue import find
from tests.frames import frame

TABLE, TOUCH, ORDER_LINE = find("core.user_brand_day"), find("core.touch"), find("core.order_line")
SERVICE = find("landing.service_event")
DAYS = ("2015-11-01", "2015-11-02", "2015-11-03")
ZERO = dict.fromkeys([name for name in TABLE.column_names if name.startswith("n_") or name.endswith("_fen")], 0)
Rows = Sequence[dict[str, Any]]


def built(spark: SparkSession, settings: Settings, touches: Rows, lines: Rows, service: Rows = ()) -> DataFrame:
    given = (frame(spark, table, rows) for table, rows in ((TOUCH, touches), (ORDER_LINE, lines), (SERVICE, service)))
    return user_brand_day.build(*given, settings=settings)


def led(spark: SparkSession, settings: Settings, touches: Rows) -> dict[tuple[str, str], tuple[int, int]]:
    """By day and account how many it led to a group, and over how many links."""
    tiles = built(spark, settings, touches, []).where("n_led > 0")
    summed = tiles.groupBy("day", "account_hash").agg(F.sum("n_led"), F.sum("n_led_link")).collect()
    return {(str(row[0]), row[1]): (row[2], row[3]) for row in summed}


def at_random(seed: int) -> tuple[Rows, Rows]:
    lot = random.Random(seed)
    actions = TOUCH.column("action").allowed
    touches = [
        {
            "event_id": f"t{number}",
            "day": lot.choice(DAYS),
            "account_hash": lot.choice("uvw"),
            "action": lot.choice(actions),
            "brand_id": lot.choice(["b01", "b02", None]),
            "scene": lot.choice(c.ENTRANCES),
        }
        for number in range(60)
    ]
    lines = [
        {
            "event_id": f"l{number}",
            "day": lot.choice(DAYS),
            "account_hash": lot.choice("uvw"),
            "brand_id": "b01",
            "n_order": sign,
            "n_item": 2 * sign,
            "net_fen": sign * lot.randrange(10_000),
        }
        for number in range(30)
        for sign in [lot.choice([1, 1, -1])]
    ]
    return touches, lines


def test_what_the_party_does_not_tell_is_unknown_and_each_action_counts_where_it_belongs(
    spark: SparkSession, settings: Settings
) -> None:
    actions = TOUCH.column("action").allowed
    touches = [{"event_id": f"t{number}", "action": action} for number, action in enumerate(actions)]
    counts = {"n_touch": len(actions), "n_impression": 1, "n_click": 2, "n_interest": 4, "n_share": 2, "n_live": 1}
    counts |= {"n_opened": 1, "n_joined": 1}
    row = {**ZERO, **counts, "brand_id": "unknown", "category": "unknown", "city_code": "unknown"}
    assertDataFrameEqual(built(spark, settings, touches, []), frame(spark, TABLE, [row]))


def test_contacts_and_orders_of_one_key_share_a_tile_and_a_refund_stands_alone_on_its_day(
    spark: SparkSession, settings: Settings
) -> None:
    key = {"brand_id": "b01", "category": "phone", "city_code": "510100"}
    lines = [
        {**key, "event_id": "l1", "n_order": 1, "n_item": 3, "net_fen": 900},
        {**key, "event_id": "l2", "day": "2015-11-02", "status": "refunded", "n_order": -1, "n_item": -3, "net_fen": -900},
    ]
    rows = [
        {**ZERO, **key, "n_touch": 1, "n_click": 1, "n_order": 1, "n_item": 3, "net_fen": 900},
        {**ZERO, **key, "day": "2015-11-02", "n_order": -1, "n_item": -3, "net_fen": -900},
    ]
    assertDataFrameEqual(built(spark, settings, [key], lines), frame(spark, TABLE, rows))


def test_a_contact_through_a_link_counts_for_the_sharer_too_unless_it_was_the_sharers_own(
    spark: SparkSession, settings: Settings
) -> None:
    opened = {"account_type": "openid", "scene": "live", "brand_id": "b01", "action": "click"}
    touches = [
        {**opened, "event_id": "t1", "account_hash": "friend", "sharer_hash": "sharer"},
        {**opened, "event_id": "t2", "account_hash": "sharer", "sharer_hash": "sharer"},
        {**opened, "event_id": "t3", "account_type": "jd_pin", "account_hash": "sharer", "sharer_hash": "sharer"},
        {**opened, "event_id": "t4", "account_hash": "friend"},
    ]
    key = {**ZERO, "brand_id": "b01", "scene": "live", "category": "unknown", "city_code": "unknown"}
    rows = [
        {**key, "account_type": "openid", "account_hash": "friend", "n_touch": 2, "n_click": 2},
        {**key, "account_type": "openid", "account_hash": "sharer", "n_touch": 1, "n_click": 1, "n_brought": 2},
        {**key, "account_type": "jd_pin", "account_hash": "sharer", "n_touch": 1, "n_click": 1},
    ]
    assertDataFrameEqual(built(spark, settings, touches, []), frame(spark, TABLE, rows))


def test_whoever_joins_a_group_leads_back_to_the_account_whose_link_began_the_chain(
    spark: SparkSession, settings: Settings
) -> None:
    joining = {"account_type": "openid", "action": "group_join", "scene": "group_share", "group_id": "g1"}
    came = [("near", "opener"), ("far", "near"), ("farther", "far"), ("beside", "opener"), ("opener", "opener")]
    touches = [{**joining, "event_id": who, "account_hash": who, "sharer_hash": link} for who, link in came]
    elsewhere = {**joining, "account_hash": "opener", "sharer_hash": "near"}
    touches += [{**elsewhere, "event_id": "t1", "group_id": "g2"}, {**elsewhere, "event_id": "t2", "day": DAYS[1]}]
    assert led(spark, settings, touches) == {
        ("2015-11-01", "opener"): (4, 1 + 2 + 3 + 1),
        ("2015-11-01", "near"): (1, 1),
        ("2015-11-02", "near"): (1, 1),
    }


def test_of_two_links_of_one_joiner_the_first_in_time_counts(spark: SparkSession, settings: Settings) -> None:
    joining = {"account_type": "openid", "action": "group_join", "group_id": "g1"}
    came = [("late", "far", "other", 12), ("early", "far", "opener", 9), ("last", "end", "far", 13)]
    touches = [
        {**joining, "event_id": name, "account_hash": who, "sharer_hash": link, "event_at": f"2015-11-01 {hour:02}:00:00"}
        for name, who, link, hour in came
    ]
    assert led(spark, settings, touches) == {("2015-11-01", "opener"): (2, 3), ("2015-11-01", "other"): (1, 1)}


@pytest.mark.parametrize(
    "came",
    [
        [("a", "b"), ("b", "c"), ("c", "a"), ("outside", "a")],
        [("first", "opener"), *((f"j{number}", "first") for number in range(chains.CROWD))],
    ],
    ids=["circle", "crowd"],
)
def test_a_chain_that_cannot_be_followed_counts_as_its_one_certain_link(
    spark: SparkSession, settings: Settings, came: list[tuple[str, str]]
) -> None:
    joining = {"account_type": "openid", "action": "group_join", "group_id": "g1"}
    touches = [{**joining, "event_id": who, "account_hash": who, "sharer_hash": link} for who, link in came]
    direct = Counter(link for _, link in came)
    assert led(spark, settings, touches) == {("2015-11-01", link): (n, n) for link, n in direct.items()}


def test_a_chain_is_followed_over_its_longest_and_no_further(spark: SparkSession, settings: Settings) -> None:
    joining = {"account_type": "openid", "action": "group_join", "group_id": "g1"}
    came = [(f"j{number}", f"j{number - 1}") for number in range(1, chains.LONGEST + 2)]
    touches = [{**joining, "event_id": who, "account_hash": who, "sharer_hash": link} for who, link in came]
    links = range(1, chains.LONGEST + 1)
    last = f"j{chains.LONGEST}"
    assert led(spark, settings, touches) == {("2015-11-01", "j0"): (len(links), sum(links)), ("2015-11-01", last): (1, 1)}


def test_service_and_coupons_are_counted_on_their_own_day(spark: SparkSession, settings: Settings) -> None:
    at, early, late = ("2015-11-02 08:00:00", "2015-11-02 07:00:00", "2015-11-02 09:00:00")
    service: list[dict[str, Any]] = [
        {"kind": "delivered", "promised_at": at, "delivered_at": early},
        {"kind": "delivered", "promised_at": at, "delivered_at": at},
        {"kind": "delivered", "promised_at": at, "delivered_at": late},
        {"kind": "delivered", "promised_at": at},
        {"kind": "delivered", "delivered_at": late},
        {"kind": "returned"},
        {"kind": "rated", "product_rating": 5},
        {"kind": "rated", "product_rating": 2},
        {"kind": "rated", "logistics_rating": 1},
    ]
    events = [{"event_id": f"s{n}", "event_day": "2015-11-02", **row} for n, row in enumerate(service)]
    paid: dict[str, Any] = {"event_id": "l1", "brand_id": "b01", "coupon_id": "k01"}
    given_back = paid | {"event_id": "l2", "n_order": -1, "n_item": -1, "net_fen": -9900}
    lines = [{"event_id": "l0", "brand_id": "b01"}, paid, given_back, paid | {"event_id": "l3", "n_order": 0}]
    key = {**ZERO, "category": "unknown", "city_code": "unknown"}
    counts = {"n_promised": 4, "n_kept": 2, "n_returned": 1, "n_rated": 2, "n_star": 7}
    rows = [
        {**key, **counts, "day": "2015-11-02", "scene": "unknown"},
        {**key, "n_order": 1, "n_item": 2, "net_fen": 19800},
    ]
    assertDataFrameEqual(built(spark, settings, [], lines, events), frame(spark, TABLE, rows))


def test_a_range_of_days_equals_the_days_one_by_one(spark: SparkSession, settings: Settings) -> None:
    touches, lines = at_random(1)
    one_by_one = [
        built(spark, settings, [row for row in touches if row["day"] == day], [row for row in lines if row["day"] == day])
        for day in DAYS
    ]
    assertDataFrameEqual(built(spark, settings, touches, lines), reduce(DataFrame.unionByName, one_by_one))


def test_tiles_add_up_to_all_contacts_and_all_money(spark: SparkSession, settings: Settings) -> None:
    touches, lines = at_random(2)
    sums = [F.sum(name).alias(name) for name in ("n_touch", "n_order", "n_item", "net_fen")]
    found = built(spark, settings, touches, lines).agg(*sums).collect()[0]
    assert found.asDict() == {"n_touch": len(touches)} | {
        name: sum(row[name] for row in lines) for name in ("n_order", "n_item", "net_fen")
    }


def test_no_two_tiles_have_one_key(spark: SparkSession, settings: Settings) -> None:
    tiles = built(spark, settings, *at_random(3))
    assert tiles.count() == tiles.select(*TABLE.key).distinct().count()
