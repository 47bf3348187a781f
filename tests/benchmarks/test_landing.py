"""What landing costs: CPU seconds per million accepted events, beside DuckDB on the same files and beside the floor."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing import judge
from jobs.landing.ingest import land
from jobs.privacy import KeyRing
from schemas.catalogue import find
from tests.benchmarks import events
from tests.benchmarks.cpu import cpu
from tests.benchmarks.peers import landing as peer

EVENTS = int(os.environ.get("BRANDCUBE_BENCH_EVENTS", "3000000"))
_SHARE = 10
"""The ratio of two arms takes so much fewer rows."""
_COMPARED = ("event_id", "jd_pin_hash", "oaid_hash", "action", "scene", "brand_id", "event_day")


def test_landing_beside_duckdb_and_the_floor(spark: SparkSession, settings: Settings, ring: KeyRing, tmp_path: Path) -> None:
    warm = tmp_path / "warm"
    events.write(warm, 3_000)
    land(spark, Lake(spark, tmp_path / "first"), settings, source="all", path=warm, day=events.LAST)
    files = events.write(tmp_path / "inbox", EVENTS)
    with cpu() as reading:
        n_bytes = sum(len(file.read_bytes()) for file in files)
    with cpu() as parsing:
        n_lines = peer.parse_only(files)
    with cpu() as theirs:
        expected = peer.land(files, tmp_path / "peer", ring)
    lake = Lake(spark, tmp_path / "lake")
    with cpu() as ours:
        landed = land(spark, lake, settings, source="all", path=tmp_path / "inbox", day=events.LAST)
    with cpu() as warmed:
        second = land(spark, Lake(spark, tmp_path / "second"), settings, source="all", path=tmp_path / "inbox", day=events.LAST)
    with cpu() as again:
        repeated = land(spark, lake, settings, source="all", path=tmp_path / "inbox", day=events.LAST)
    found = peer.Counts(landed.rows_in, landed.accepted, landed.quarantined, landed.duplicate)
    assert found == expected
    assert (second.accepted, second.quarantined, second.duplicate) == (found.accepted, found.quarantined, found.duplicate)
    assert (repeated.accepted, repeated.duplicate) == (0, n_lines)
    assert _fingerprint(lake.path(find("landing.shopping_event"))) == _fingerprint(str(tmp_path / "peer"))
    million = landed.accepted / 1e6
    print(f"\nlanding, {n_lines:,} JSON lines, {n_bytes / 1e6:,.0f} MB, {landed.accepted:,} accepted; CPU seconds per million:")
    arms = {"bytes read": reading, "JSON parsed": parsing, "DuckDB": theirs, "brandcube": ours}
    arms |= {"brandcube, once warm": warmed, "brandcube, sent again": again}
    for name, spent in arms.items():
        ratio = ours.seconds / spent.seconds if spent.seconds else float("inf")
        print(f"  {name:22} {spent.seconds / million:8.2f}  ({spent.seconds:7.2f} in all, brandcube is {ratio:,.1f} x)")


def test_tagging_beside_the_same_landing_without_it(
    spark: SparkSession, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events.write(tmp_path / "inbox", EVENTS // _SHARE)
    spent = {"tagged": 0.0, "not tagged": 0.0}
    for number, arm in enumerate([*spent, *reversed(spent)] * 2):
        judge._rules.cache_clear()  # noqa: SLF001
        with monkeypatch.context() as patched, cpu() as landing:
            if arm != "tagged":
                patched.setattr(judge, "conditions", lambda *_: ())
            land(spark, Lake(spark, tmp_path / str(number)), settings, source="all", path=tmp_path / "inbox", day=events.LAST)
        if number >= len(spent):
            spent[arm] += landing.seconds
    ratio = spent["tagged"] / spent["not tagged"]
    print(f"\nrow tags: {ratio:.2f} x the CPU seconds of landing without them ({EVENTS // _SHARE:,} rows, 3 of each)")


def _fingerprint(path: str) -> tuple[int, int]:
    """Rows, and the sum of a hash of what both programs write."""
    connection = duckdb.connect()
    connection.register("written", DeltaTable(path).to_pyarrow_table(columns=list(_COMPARED)))
    texts = ", ".join(f"coalesce({name}::VARCHAR, '')" for name in _COMPARED)
    query = f"SELECT count(*), sum(hash(concat_ws('|', {texts}))::HUGEINT) FROM written"
    n_rows, total = connection.execute(query).fetchall()[0]
    return int(n_rows), int(total)
