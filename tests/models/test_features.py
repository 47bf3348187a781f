"""What the model is told."""

from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.models.features import LABEL, NAMES, SINCE, described, labelled
from schemas.catalogue import find
from schemas.mart.user_portrait import TAGS
from tests.frames import frame

STAGE, PORTRAIT = find("mart.brand_stage"), find("mart.user_portrait")
ORDER, PERSON = find("core.order_line"), find("core.person")


def test_each_feature_is_a_column_of_its_contract() -> None:
    of_brand = {name.removeprefix("brand_") for name in NAMES if name.startswith("brand_")}
    of_person = {name.removeprefix("person_") for name in NAMES if name.startswith("person_")}

    assert of_brand - set(SINCE) <= set(STAGE.column_names) >= set(SINCE.values())
    assert of_person <= {tag.name for tag in TAGS}
    assert len(set(NAMES)) == len(NAMES)


def test_a_stage_is_a_rank_and_the_favourite_brand_a_flag(spark: SparkSession) -> None:
    stage = frame(spark, STAGE, [{"person_id": "p", "stage_rank": 4}, {"person_id": "q", "stage_rank": 1, "n_touch_7d": 9}])
    portrait = frame(spark, PORTRAIT, [{"person_id": "p", "favourite_brand_id": "b01"}, {"person_id": "q"}])

    rows = {row.person_id: row for row in described(stage, portrait).collect()}

    assert (rows["p"].stage_rank, rows["p"].is_favourite_brand) == (4.0, 1.0)
    assert (rows["q"].stage_rank, rows["q"].is_favourite_brand, rows["q"].brand_n_touch_7d) == (1.0, 0.0, 9.0)
    assert rows["q"].brand_order_recency_days is None


def test_days_are_counted_back_from_the_day_that_is_described(spark: SparkSession) -> None:
    day = {"person_id": "p", "day": "2015-11-10"}
    dates = {"last_day": "2015-11-10", "last_order_day": "2015-11-01"}
    active = [16718, 16719, 16749]  # 2015-10-10, 2015-10-11 and 2015-11-10
    stage, portrait = frame(spark, STAGE, [day | dates]), frame(spark, PORTRAIT, [day | dates | {"active_days": active}])

    row = described(stage, portrait).first()

    assert row is not None
    assert (row.brand_touch_recency_days, row.brand_order_recency_days, row.person_recency_days) == (0.0, 9.0, 9.0)
    assert (row.person_n_active_day_30d, row.person_n_active_day_90d) == (1.0, 3.0)


def test_days_do_not_mix_where_a_range_is_described_at_once(spark: SparkSession) -> None:
    days = [{"person_id": "p", "day": day} for day in ("2015-10-30", "2015-10-31")]

    assert described(frame(spark, STAGE, days), frame(spark, PORTRAIT, days)).count() == 2


def test_a_buyer_bought_the_brand_within_the_horizon_and_kept_it(spark: SparkSession, settings: Settings) -> None:
    people = ["buys", "returns", "too_late", "same_day", "other_brand"]
    stage = frame(spark, STAGE, [{"person_id": name} for name in people])
    portrait = frame(spark, PORTRAIT, [{"person_id": name} for name in people])
    order_line = frame(
        spark,
        ORDER,
        [
            {"account_hash": "account", "day": "2015-10-18", "event_id": "1", "brand_id": "b01"},
            {"account_hash": "returns", "day": "2015-10-18", "event_id": "2", "brand_id": "b01"},
            {"account_hash": "returns", "day": "2015-10-20", "event_id": "3", "brand_id": "b01", "n_order": -1},
            {"account_hash": "too_late", "day": "2015-11-01", "event_id": "4", "brand_id": "b01"},
            {"account_hash": "same_day", "day": "2015-10-17", "event_id": "5", "brand_id": "b01"},
            {"account_hash": "other_brand", "day": "2015-10-18", "event_id": "6", "brand_id": "b02"},
        ],
    )
    person = frame(spark, PERSON, [{"identifier_hash": "account", "person_id": "buys"}])

    rows = labelled(stage, portrait, order_line, person, day=date(2015, 10, 17), settings=settings).collect()

    assert {row.person_id: row[LABEL] for row in rows} == {name: float(name == "buys") for name in people}
