"""People are forgotten: no byte names them any more, everybody else's rows are as before, and nothing brings them back."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.errors import ErasureIncomplete, MissingInput, UnknownName, Unreadable
from conf.settings import Settings
from jobs.bank import Bank, logs
from jobs.erasure import erase as steps
from jobs.erasure.erase import Erased, erase
from jobs.erasure.person import holding_people
from jobs.erasure.proof import Searcher, prove
from jobs.erasure.request import read_request
from jobs.identifiers import normalise
from jobs.lake import Lake, Summary, summarised
from jobs.landing.file import Ledger
from jobs.landing.forgotten import token
from jobs.landing.ingest import land
from jobs.privacy import ERASURE, KeyRing
from jobs.scan import encodings, scan
from jobs.serving.export import export
from schemas.catalogue import find, tables
from schemas.contract import Table
from tests.conftest import HISTORY, Figure
from tests.landing.sending import CONSENT, DAY, MEMBER, SOCIAL, at, row, send

N_PEOPLE = 5
BINDING, LIST, PERSON = find("landing.identity_binding"), find("serving.target_list"), find("core.person")
REFUSED, VAULT, CUBE, REMOVAL = (
    find(name) for name in ("landing.quarantine", "landing.vault", "mart.brand_cube", "serving.removal")
)
LATER = date(2015, 11, 2)


@dataclass(frozen=True)
class Forgetting:
    """A bank in which some listed people were forgotten, and what it held of everybody else before."""

    bank: Bank
    phones: tuple[str, ...]
    openids: tuple[str, ...]
    theirs: frozenset[str]
    rest: dict[str, Summary]
    n_before: int
    done: Erased


@pytest.fixture(scope="module")
def request_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the request is written."""
    return tmp_path_factory.mktemp("request") / "ids.txt"


@pytest.fixture(scope="module")
def forgetting(october: Bank, inbox: Path, request_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Forgetting:
    """October's bank, copied; listed people with rows in quarantine and hidden in attributes are forgotten."""
    root = shutil.copytree(october.lake.root, tmp_path_factory.mktemp("forgetting") / "lake")
    bank = replace(october, lake=Lake(october.spark, root))
    people = _listed(bank, inbox)
    _hide(bank, people, tmp_path_factory.mktemp("more"))
    for brand_id in bank.settings.brands:
        export(bank.lake, bank.settings, brand_id=brand_id, destination="brand", day=HISTORY[1], is_floored=False)
    theirs = frozenset(_theirs(bank, people))
    rest = {table.full_name: summarised(table, _others(bank.lake, table, theirs)) for table in holding_people()}
    n_before = sum(bank.lake.read(table).count() for table in holding_people())
    request_file.write_text("\n".join(f"+86 {phone}" for phone, _ in people))
    done = erase(bank, read_request(request_file, "phone", bank.ring))
    phones, openids = (tuple(pair[place] for pair in people) for place in (0, 1))
    return Forgetting(bank, phones, openids, theirs, rest, n_before, done)


def _listed(bank: Bank, inbox: Path) -> list[tuple[str, str]]:
    """Phone and openid of some people who stand on lists."""
    sent = [told for path in inbox.rglob("identity_binding/*.gz") for told in _objects(path)]
    owners = {found.identifier_hash: found.person_id for found in bank.lake.read(PERSON).collect()}
    listed = {found.person_id for found in bank.lake.read(LIST).collect()}
    told = [(normalise(row.get("phone"), "phone"), row.get("openid") or "") for row in sent]
    found = {(phone, item) for phone, item in told if phone and owners.get(bank.ring.pseudonym(item, "openid") or "") in listed}
    return sorted(found)[:N_PEOPLE]


def _objects(path: Path) -> Iterator[dict[str, str]]:
    for line in gzip.decompress(path.read_bytes()).decode("utf-8", "replace").splitlines():
        with suppress(json.JSONDecodeError):
            yield json.loads(line)


def _hide(bank: Bank, people: list[tuple[str, str]], inbox: Path) -> None:
    """Have their phones come in rows that are refused, and in fields that nobody agreed upon of other people's rows."""
    (phone, openid), (other, _) = people[0], people[1]
    wide = phone.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    refused = [row(MEMBER, "r1", phone=f"+86 {phone}", member_tier=99), row(MEMBER, "r2", phone=wide, member_tier=99)]
    send(inbox, MEMBER, [*refused, row(MEMBER, "r3", member_tier=99)], day=LATER)
    hidden = [row(SOCIAL, "h1", openid="oSomebodyElse", friend=f"{other[:3]}-{other[3:]}"), row(SOCIAL, "h2", sharer=openid)]
    send(inbox, SOCIAL, [item | {"event_at": at(LATER)} for item in hidden], day=LATER)
    land(bank.spark, bank.lake, bank.settings, source="all", path=inbox, day=LATER)


def _theirs(bank: Bank, people: list[tuple[str, str]]) -> set[str]:
    """All pseudonyms of theirs, found without the code that is tested: person by person in the identity graph."""
    named = {bank.ring.pseudonym(phone, "phone") for phone, _ in people} | {
        bank.ring.pseudonym(item, "openid") for _, item in people
    }
    graph = [(found.identifier_hash, found.person_id) for found in bank.lake.read(PERSON).collect()]
    owners = {person_id for identifier, person_id in graph if identifier in named}
    given = bank.lake.read(LIST).unionByName(bank.lake.read(find("serving.sealed_control"))).collect()
    hashes = {found.audience_hash[-64:] for found in given if found.person_id in owners}
    found = {identifier for identifier, person_id in graph if person_id in owners} | owners | hashes
    return {item for item in found | named if item}


def _others(lake: Lake, table: Table, theirs: frozenset[str]) -> DataFrame:
    """The rows that are nobody's who is forgotten, naming nobody of them, but for the one in which a phone is hidden."""
    rows, listed = lake.read(table), sorted(theirs)
    for column in table.naming("subject"):
        rows = rows.where(F.coalesce(~token(F.col(column.name)).isin(listed), F.lit(True)))
    named = {
        column.name: F.when(~token(F.col(column.name)).isin(listed), F.col(column.name)) for column in table.naming("mention")
    }
    return (rows.withColumns(named) if named else rows).where("event_id != 'h1'" if table is SOCIAL else "true")


def test_no_byte_names_them_any_more(forgetting: Forgetting, figure: Figure) -> None:
    proof = forgetting.done.proof
    figure(f"erasure: {proof}, rows deleted {forgetting.done.rows} of {forgetting.n_before}")
    assert (proof.people, proof.hits) == (N_PEOPLE, 0)
    assert proof.files > 100
    assert proof.patterns > 100 * N_PEOPLE
    looks = {look for phone in forgetting.phones for look in encodings(phone, "phone").values()}
    looks |= {look for openid in forgetting.openids for look in encodings(openid, "openid").values()}
    looks |= {item.encode() for item in forgetting.theirs}
    root = forgetting.bank.lake.root
    assert scan([root, *([logs(root)] if logs(root).exists() else [])], looks).hits == ()


def test_the_search_finds_them_where_they_were_not_forgotten(forgetting: Forgetting, october: Bank) -> None:
    hashes = {october.ring.keyed_hash(item, ERASURE) for item in forgetting.theirs}
    searcher = Searcher(october.ring.key(ERASURE), frozenset(hashes))
    naming = {
        path.relative_to(october.lake.root).parts[1] for path in october.lake.root.rglob("*.parquet") if searcher.names(path)
    }
    assert {"social_event", "identity_binding", "person", "touch", "user_brand_day", "user_portrait", "target_list"} <= naming


def test_everybody_elses_rows_are_as_before(forgetting: Forgetting) -> None:
    lake = forgetting.bank.lake
    now = {table.full_name: summarised(table, _others(lake, table, forgetting.theirs)) for table in holding_people()}
    kept_apart = {"landing.vault", "serving.removal"}
    assert {name: summary for name, summary in now.items() if name not in kept_apart} == {
        name: summary for name, summary in forgetting.rest.items() if name not in kept_apart
    }
    assert forgetting.done.rows > N_PEOPLE * 10


def test_the_cube_counts_them_no_more_and_the_rest_as_before(forgetting: Forgetting, october: Bank) -> None:
    before, after = (lake.read(CUBE) for lake in (october.lake, forgetting.bank.lake))
    counts = [cube.agg(F.sum("n_event")).collect()[0][0] for cube in (before, after)]
    assert counts[1] < counts[0]
    grown = (
        after.alias("a").join(before.alias("b"), list(CUBE.key), "left").where("b.n_person IS NULL OR a.n_person > b.n_person")
    )
    assert grown.count() == 0


def test_refused_rows_and_hidden_fields_are_emptied(forgetting: Forgetting) -> None:
    lake = forgetting.bank.lake
    refused = [found.reasons for found in lake.read(REFUSED, [LATER]).collect()]
    assert sorted(refused) == [["erased"], ["erased"], ["range:member_tier"]]
    rows = {found.event_id: found for found in lake.read(SOCIAL).where(F.col("day") == LATER).collect()}
    assert (rows["h1"].attributes, rows["h2"].sharer_hash) == ({}, None)


def test_what_was_delivered_is_to_be_removed_and_kept_without_them(forgetting: Forgetting) -> None:
    bank = forgetting.bank
    removals = bank.lake.read(REMOVAL).where("reason = 'erasure'").collect()
    opened = {bank.ring.decrypt(bytes(found.audience_encrypted), "removal")[-64:] for found in removals}
    assert opened and opened <= forgetting.theirs
    assert len(removals) == forgetting.done.removals >= N_PEOPLE
    assert {found.day for found in removals} == {date(2015, 11, 3)}
    assert forgetting.done.rewritten > 0
    for manifest in (bank.lake.root / "exports").rglob("manifest.json"):
        facts = json.loads(manifest.read_text())
        assert all((manifest.parent / file["name"]).stat().st_size == file["bytes"] for file in facts["files"])


def test_a_file_that_is_sent_again_does_not_bring_them_back(forgetting: Forgetting, tmp_path: Path) -> None:
    bank, day = forgetting.bank, date(2015, 11, 3)
    mine = [row(SOCIAL, f"z{n}", openid=openid, event_at=at(day)) for n, openid in enumerate(forgetting.openids)]
    send(tmp_path, SOCIAL, [*mine, row(SOCIAL, "y", openid="oNew", sharer=forgetting.openids[0], event_at=at(day))], day=day)
    send(tmp_path, CONSENT, [row(CONSENT, "c", openid=forgetting.openids[0], event_at=at(day))], day=day)
    landed = land(bank.spark, bank.lake, bank.settings, source="all", path=tmp_path, day=day)
    assert (landed.rows_in, landed.accepted, landed.quarantined) == (N_PEOPLE + 2, 1, N_PEOPLE + 1)
    counted = {item.table_name: item.n_by_reason for item in Ledger.read(bank.lake) if item.day == day}
    assert counted == {"social_event": {"erased": N_PEOPLE}, "consent": {"erased": 1}}
    assert [found.sharer_hash for found in bank.lake.read(SOCIAL).where("event_id = 'y'").collect()] == [None]
    assert prove(bank.lake, bank.ring, logs(bank.lake.root), forgetting.phones, "phone").hits == 0


def test_an_erasure_that_broke_off_is_ended_by_the_same_request_and_once_more_finds_nobody(
    spark: SparkSession, settings: Settings, ring: KeyRing, lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(tmp_path / "inbox", BINDING, [row(BINDING, "b", phone="13912345678", openid="oForgotten")])
    send(tmp_path / "inbox", SOCIAL, [row(SOCIAL, "s", openid="oForgotten"), row(SOCIAL, "t", openid="oOther")])
    land(spark, lake, settings, source="all", path=tmp_path / "inbox", day=DAY)
    bank, file = Bank(settings, ring, spark, lake), tmp_path / "ids.txt"
    file.write_text("139 1234 5678")
    request = read_request(file, "phone", ring)
    with monkeypatch.context() as patched:
        patched.setattr(steps, "purge", lambda *_: None)
        with pytest.raises(ErasureIncomplete, match="files still name forgotten people: .*; run the same"):
            erase(bank, request)
    done, again = erase(bank, request), erase(bank, request)
    assert (done.people, done.identifiers, done.proof.people, done.proof.hits) == (1, 1, 1, 0)
    assert (again.rows, again.emptied, again.removals, again.rewritten, again.proof.hits) == (0, 0, 0, 0, 0)
    assert [found.event_id for found in lake.read(SOCIAL).collect()] == ["t"]


@pytest.mark.parametrize(
    ("kind", "text", "error", "sentence"),
    [
        ("phone", "13800138000\n12345\n", Unreadable, r"ids.txt line 2 is no phone: .* nobody was erased"),
        ("phone", "\n", MissingInput, "names nobody"),
        (
            "oaid",
            "39abac09-c5d8-d7dd-5d85-8f63178d2602",
            UnknownName,
            "no identifier type is named 'oaid'; one person is",
        ),
        ("member", "B01-1", MissingInput, "name the brand with --brand"),
    ],
)
def test_a_request_with_anything_wrong_is_refused_whole(
    ring: KeyRing, tmp_path: Path, kind: str, text: str, error: type[Exception], sentence: str
) -> None:
    file = tmp_path / "ids.txt"
    file.write_text(text)
    with pytest.raises(error, match=sentence):
        read_request(file, kind, ring)


def test_every_pseudonym_of_a_contract_is_somebodys_or_may_be_several_peoples() -> None:
    told = {
        column.name
        for table in tables().values()
        for column in table.columns
        if column.name.endswith(("_hash", "person_id")) and column.type == "STRING" and not column.person
    }
    assert told == {"row_hash", "erased_hash", "oaid_hash", "name_hash", "linked_hash"}
