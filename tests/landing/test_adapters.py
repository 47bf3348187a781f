"""Real logs land with every row accounted for, and counts equal what pandas counts. Skipped where the logs are not there."""

from __future__ import annotations

import os
from collections import Counter
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from conf.errors import MissingInput
from conf.settings import Settings
from expectations.gate import Gate
from jobs.lake import Lake
from jobs.landing.ingest import land
from jobs.privacy import KeyRing
from jobs.runner import Runner
from schemas.catalogue import find

LOGS = Path(os.environ.get("BRANDCUBE_REAL_LOGS", Path(__file__).parents[2].parent / "shared" / "data"))
SHOPPING, SOCIAL, CONSENT = find("landing.shopping_event"), find("landing.social_event"), find("landing.consent")
JDATA = LOGS / "jd_jdata2016"
FEBRUARY = date(2016, 2, 1)
MADE = (
    *("core.identity_edge", "core.person", "core.touch", "core.order_line", "core.user_brand_day"),
    *("core.account_window", "core.account_facet_window", "core.first_order"),
    *("mart.user_portrait", "mart.brand_stage", "mart.brand_cube"),
)
ACTIONS = {"1": "view", "2": "cart", "3": "uncart", "4": "order", "5": "favourite", "6": "click"}


def _logs(name: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not (LOGS / name).is_dir(), reason=f"the real log {name} is not in {LOGS}")


def _small(folder: Path, name: str, header: str, *lines: str, encoding: str = "utf-8") -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join((header, *lines)) + "\n", encoding)


@_logs("jd_jdata2016")
@pytest.mark.parametrize(("day", "late"), [(FEBRUARY, 29), (date(2016, 3, 1), 272)])
def test_a_jdata_slice_lands_with_all_rows_accounted_for(
    spark: SparkSession, lake: Lake, settings: Settings, day: date, late: int
) -> None:
    landed = land(spark, lake, settings, source="jdata2016", path=JDATA, day=day)
    assert (landed.rows_in, landed.accepted, landed.quarantined, landed.duplicate, landed.late) == (29_999, 29_999, 0, 0, late)
    log = pd.read_csv(JDATA / f"JData_Action_{day:%Y%m}.csv", dtype=str)
    expected = log.assign(action=log["type"].map(ACTIONS)).groupby(["action", "brand"]).size().to_dict()
    events = lake.read(SHOPPING)
    found = events.groupBy("action", "brand_id").agg(F.count(F.lit(1)).alias("n")).collect()
    assert {(row.action, row.brand_id): row.n for row in found} == expected
    assert [row[0] for row in events.select("party").distinct().collect()] == ["jdata2016"]
    grants = lake.read(CONSENT).groupBy("purpose", "is_granted").count().collect()
    people = log["user_id"].nunique()
    assert {tuple(row) for row in grants} == {(purpose, True, people) for purpose in ("link", "portrait", "measure")}
    again = land(spark, lake, settings, source="jdata2016", path=JDATA, day=day)
    assert (again.rows_in, again.accepted, again.duplicate) == (29_999, 0, 29_999)


@_logs("jd_jdata2016")
def test_portraits_and_cubes_are_built_from_a_jdata_slice(spark: SparkSession, lake: Lake, settings: Settings) -> None:
    land(spark, lake, settings, source="jdata2016", path=JDATA, day=FEBRUARY)
    runner = Runner(lake, settings, Gate(lake.root), lambda day: None)
    for name in MADE:
        runner.run(find(name), [FEBRUARY])
    log = pd.read_csv(JDATA / "JData_Action_201602.csv", dtype=str)
    today = log[log["time"] >= str(FEBRUARY)]
    portraits = lake.read(find("mart.user_portrait"))
    assert portraits.count() == today["user_id"].nunique()
    assert portraits.agg(F.sum("n_touch_1d"), F.sum("n_order_1d")).first() == (len(today), (today["type"] == "4").sum())
    cells = lake.read(find("mart.brand_cube")).groupBy("brand_id").agg(F.sum("n_event").alias("n")).collect()
    assert {row.brand_id: row.n for row in cells} == today.groupby("brand").size().to_dict()


def test_a_jdata_row_takes_what_is_known_of_user_and_product_along(
    spark: SparkSession, lake: Lake, settings: Settings, ring: KeyRing, tmp_path: Path
) -> None:
    action = "266079.0,138778,2016-01-31 23:59:02,,1,8,403"
    _small(tmp_path, "JData_Action_201602.csv", "user_id,sku_id,time,model_id,type,cate,brand", action, action,
           "200719.0,61226,2016-02-01 00:10:00,216,4,8,30", "200719.0,61226,nonsense,216,7,8,30")  # fmt: skip
    _small(
        tmp_path, "JData_User.csv", "user_id,age,sex,user_lv_cd,user_reg_tm", "266079,36-45岁,-1,5,2016-01-26", encoding="gbk"
    )
    _small(tmp_path, "JData_Product.csv", "sku_id,a1,a2,a3,cate,brand", "138778,3,1,-1,8,403")
    landed = land(spark, lake, settings, source="jdata2016", path=tmp_path, day=FEBRUARY)
    assert (landed.rows_in, landed.accepted, landed.quarantined, landed.duplicate, landed.late) == (4, 3, 1, 0, 2)
    rows = lake.read(SHOPPING).orderBy("event_at").collect()
    assert [(str(row.event_day), row.action, row.scene, row.sku_id, row.brand_id, row.category) for row in rows] == [
        ("2016-01-31", "view", "unknown", "138778", "403", "8"),
        ("2016-01-31", "view", "unknown", "138778", "403", "8"),
        ("2016-02-01", "order", "unknown", "61226", "30", "8"),
    ]
    assert [row.attributes for row in rows] == [
        {"age": "36-45岁", "level": "5", "a1": "3", "a2": "1"},
        {"age": "36-45岁", "level": "5", "a1": "3", "a2": "1"},
        {"model_id": "216"},
    ]
    assert rows[0].jd_pin_hash == ring.pseudonym("266079", "jd_pin")
    assert len({row.event_id for row in rows}) == 3
    (tmp_path / "JData_Action_201603.csv").write_bytes((tmp_path / "JData_Action_201602.csv").read_bytes())
    renamed = land(spark, lake, settings, source="jdata2016", path=tmp_path, day=date(2016, 3, 1))
    assert (renamed.rows_in, renamed.accepted, renamed.quarantined, renamed.duplicate) == (4, 0, 0, 4)


@_logs("tmall_double11")
def test_the_singles_day_log_lands_as_it_was_counted(spark: SparkSession, lake: Lake, settings: Settings) -> None:
    day = date(2015, 11, 11)
    landed = land(spark, lake, settings, source="tmall_double11", path=LOGS / "tmall_double11", day=day)
    assert (landed.rows_in, landed.accepted, landed.quarantined, landed.duplicate, landed.late) == (10_000, 10_000, 0, 0, 0)
    found = lake.read(SHOPPING).groupBy("event_day", "action").count().collect()
    assert {tuple(row) for row in found} == {
        (day, "click", 8644),
        (day, "order", 1249),
        (day, "favourite", 101),
        (day, "cart", 6),
    }
    assert [list(row[0]) for row in lake.read(SHOPPING).select(F.map_keys("attributes")).distinct().collect()] == [["merchant"]]


def test_a_filled_group_is_a_join_for_each_participant_and_a_failed_one_is_its_initiators(
    spark: SparkSession, lake: Lake, settings: Settings, ring: KeyRing, tmp_path: Path
) -> None:
    (tmp_path / "tune.txt").write_text("1\t77\t2\n1\t77\t3\t4\n")
    (tmp_path / "test.txt").write_text("5\t78\t1\n")
    (tmp_path / "invalid.txt").write_text("6\t79\n")
    landed = land(spark, lake, settings, source="beibei_groupbuy", path=tmp_path, day=date(2019, 6, 1))
    assert (landed.rows_in, landed.accepted, landed.quarantined, landed.duplicate) == (5, 5, 0, 0)
    found = lake.read(SOCIAL).select("action", "openid_hash", "sharer_hash", "sku_id", "scene").collect()
    joined = [
        ("group_join", who, sharer, sku)
        for who, sharer, sku in (("2", "1", "77"), ("3", "1", "77"), ("4", "1", "77"), ("1", "5", "78"))
    ]
    expected = [
        (action, ring.pseudonym(who, "openid"), ring.pseudonym(sharer, "openid"), sku, "group_share")
        for action, who, sharer, sku in joined
    ]
    failed = ("group_fail", ring.pseudonym("6", "openid"), None, "79", "group_share")
    assert Counter(tuple(row) for row in found) == Counter([*expected, failed])
    assert lake.read(CONSENT).select("openid_hash", "purpose").distinct().count() == lake.read(CONSENT).count() == 6 * 3


@_logs("beibei_groupbuy")
def test_the_group_buying_log_holds_what_its_description_says() -> None:
    lines = {
        name: len((LOGS / "beibei_groupbuy" / name).read_text().splitlines())
        for name in ("tune.txt", "test.txt", "invalid.txt")
    }
    assert lines == {"tune.txt": 154_184, "test.txt": 178_642, "invalid.txt": 211_291}


def test_a_month_without_a_log_is_named(spark: SparkSession, lake: Lake, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match=r"JData_Action_201605\.csv is not there: jdata2016 needs it for 2016-05-02"):
        land(spark, lake, settings, source="jdata2016", path=tmp_path, day=date(2016, 5, 2))
