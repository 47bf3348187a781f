from __future__ import annotations

from typing import Any

from pyspark.sql import SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.settings import Settings
from jobs.core import touch
from schemas.catalogue import find
from tests.frames import frame

TABLE, SOCIAL, SHOPPING = find("core.touch"), find("landing.social_event"), find("landing.shopping_event")


def test_social_and_shopping_events_stand_in_one_shape_on_the_day_of_the_event(spark: SparkSession, settings: Settings) -> None:
    social: dict[str, Any] = {
        "day": "2015-11-03",
        "event_day": "2015-11-01",
        "party": "tencent",
        "event_id": "s1",
        "openid_hash": "o1",
        "action": "live_watch",
        "scene": "live",
        "brand_id": "b01",
        "live_session_id": "l01",
        "sharer_hash": "o2",
        "group_id": "g1",
        "watch_seconds": 30,
    }
    shopping = {"day": "2015-11-02", "event_day": "2015-11-02", "event_id": "h1", "jd_pin_hash": "j1", "action": "register"}
    found = touch.build(frame(spark, SOCIAL, [social]), frame(spark, SHOPPING, [shopping]), settings=settings)
    same = {name: value for name, value in social.items() if name not in ("event_day", "openid_hash")}
    rows: list[dict[str, Any]] = [
        {**same, "day": "2015-11-01", "account_type": "openid", "account_hash": "o1"},
        {"day": "2015-11-02", "event_id": "h1", "account_type": "jd_pin", "account_hash": "j1", "action": "register"},
    ]
    assertDataFrameEqual(found, frame(spark, TABLE, rows))


def test_no_events_make_no_contacts(spark: SparkSession, settings: Settings) -> None:
    found = touch.build(frame(spark, SOCIAL, []), frame(spark, SHOPPING, []), settings=settings)
    assertDataFrameEqual(found, frame(spark, TABLE, []))
