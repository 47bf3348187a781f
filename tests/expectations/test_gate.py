"""The gate lets good batches through, names what is wrong with bad ones, and keeps no value of either."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from expectations.gate import Failure, Gate, Verdict
from schemas.catalogue import find
from schemas.contract import Table
from tests.frames import frame

DAY = "2015-11-01"
CANARY = "canary13800138000"
TOUCH, CITY, FILE, CUBE, LIST = (
    find(name) for name in ("core.touch", "landing.city", "landing.file", "mart.brand_cube", "serving.target_list")
)
Breach = Callable[[DataFrame], DataFrame]


def good(spark: SparkSession, table: Table) -> DataFrame:
    """Two rows that keep all rules, cached."""
    differs: dict[str, tuple[dict[str, object], ...]] = {
        "core.touch": ({"event_id": "e-1", "watch_seconds": 5}, {"event_id": "e-2", "sharer_hash": "0" * 64}),
        "landing.city": ({"event_id": "c-1"}, {"event_id": "c-2", "attributes": {"level": "2"}}),
        "landing.file": ({"file_name": "1.csv"}, {"file_name": "2.csv", "n_accepted": 0, "n_late": 0}),
        "mart.brand_cube": ({"scene": "live"}, {"scene": "search", "gmv_fen": -100}),
        "serving.target_list": ({"rank": 1}, {"rank": 2, "person_id": "0" * 64}),
    }
    kept: dict[str, object] = (
        {"n_quarantined": 0, "n_duplicate": 0, "n_beyond": 0, "n_by_reason": {}, "n_by_warning": {}, "new_columns": []}
        if table is FILE
        else {}
    )
    return frame(spark, table, [{**kept, **row} for row in differs[table.full_name]]).cache()


def put(column: str, value: object, type_: str = "string") -> Breach:
    """Every row holds the value."""
    return lambda rows: rows.withColumn(column, F.lit(value).cast(type_))


@pytest.mark.parametrize("table", [TOUCH, CITY, CUBE, LIST], ids=lambda table: table.full_name)
def test_a_good_batch_keeps_every_rule(gate: Gate, spark: SparkSession, table: Table) -> None:
    verdict = gate.judge(table, good(spark, table), DAY)
    assert verdict.failed == ()
    assert verdict.success
    assert not verdict.is_critical
    assert verdict.n_expectations > len(table.columns)


@pytest.mark.parametrize(
    "name", ["core.touch", "landing.quarantine", "landing.vault", "mart.user_portrait", "serving.uplift_report"]
)
def test_an_empty_batch_keeps_every_rule(gate: Gate, spark: SparkSession, name: str) -> None:
    assert gate.judge(find(name), frame(spark, find(name), []), DAY).success


@pytest.mark.parametrize(
    ("table", "breach", "failures"),
    [
        (TOUCH, put("party", None), [Failure("expect_column_values_to_not_be_null", "party", "critical")]),
        (TOUCH, put("scene", CANARY), [Failure("expect_column_values_to_be_in_set", "scene", "critical")]),
        (
            TOUCH,
            put("watch_seconds", 86_401, "int"),
            [Failure("expect_column_values_to_be_between", "watch_seconds", "critical")],
        ),
        (TOUCH, put("account_hash", CANARY), [Failure("expect_column_values_to_match_regex", "account_hash", "critical")]),
        (TOUCH, put("event_id", CANARY), [Failure("expect_compound_columns_to_be_unique", "day, party, event_id", "critical")]),
        (CITY, put("city_tier", 7, "int"), [Failure("expect_column_values_to_be_in_set", "city_tier", "critical")]),
        (CUBE, put("n_event", -1, "bigint"), [Failure("expect_column_values_to_be_between", "n_event", "critical")]),
        (CUBE, put("n_person", 0, "bigint"), [Failure("expect_column_values_to_be_between", "n_person", "critical")]),
        (LIST, put("rank", 1, "int"), [Failure("expect_compound_columns_to_be_unique", "list_id, rank", "critical")]),
        (FILE, put("n_duplicate", 1, "bigint"), [Failure("unexpected_rows_expectation", "", "critical")]),
        (
            TOUCH,
            lambda rows: rows.withColumn("name", F.lit(CANARY)),
            [Failure("expect_table_columns_to_match_set", "", "critical")],
        ),
        (CUBE, put("n_person", 1, "int"), [Failure("expect_column_values_to_be_of_type", "n_person", "critical")]),
        (
            CITY,
            lambda rows: rows.drop("city_tier"),
            [
                Failure("expect_table_columns_to_match_set", "", "critical"),
                Failure("expect_column_values_to_be_of_type", "city_tier", "critical"),
            ],
        ),
        (CITY, put("city_tier", CANARY), [Failure("expect_column_values_to_be_of_type", "city_tier", "critical")]),
    ],
)
def test_each_kind_of_breach_is_named(
    gate: Gate, spark: SparkSession, table: Table, breach: Breach, failures: list[Failure]
) -> None:
    verdict = gate.judge(table, breach(good(spark, table)), DAY)
    assert sorted(verdict.failed, key=str) == sorted(failures, key=str)
    assert verdict.is_critical


def test_a_slip_in_reference_data_is_a_warning_and_stops_nothing(gate: Gate, spark: SparkSession) -> None:
    campaign = find("landing.campaign")
    verdict = gate.judge(campaign, put("ends_on", "2015-10-31", "date")(frame(spark, campaign, [{}])), DAY)
    assert verdict.failed == (Failure("expect_column_pair_values_a_to_be_greater_than_b", "ends_on, starts_on", "warning"),)
    assert not verdict.success
    assert not verdict.is_critical


def test_a_batch_that_cannot_be_computed_is_a_failure_whose_reason_is_kept_out(gate: Gate, spark: SparkSession) -> None:
    torn = good(spark, CITY).withColumn("province", F.raise_error(F.lit(CANARY)).cast("string"))
    assert gate.judge(CITY, torn, "torn").is_critical


def test_a_verdict_says_in_one_sentence_what_broke_and_where_to_look() -> None:
    broken = (
        Failure("expect_column_pair_values_a_to_be_greater_than_b", "ends_on, starts_on", "warning"),
        Failure("expect_column_values_to_be_in_set", "scene", "critical"),
    )
    docs = Path("/lake/gx/docs/index.html")
    assert Verdict("core.touch", DAY, 33, broken, docs).sentence == (
        "core.touch 2015-11-01 broke expect_column_values_to_be_in_set on scene and 1 more: "
        "look at /lake/gx/docs/index.html, nothing downstream was written"
    )
    assert Verdict("core.touch", DAY, 33, broken[:1], docs).sentence == (
        "core.touch 2015-11-01 broke expect_column_pair_values_a_to_be_greater_than_b on ends_on, starts_on: "
        "look at /lake/gx/docs/index.html"
    )
    assert Verdict("core.touch", DAY, 33, (), docs).sentence == "core.touch 2015-11-01 kept all 33 expectations"


def test_data_docs_name_the_tables_keep_no_value_and_ask_no_network(gate: Gate, spark: SparkSession) -> None:
    gate.judge(TOUCH, put("scene", CANARY)(good(spark, TOUCH)), "2015-11-01 to 2015-11-03")
    index = gate.publish()
    page = index.read_text("utf-8")
    assert all(name in page for name in ("core.touch", "Failed", "2015-11-01 to 2015-11-03"))
    links = re.findall(r'href="(validations/[^"]+)"', page)
    assert links
    assert all((index.parent / link.replace("%20", " ")).is_file() for link in links)
    kept = [file for file in gate.folder.rglob("*") if file.is_file()]
    assert not [file for file in kept if CANARY.encode() in file.read_bytes()]
    assert not [file for file in kept if file.suffix == ".html" and re.search(r"(src|href)=.https?:", file.read_text("utf-8"))]


def test_only_the_newest_results_are_kept(
    gate: Gate, spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("expectations.gate.KEPT_RESULTS", 1)
    later = None
    for day in ("2015-11-01", "2015-11-02"):
        later = Gate(tmp_path)
        later.judge(CITY, good(spark, CITY), day)
        later.publish()
    assert later is not None
    assert [file.parts[-3] for file in later.folder.glob("results/**/*.json")] == ["2015-11-02"]
    assert "2015-11-01" not in later.docs.read_text("utf-8")
    assert gate.judge(CITY, good(spark, CITY), DAY).success, "a gate minds no other gate"
    assert capfd.readouterr() == ("", "")
