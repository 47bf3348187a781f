"""Landing accounts for every row, lands each once, in its own event day, and says why it refused one."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing.file import Ledger
from jobs.landing.ingest import land
from jobs.privacy import QUARANTINE, KeyRing
from schemas.catalogue import find, layer
from tests.landing.conftest import Land
from tests.landing.sending import BRAND, DAY, MEMBER, ORDER, RAW, SHOPPING, SOCIAL, at, row, send

NEXT = date(2015, 11, 2)
EARLIER = date(2015, 10, 30)
LEDGER, REFUSED = find("landing.file"), find("landing.quarantine")


def _checksums(lake: Lake) -> dict[str, Any]:
    return {table.full_name: lake.summary(table) for table in layer("landing") if lake.exists(table)}


def _ids(lake: Lake) -> list[tuple[str, str, str]]:
    rows = lake.read(SOCIAL).select("event_id", F.col("day").cast("STRING"), F.col("event_day").cast("STRING"))
    return sorted(tuple(found) for found in rows.collect())


def test_the_rows_of_all_formats_land_with_their_types_and_pseudonyms(
    landing: Land, inbox: Path, lake: Lake, ring: KeyRing
) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "s1", oaid=RAW["oaid"].upper(), watch_seconds=60, sharer=RAW["openid"])])
    send(inbox, MEMBER, [row(MEMBER, "m1", phone="+86 138-0013-8000", name='许, "英杰"')])
    send(inbox, ORDER, [row(ORDER, "o1", paid_fen=7540)])
    assert landing() == (3, 3, 0, 0, 0)
    social = lake.read(SOCIAL).collect()[0]
    assert (social.party, social.event_day, social.watch_seconds) == ("tencent", DAY, 60)
    assert int(social.event_at.timestamp() * 1000) == at()
    assert social.openid_hash == social.sharer_hash == ring.pseudonym(RAW["openid"], "openid")
    assert social.oaid_hash == ring.pseudonym(RAW["oaid"], "oaid")
    member = lake.read(MEMBER).collect()[0]
    assert member.phone_hash == ring.pseudonym("13800138000", "phone")
    assert member.name_hash == ring.pseudonym('许, "英杰"', "name")
    assert member.email_hash is None
    order = lake.read(ORDER).collect()[0]
    assert (order.paid_fen, order.line_no, order.jd_pin_hash) == (7540, 1, ring.pseudonym(RAW["jd_pin"], "jd_pin"))


BROKEN: list[tuple[dict[str, Any] | str, list[str]]] = [
    ({"event_id": None}, ["missing:event_id"]),
    ({"event_at": "yesterday"}, ["type:event_at"]),
    ({"event_at": 10**17}, ["type:event_at"]),
    ({"event_at": at(NEXT)}, ["future:event_day"]),
    ({"action": "teleport"}, ["allowed:action"]),
    ({"watch_seconds": -1}, ["range:watch_seconds"]),
    ({"watch_seconds": 86_401}, ["range:watch_seconds"]),
    ({"watch_seconds": "a minute"}, ["type:watch_seconds"]),
    ({"openid": "=HYPERLINK(1)"}, ["identifier:openid"]),
    ({"openid": ""}, ["missing:openid"]),
    ({"oaid": "00000000-0000-0000-0000-000000000000"}, ["identifier:oaid"]),
    ({"scene": None, "action": "teleport"}, ["allowed:action", "missing:scene"]),
    ('{"event_id": "torn", "openid": "o1', ["torn"]),
    ('["no", "object"]', ["torn"]),
]


def test_each_broken_row_is_refused_with_its_reasons_and_can_be_read_again_by_who_holds_the_key(
    landing: Land, inbox: Path, lake: Lake, ring: KeyRing
) -> None:
    rows = [told if isinstance(told, str) else row(SOCIAL, f"e{n}") | told for n, (told, _) in enumerate(BROKEN)]
    send(inbox, SOCIAL, [*rows, row(SOCIAL, "good")])
    assert landing() == (len(BROKEN) + 1, 1, len(BROKEN), 0, 0)
    found = lake.read(REFUSED).collect()
    opened = {ring.decrypt(bytes(refused.row_encrypted), QUARANTINE): sorted(refused.reasons) for refused in found}
    lines = [told if isinstance(told, str) else json.dumps(told, ensure_ascii=False) for told in rows]
    assert opened == {line: reasons for line, (_, reasons) in zip(lines, BROKEN, strict=True)}
    assert {(refused.table_name, refused.party, refused.file_name) for refused in found} == {
        ("social_event", "tencent", f"{DAY}.jsonl.gz")
    }
    assert {refused.row_hash for refused in found} == {ring.keyed_hash(line, "quarantine/row") for line in lines}


def test_a_csv_line_with_too_many_fields_is_torn_and_equal_ones_are_numbered(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, BRAND, [row(BRAND, "b1"), "x,y,z,1,2,3,4,5,6", "x,y,z,1,2,3,4,5,6"])
    assert landing() == (3, 1, 2, 0, 0)
    assert sorted((refused.n_copy, refused.reasons) for refused in lake.read(REFUSED).collect()) == [
        (1, ["torn"]),
        (2, ["torn"]),
    ]


def test_landing_twice_changes_nothing(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b", action="teleport")])
    send(inbox, BRAND, [row(BRAND, "b1")])
    assert landing() == (3, 2, 1, 0, 0)
    before, versions = _checksums(lake), {table.name: lake.version(table) for table in layer("landing")}
    assert landing() == (3, 0, 0, 3, 0)
    assert _checksums(lake) == before
    assert {table.name: lake.version(table) for table in layer("landing")} == versions


def test_a_landing_that_broke_off_before_the_ledger_is_done_again_to_the_same_bytes(
    landing: Land, inbox: Path, lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "a"), row(SOCIAL, "b", action="teleport")])
    monkeypatch.setattr("jobs.landing.steps.Landing.enter", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt, match="^$"):
        landing()
    before = _checksums(lake)
    monkeypatch.undo()
    assert landing() == (3, 1, 1, 1, 0)
    assert {name: told for name, told in _checksums(lake).items() if name != "landing.file"} == before


def test_a_row_sent_again_in_the_file_or_on_another_day_lands_once(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "a"), row(SOCIAL, "a", action="share")])
    assert landing() == (3, 1, 0, 2, 0)
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b", event_at=at(NEXT))], day=NEXT)
    assert landing(day=NEXT) == (5, 1, 0, 4, 0)
    assert _ids(lake) == [("a", "2015-11-01", "2015-11-01"), ("b", "2015-11-02", "2015-11-02")]


def test_days_that_land_together_are_the_same_as_day_by_day(
    spark: SparkSession, settings: Settings, inbox: Path, tmp_path: Path
) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "x", scene="nowhere")])
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b"), row(SOCIAL, "c", event_at=at(NEXT))], day=NEXT)
    together, apart = Lake(spark, tmp_path / "together"), Lake(spark, tmp_path / "apart")
    land(spark, together, settings, source="all", path=inbox, day=NEXT)
    for day in (DAY, NEXT):
        land(spark, apart, settings, source="all", path=inbox, day=day)
    assert _checksums(together) == _checksums(apart)


def test_late_rows_land_in_their_own_event_day(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "late", event_at=at(EARLIER)), row(SOCIAL, "old", event_at=0), row(SOCIAL, "today")])
    assert landing() == (3, 3, 0, 0, 1)
    assert [(file.n_late, file.n_beyond) for file in Ledger.read(lake)] == [(1, 1)]
    assert _ids(lake) == [
        ("late", "2015-11-01", "2015-10-30"),
        ("old", "2015-11-01", "1970-01-01"),
        ("today", "2015-11-01", "2015-11-01"),
    ]


def test_a_file_that_is_sent_again_complete_replaces_what_was_sent_of_it(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b", scene="nowhere")])
    assert landing() == (2, 1, 1, 0, 0)
    send(inbox, SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b"), row(SOCIAL, "c")])
    assert landing() == (3, 3, 0, 0, 0)
    assert [name for name, *_ in _ids(lake)] == ["a", "b", "c"]
    assert lake.read(REFUSED).count() == 0
    assert [(file.n_in, file.n_accepted) for file in lake.read(LEDGER).collect()] == [(3, 3)]


def test_another_file_of_the_same_day_adds_what_is_new_and_removes_nothing(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, SOCIAL, [row(SOCIAL, "a")])
    landing()
    other = send(inbox / "other", SOCIAL, [row(SOCIAL, "a"), row(SOCIAL, "b")], name="again.jsonl.gz")
    assert landing("social_event", path=other) == (2, 1, 0, 1, 0)
    assert [name for name, *_ in _ids(lake)] == ["a", "b"]
    assert sorted(file.file_name for file in lake.read(LEDGER).collect()) == ["2015-11-01.jsonl.gz", "again.jsonl.gz"]


def test_columns_are_found_by_name_and_a_required_one_that_lacks_is_said_of_each_row(
    landing: Land, inbox: Path, lake: Lake
) -> None:
    told = row(BRAND, "b1")
    send(inbox, BRAND, [dict(reversed(told.items()))])
    send(inbox, BRAND, [{name: value for name, value in told.items() if name != "title"}], day=NEXT)
    assert landing(day=NEXT) == (2, 1, 1, 0, 0)
    assert lake.read(BRAND).collect()[0].title_zh == told["title_zh"]
    assert [refused.reasons for refused in lake.read(REFUSED).collect()] == [["missing_column:title"]]


def test_a_partys_folder_lands_up_to_the_day_and_an_empty_file_is_in_the_ledger(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, SHOPPING, [])
    send(inbox, SHOPPING, [row(SHOPPING, "a", event_at=at(NEXT))], day=NEXT)
    assert landing("shopping_event", path=inbox / "jd") == (0, 0, 0, 0, 0)
    assert landing("shopping_event", day=NEXT, path=inbox / "jd" / "shopping_event") == (1, 1, 0, 0, 0)
    assert sorted((str(file.day), file.n_in) for file in lake.read(LEDGER).collect()) == [("2015-11-01", 0), ("2015-11-02", 1)]


def test_the_truth_of_a_planted_world_comes_along_and_grows(landing: Land, inbox: Path, lake: Lake) -> None:
    send(inbox, BRAND, [row(BRAND, "b1")])
    (inbox / "truth.json").write_text(json.dumps({"seed": 1, "figures": {"1": {"planted": 20.0}}}))
    landing()
    (inbox / "truth.json").write_text(json.dumps({"seed": 1, "figures": {"2": {"planted": 3.2}}}))
    landing()
    kept = json.loads((lake.root / "truth.json").read_text())
    assert kept == {"seed": 1, "figures": {"1": {"planted": 20.0}, "2": {"planted": 3.2}}}
