from __future__ import annotations

from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.settings import Settings
from jobs.core import order_line
from schemas.catalogue import find
from tests.frames import frame

TABLE, ORDER, SHOPPING = find("core.order_line"), find("landing.order_event"), find("landing.shopping_event")


def built(
    spark: SparkSession, settings: Settings, orders: list[dict[str, Any]], shopping: list[dict[str, Any]] | None = None
) -> DataFrame:
    return order_line.build(frame(spark, ORDER, orders), frame(spark, SHOPPING, shopping or []), settings=settings)


def test_payments_add_and_a_refund_takes_away_on_its_own_later_day(spark: SparkSession, settings: Settings) -> None:
    paid = {"event_id": "e1", "jd_pin_hash": "j1", "quantity": 2, "paid_fen": 500, "warehouse_id": "w01"}
    refunded = {**paid, "event_id": "e2", "event_day": "2015-11-09", "status": "refunded", "paid_fen": 300}
    line = {"account_hash": "j1", "brand_id": "b01", "sku_id": "s0001", "category": "phone", "warehouse_id": "w01"}
    rows = [
        {**line, "event_id": "e1", "n_order": 1, "n_item": 2, "net_fen": 500},
        {**line, "event_id": "e2", "day": "2015-11-09", "status": "refunded", "n_order": -1, "n_item": -2, "net_fen": -300},
    ]
    assertDataFrameEqual(built(spark, settings, [paid, refunded]), frame(spark, TABLE, rows))


def test_only_the_first_line_counts_the_order_and_a_cancellation_uncounts_it(spark: SparkSession, settings: Settings) -> None:
    lines = [
        {"event_id": "e1", "line_no": 1},
        {"event_id": "e2", "line_no": 2},
        {"event_id": "e3", "line_no": 1, "status": "cancelled"},
    ]
    found = built(spark, settings, lines).select("event_id", "n_order")
    assertDataFrameEqual(found, spark.createDataFrame([("e1", 1), ("e2", 0), ("e3", -1)], "event_id STRING, n_order BIGINT"))


def test_an_order_among_the_shopping_actions_is_one_piece_at_no_price_and_other_actions_are_none(
    spark: SparkSession, settings: Settings
) -> None:
    shopping = [
        {
            "party": "jdata2016",
            "event_id": "a1",
            "event_day": "2016-02-01",
            "jd_pin_hash": "j1",
            "action": "order",
            "brand_id": "b7",
        },
        {
            "party": "jdata2016",
            "event_id": "a2",
            "event_day": "2016-02-01",
            "jd_pin_hash": "j1",
            "action": "view",
            "brand_id": "b7",
        },
    ]
    row = {
        "day": "2016-02-01",
        "party": "jdata2016",
        "event_id": "a1",
        "order_id": "a1",
        "account_hash": "j1",
        "brand_id": "b7",
    }
    assertDataFrameEqual(built(spark, settings, [], shopping), frame(spark, TABLE, [{**row, "net_fen": 0}]))
