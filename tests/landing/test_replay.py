"""Refused rows are judged again by another suite: what is good now lands once, and every sum still balances."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from conf.errors import MissingInput
from conf.settings import Settings
from expectations import conditions as compiled
from expectations.suites import path, read
from jobs.lake import Lake
from jobs.landing.file import FileCount, Ledger
from jobs.landing.ingest import land
from jobs.landing.quarantine import listed
from jobs.landing.replay import Replayed, replay
from schemas.catalogue import find
from schemas.contract import Table
from tests.landing.conftest import Land
from tests.landing.sending import BRAND, DAY, ORDER, SOCIAL, row, send

REFUSED, VAULT = find("landing.quarantine"), find("landing.vault")
Edit = Callable[[dict[str, Any]], None]
Amend = Callable[[Table, Edit], None]


@pytest.fixture
def amend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Amend:
    """Have another suite of the table be today's."""
    folder = tmp_path / "suites"

    def change(table: Table, edit: Edit) -> None:
        suite = read(table)
        for expectation in suite["expectations"]:
            edit(expectation)
        file = path(table, folder)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(suite))
        monkeypatch.setattr(compiled, "path", lambda asked: path(asked, folder) if asked is table else path(asked))
        monkeypatch.setattr(compiled, "read", lambda asked: json.loads(file.read_text()) if asked is table else read(asked))

    return change


def _allow_teleport(expectation: dict[str, Any]) -> None:
    if expectation["kwargs"].get("column") == "action" and "value_set" in expectation["kwargs"]:
        expectation["kwargs"]["value_set"].append("teleport")


def _only_warn_of_actions(expectation: dict[str, Any]) -> None:
    if expectation["kwargs"].get("column") == "action" and "value_set" in expectation["kwargs"]:
        expectation["severity"] = "warning"


def _ledger(lake: Lake) -> FileCount:
    (found,) = Ledger.read(lake)
    return found


def _sent(inbox: Path) -> Path:
    """Two good rows, three that teleport (one of them twice, of a person nobody knows), one without scene, one torn."""
    return send(
        inbox,
        SOCIAL,
        [
            row(SOCIAL, "a"),
            row(SOCIAL, "b"),
            row(SOCIAL, "c", action="teleport", openid="oNeverSeenBefore"),
            row(SOCIAL, "d", action="teleport", tier="gold"),
            row(SOCIAL, "c", action="teleport", openid="oNeverSeenBefore"),
            row(SOCIAL, "e", scene=None),
            "{torn",
        ],
    )


def test_what_another_suite_takes_lands_and_the_rest_stays(
    landing: Land, inbox: Path, lake: Lake, settings: Settings, amend: Amend
) -> None:
    _sent(inbox)
    assert landing() == (7, 2, 5, 0, 0)
    known = lake.read(VAULT).count()
    amend(SOCIAL, _allow_teleport)
    assert replay(lake, settings, days=[DAY]) == Replayed(judged=4, accepted=2, duplicate=1, quarantined=2)
    assert sorted(found.event_id for found in lake.read(SOCIAL).collect()) == ["a", "b", "c", "d"]
    assert {found.event_id: found.attributes for found in lake.read(SOCIAL).collect()}["d"] == {"tier": "gold"}
    assert sorted(tuple(found.reasons) for found in lake.read(REFUSED).collect()) == [("missing:scene",), ("torn",)]
    assert lake.read(VAULT).count() == known + 1
    kept = _ledger(lake)
    assert (kept.n_in, kept.n_accepted, kept.n_quarantined, kept.n_duplicate) == (7, 4, 2, 1)
    assert kept.n_by_reason == {"missing:scene": 1, "torn": 1}
    assert kept.delta_version == lake.version(SOCIAL)
    assert replay(lake, settings, days=[DAY]) == Replayed(judged=1, accepted=0, duplicate=0, quarantined=2)


def test_after_a_replay_the_lake_is_as_if_the_suite_had_always_been_so(
    spark: SparkSession, landing: Land, inbox: Path, lake: Lake, settings: Settings, amend: Amend, tmp_path: Path
) -> None:
    _sent(inbox)
    landing()
    amend(SOCIAL, _allow_teleport)
    replay(lake, settings, days=[DAY], tables=["social_event"])
    other = Lake(spark, tmp_path / "other")
    land(spark, other, settings, source="all", path=inbox, day=DAY)
    assert [lake.summary(table) for table in (SOCIAL, VAULT)] == [other.summary(table) for table in (SOCIAL, VAULT)]
    refused = [{(found.row_hash, *found.reasons) for found in kept.read(REFUSED).collect()} for kept in (lake, other)]
    assert refused[0] == refused[1]
    assert landing() == (7, 0, 0, 7, 0)
    assert _ledger(lake).n_accepted == _ledger(other).n_accepted == 4
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "c", action="teleport")])
    assert landing() == (2, 2, 0, 0, 0)
    assert lake.read(SOCIAL).count() == 2


def test_the_quarantine_says_by_which_suite_it_judged(
    landing: Land, inbox: Path, lake: Lake, settings: Settings, amend: Amend
) -> None:
    _sent(inbox)
    landing()
    before = compiled.suite_hash(SOCIAL)
    assert {(found.severity, found.suite_sha256) for found in listed(lake.read(REFUSED))} == {("critical", before)}
    amend(SOCIAL, _allow_teleport)
    replay(lake, settings, days=[DAY])
    hashes = {tuple(found.reasons): found.suite_sha256 for found in listed(lake.read(REFUSED))}
    assert hashes == {("missing:scene",): compiled.suite_hash(SOCIAL), ("torn",): before}
    assert compiled.suite_hash(SOCIAL) != before


def test_a_rule_that_only_warns_refuses_nobody_and_is_counted(landing: Land, inbox: Path, lake: Lake, amend: Amend) -> None:
    amend(SOCIAL, _only_warn_of_actions)
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b", action="teleport"), row(SOCIAL, "c", action="fly", scene=None)])
    assert landing() == (3, 2, 1, 0, 0)
    assert _ledger(lake).n_by_warning == {"allowed:action": 1}
    assert [found.reasons for found in lake.read(REFUSED).collect()] == [["missing:scene", "allowed:action"]]


def test_rows_of_every_format_can_be_judged_again_but_cells_of_a_wrong_type(
    landing: Land, inbox: Path, lake: Lake, settings: Settings, amend: Amend
) -> None:
    send(inbox, BRAND, [row(BRAND, "b1"), row(BRAND, "b2", brand_id="../b")])
    send(inbox, ORDER, [row(ORDER, "o2", status="lost", attributes='{"level": "3"}'), row(ORDER, "o1")])
    send(inbox, ORDER, [row(ORDER, "o3", quantity=1.5)], name=f"{DAY}.odd.parquet")
    assert landing() == (5, 2, 3, 0, 0)
    amend(ORDER, lambda rule: rule["kwargs"].get("value_set", []).append("lost"))
    assert replay(lake, settings, days=[DAY]) == Replayed(judged=2, accepted=1, duplicate=0, quarantined=2)
    assert {found.event_id: found.attributes for found in lake.read(ORDER).collect()} == {"o1": None, "o2": {"level": "3"}}
    assert {count.n_in - count.n_accepted - count.n_quarantined for count in Ledger.read(lake)} == {0}


def test_where_nothing_is_refused_there_is_nothing_to_judge_again(
    landing: Land, inbox: Path, lake: Lake, settings: Settings
) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "a")])
    landing()
    with pytest.raises(MissingInput, match="the quarantine holds no row of these days and tables"):
        replay(lake, settings, days=[DAY])
