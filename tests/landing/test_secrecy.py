"""Nothing raw stays: the lake's bytes hold no identifier, yet the vault and the quarantine open with their keys."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing.ingest import land
from jobs.privacy import QUARANTINE, VAULT, KeyRing
from jobs.scan import encodings, scan
from schemas.catalogue import find
from tests.landing.sending import DAY, MEMBER, ORDER, RAW, SOCIAL, row, send

TABLE = find("landing.vault")
SPOKEN = {"phone": "+86 139-1234-5678", "email": "Canary.Bird@Example.com", "name": "金丝雀"}


@pytest.fixture
def landed(spark: SparkSession, lake: Lake, settings: Settings, tmp_path: Path) -> Lake:
    """A lake in which good and broken rows with every kind of identifier have landed."""
    inbox = tmp_path / "inbox"
    send(inbox, MEMBER, [row(MEMBER, "m1", **SPOKEN), row(MEMBER, "m2", **(SPOKEN | {"member_tier": 99}))])
    send(inbox, SOCIAL, [row(SOCIAL, f"s{n}", oaid=RAW["oaid"]) for n in range(3)] + ['{"phone": "13912345678", "torn'])
    send(inbox, ORDER, [row(ORDER, "o1"), row(ORDER, "o2", quantity=0)])
    land(spark, lake, settings, source="all", path=inbox, day=DAY)
    return lake


def _patterns() -> list[bytes]:
    normal = {"phone": "13912345678", "email": "canary.bird@example.com"}
    known = [*RAW.items(), *SPOKEN.items(), *normal.items()]
    return [text for kind, value in known for text in encodings(value, kind).values()]


def test_no_byte_of_the_lake_holds_a_raw_identifier(landed: Lake) -> None:
    assert scan([landed.root], _patterns()).hits == ()


def test_the_scan_finds_what_was_planted(tmp_path: Path, spark: SparkSession) -> None:
    spark.createDataFrame([(SPOKEN["phone"], 1)], "text STRING, n INT").write.parquet(str(tmp_path / "planted"))
    (tmp_path / "note.txt").write_text(hashlib.sha256(b"13912345678").hexdigest())
    assert {hit.path.suffix for hit in scan([tmp_path], _patterns()).hits} == {".parquet", ".txt"}


def test_the_vault_holds_each_identifier_of_a_good_row_once_and_opens_with_its_key(landed: Lake, ring: KeyRing) -> None:
    rows = landed.read(TABLE).collect()
    opened = sorted((entry.identifier_type, ring.decrypt(bytes(entry.identifier_encrypted), VAULT)) for entry in rows)
    assert opened == [
        ("email", "canary.bird@example.com"),
        ("jd_pin", RAW["jd_pin"]),
        ("member", RAW["member"]),
        ("name", "金丝雀"),
        ("oaid", RAW["oaid"]),
        ("openid", RAW["openid"]),
        ("phone", "13912345678"),
    ]
    assert all(
        entry.identifier_hash == ring.pseudonym(text, kind, "b01")
        for entry, (kind, text) in zip(sorted(rows, key=lambda e: e.identifier_type), opened, strict=True)
    )
    assert {entry.day for entry in rows} == {DAY}


def test_two_brands_with_one_member_number_have_two_members(
    spark: SparkSession, lake: Lake, settings: Settings, ring: KeyRing, tmp_path: Path
) -> None:
    send(tmp_path, MEMBER, [row(MEMBER, f"m-{brand}", member="10000007", brand_id=brand) for brand in ("b01", "b02")])
    land(spark, lake, settings, source="all", path=tmp_path, day=DAY)
    told = {member.brand_id: member.member_hash for member in lake.read(MEMBER).collect()}
    assert told == {brand: ring.pseudonym("10000007", "member", brand) for brand in ("b01", "b02")}
    assert len(set(told.values())) == 2


def test_a_refused_row_opens_with_the_quarantines_key_alone(landed: Lake, ring: KeyRing) -> None:
    opened = [
        ring.decrypt(bytes(refused.row_encrypted), QUARANTINE) for refused in landed.read(find("landing.quarantine")).collect()
    ]
    assert len(opened) == 3
    assert any("+86 139-1234-5678" in line for line in opened)
    assert '{"phone": "13912345678", "torn' in opened


def test_an_identifier_that_comes_again_keeps_its_first_day_and_its_bytes(
    spark: SparkSession, landed: Lake, settings: Settings, tmp_path: Path
) -> None:
    before = landed.summary(TABLE)
    later = tmp_path / "later"
    send(later, SOCIAL, [row(SOCIAL, "s9", oaid=RAW["oaid"])], day=DAY.replace(day=2))
    land(spark, landed, settings, source="all", path=later, day=DAY.replace(day=2))
    assert landed.summary(TABLE) == before
