"""Who must be taken off what was delivered, told once, and in the next export."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

from conf.errors import MissingInput
from conf.settings import Settings
from jobs.lake import Lake
from jobs.privacy import REMOVAL, KeyRing, decrypted, register_keys
from jobs.serving import removal
from jobs.serving.export import Exported, export
from schemas.catalogue import find
from tests.frames import frame

TABLE, LIST, LEDGER = find("serving.removal"), find("serving.target_list"), find("serving.export_manifest")
CONSENT, PERSON = find("landing.consent"), find("core.person")
FIRST, DAY = date(2015, 10, 31), date(2015, 11, 5)
Rows = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def fixed_keys(spark: SparkSession, ring: KeyRing, settings: Settings) -> None:
    """The fixed keys in the shared session, whichever lake's keys an earlier test has put there."""
    register_keys(spark, ring, settings)


def sealed(ring: KeyRing, audience: str) -> bytes:
    """The column as Python makes it: the same bytes as Spark's."""
    nonce = bytes.fromhex(ring.keyed_hash(audience, REMOVAL)[:24])
    return nonce + AESGCM(ring.key(REMOVAL)).encrypt(nonce, audience.encode(), None)


def listed(person: str, day: str = "2015-10-31", version: int = 2, brand: str = "b01") -> dict[str, Any]:
    list_id = f"{brand}-{day.replace('-', '')}"
    return {"day": day, "list_id": list_id, "brand_id": brand, "person_id": person, "audience_hash": f"pv1_{version}_{person}"}


def told(ring: KeyRing, audience: str, day: str, **facts: Any) -> dict[str, Any]:
    return {"audience_encrypted": sealed(ring, audience), "day": day} | facts


def says(account: str, *, granted: bool = True, at: str = "2015-10-01 00:00:00", brand: str = "b01") -> dict[str, Any]:
    return {"purpose": "activate", "jd_pin_hash": account, "is_granted": granted, "event_at": at, "brand_id": brand}


def test_everyone_who_was_delivered_and_does_not_allow_it_now_is_told_once(
    spark: SparkSession, settings: Settings, ring: KeyRing
) -> None:
    everyone = ["stays", "withdrew", "silent", "told", "again", "rotated", "half", "merged", "apart", "other-brand"]
    lists = [
        *map(listed, everyone),
        listed("rotated", "2015-10-10", 1),
        listed("half", "2015-10-10", 1),
        listed("not-delivered", "2015-10-20"),
        listed("never-exported", "2015-10-21"),
        listed("today", str(DAY)),
        listed("gone-brand", brand="b77"),
    ]
    delivered = [
        {"day": row["day"], "list_id": row["list_id"], "brand_id": row["brand_id"], "destination": receiver, "n_row": n}
        for row, receiver, n in (
            (lists[0], "brand", 60),
            (listed("", "2015-10-10"), "brand", 60),
            (listed("", "2015-10-10"), "platform", 60),
            (listed("", "2015-10-20"), "brand", 0),
            (listed("", str(DAY)), "brand", 60),
            (listed("", brand="b77"), "brand", 60),
        )
    ]
    consents = [
        says("stays"),
        says("withdrew"),
        says("withdrew", granted=False, at="2015-11-04 00:00:00"),
        says("o-merged"),
        says("other-brand", brand="b02"),
    ]
    people = [{"identifier_hash": hash_, "person_id": "a-merged"} for hash_ in ("merged", "a-merged", "o-merged")]
    before = [
        told(ring, "pv1_2_told", "2015-11-01"),
        told(ring, "pv1_2_again", "2015-10-20"),
        told(ring, "pv1_1_half", "2015-10-20"),
        told(ring, "pv1_2_erased", str(DAY), reason="erasure"),
        told(ring, "pv1_2_stays", str(DAY)),
    ]
    inputs = [(LIST, lists), (LEDGER, delivered), (CONSENT, consents), (PERSON, people)]
    frames = [frame(spark, table, rows) for table, rows in inputs]

    first = removal.build(*[*frames, frame(spark, TABLE, before)], day=DAY, settings=settings).localCheckpoint()

    expected = {
        *(("brand", "withdrawal", f"pv1_2_{name}") for name in ("withdrew", "silent", "again", "rotated", "half", "apart")),
        *(("brand", "withdrawal", name) for name in ("pv1_2_other-brand", "pv1_1_rotated")),
        *(("platform", "withdrawal", name) for name in ("pv1_1_rotated", "pv1_1_half")),
        ("brand", "erasure", "pv1_2_erased"),
    }
    rows = first.collect()
    found = [(row.destination, row.reason, ring.decrypt(bytes(row.audience_encrypted), REMOVAL)) for row in rows]
    assert sorted(found) == sorted(expected)
    assert {(row.day, row.brand_id) for row in rows} == {(DAY, "b01")}
    _assert_told_once(frames, first, frame(spark, TABLE, before), settings)


def _assert_told_once(frames: list[DataFrame], first: DataFrame, before: DataFrame, settings: Settings) -> None:
    """The same night again makes the same rows; the night after makes none but for the list of the day."""
    inputs = [*frames, before.where(F.col("day") < F.lit(DAY)).unionByName(first)]
    assertDataFrameEqual(removal.build(*inputs, day=DAY, settings=settings), first)
    next_day = removal.build(*inputs, day=DAY + timedelta(days=1), settings=settings)
    opened = next_day.select(decrypted(F.col("audience_encrypted"), REMOVAL).alias("text"))
    assert [row.text for row in opened.collect()] == ["pv1_2_today"]


def test_no_plan_prints_the_key(spark: SparkSession, ring: KeyRing, capsys: pytest.CaptureFixture[str]) -> None:
    rows = spark.createDataFrame([("pv1_1_x",)], "text STRING").select(
        decrypted(removal.audience_encrypted(F.col("text")), REMOVAL).alias("text")
    )
    assert [row.text for row in rows.collect()] == ["pv1_1_x"]
    rows.explain(mode="extended")
    printed = capsys.readouterr().out
    assert "scalar-subquery" in printed
    assert ring.key(REMOVAL).hex()[:32] not in printed.lower()


@dataclass
class Nights:
    """A brand's nights on a lake: who is listed, what is said, what is told to be taken off, and what is delivered."""

    lake: Lake
    settings: Settings
    ring: KeyRing
    said: Rows = field(default_factory=list)

    def audience(self, person: str) -> str:
        return self.ring.audience_hash(person, "b01")

    def say(self, person: str, day: date, *, granted: bool) -> None:
        self.said.append(says(person, granted=granted, at=f"{day} 12:00:00") | {"event_id": f"c{len(self.said)}"})

    def night(self, day: date, people: list[str]) -> int:
        """The day's list, then the day's removals; how many of these there are."""
        spark, lake = self.lake.spark, self.lake
        rows = [listed(person, str(day)) | {"audience_hash": self.audience(person)} for person in people]
        lake.replace(LIST, frame(spark, LIST, rows), [day], {})
        given = [frame(spark, CONSENT, self.said), frame(spark, PERSON, [])]
        inputs = [lake.read(LIST), lake.read(LEDGER), *given, lake.read(TABLE)]
        made = removal.build(*inputs, day=day, settings=self.settings).localCheckpoint()
        self.lake.replace(TABLE, made, [day], {})
        return made.count()

    def export(self, day: date) -> Exported:
        return export(self.lake, self.settings, brand_id="b01", destination="brand", day=day)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def lines(folder: Path, name: str) -> list[str]:
    return (folder / name).read_text("ascii").splitlines()


def test_a_withdrawal_is_in_the_next_export_once_and_again_only_after_another_list(
    lake: Lake, settings: Settings, ring: KeyRing
) -> None:
    nights, days = Nights(lake, settings, ring), [FIRST + timedelta(days=offset) for offset in range(6)]
    crowd = [f"p{number}" for number in range(60)]
    for person in crowd:
        nights.say(person, date(2015, 10, 1), granted=True)
    assert nights.night(days[0], crowd) == 0
    first = nights.export(days[0])
    assert (first.removed, sorted(contents(first.folder))) == (0, ["b01-20151031.csv", "manifest.json", "receipt.html"])

    nights.say("p3", days[1], granted=False)
    assert nights.night(days[1], []) == 1
    _assert_that_removals_leave_alone(nights, days[1])

    assert nights.night(days[2], []) == 0
    with pytest.raises(MissingInput, match="there is no list of b01 for 2015-11-02"):
        nights.export(days[2])

    nights.say("p4", days[2], granted=False)
    nights.say("p3", days[3], granted=True)
    assert nights.night(days[3], [person for person in crowd if person != "p4"]) == 1
    nights.say("p4", days[4], granted=True)
    assert nights.night(days[4], crowd) == 0
    listed_again = nights.export(days[4])
    assert (listed_again.rows, listed_again.removed) == (60, 0)

    nights.say("p3", days[5], granted=False)
    assert nights.night(days[5], ["q1"]) == 1
    _assert_that_removals_leave_beside_a_withheld_list(nights, days[5])


def _assert_that_removals_leave_alone(nights: Nights, day: date) -> None:
    """On a day without a list, the same bytes each time, and the receipt says how many."""
    made = nights.export(day)
    found = contents(made.folder)
    assert (made.rows, made.withheld, made.removed) == (0, 0, 1)
    assert sorted(found) == ["b01-20151101-remove.csv", "manifest.json", "receipt.html"]
    assert lines(made.folder, "b01-20151101-remove.csv") == ["audience_hash", nights.audience("p3")]
    (file,) = json.loads(found["manifest.json"])["files"]
    assert (file["name"], file["rows"], file["bytes"]) == ("b01-20151101-remove.csv", 1, 85)
    assert "Take 1 off" in found["receipt.html"].decode()
    assert "需移除 1 人" in found["receipt.html"].decode()
    assert nights.audience("p3") not in found["receipt.html"].decode()
    assert contents(nights.export(day).folder) == found
    (row,) = nights.lake.read(LEDGER, [day]).collect()
    assert (row.n_row, row.n_withheld, row.file_name, row.sha256) == (0, 0, "b01-20151101-remove.csv", file["sha256"])


def _assert_that_removals_leave_beside_a_withheld_list(nights: Nights, day: date) -> None:
    made = nights.export(day)
    assert (made.rows, made.withheld, made.removed) == (0, 1, 1)
    assert sorted(contents(made.folder)) == ["b01-20151105-remove.csv", "manifest.json", "receipt.html"]
    assert lines(made.folder, "b01-20151105-remove.csv") == ["audience_hash", nights.audience("p3")]
    receipt = (made.folder / "receipt.html").read_text("utf-8")
    assert "fewer than 50 people" in receipt
    assert "Take 1 off" in receipt


def test_what_was_never_delivered_is_not_taken_off(lake: Lake, settings: Settings, ring: KeyRing) -> None:
    nights = Nights(lake, settings, ring)
    nights.night(FIRST, ["p1"])
    nights.export(FIRST)
    nights.say("p1", FIRST, granted=False)

    assert nights.night(FIRST + timedelta(days=1), []) == 0
