"""Known people go through a night, in broken rows, a failing suite and a failing command; no byte left tells of them."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.scan import scan
from tests.conftest import Figure
from tests.privacy.canaries import CONTROL, PEOPLE, identifiers, patterns
from tests.privacy.conftest import Night

PLACES = {
    "lake": "lake/landing/*/**/*.parquet",
    "Delta log": "lake/*/*/_delta_log/*.json",
    "quarantine": "lake/landing/quarantine/**/*.parquet",
    "log": "lake.logs/*",
    "event log": "events/**/events_*",
    "GX results": "lake/gx/**/*.json",
    "GX docs": "lake/gx/docs/**/*.html",
    "MLflow store": "lake/**/*.db",
    "MLflow artifact": "lake/mlflow/**/model.ubj",
    "export": "lake/exports/**/*.csv",
    "manifest": "lake/exports/**/manifest.json",
    "shuffled": "blocks/**/shuffle_*.data",
    "printed": "printed",
}
KNOWN = patterns(*PEOPLE)


def test_no_byte_that_the_night_left_tells_of_anybody(searched: Night, figure: Figure) -> None:
    found = scan([searched.bank], KNOWN)
    figure(f"canaries: {found.files} files, {found.bytes / 1e6:.1f} MB, {found.patterns} patterns, {len(found.hits)} hits")
    assert found.hits == ()
    assert found.undecoded == ()
    assert found.files > 300
    printed = (searched.bank / "printed").read_text("utf-8")
    for told in ("is cut short or damaged", "gate: core.person", "task: "):
        assert told in printed


@pytest.mark.parametrize("place", PLACES)
def test_the_search_finds_somebody_planted_in_each_place(searched: Night, tmp_path: Path, place: str) -> None:
    there = sorted(path for path in searched.bank.glob(PLACES[place]) if path.is_file() and path.stat().st_size)
    assert there, f"the night left nothing in the place: {place}"
    copy = tmp_path / there[-1].name
    shutil.copyfile(there[-1], copy)
    assert scan([copy], KNOWN).hits == ()
    for number, kind in enumerate(("phone", "email", "openid", "oaid", "imei", "name")):
        _plant(copy, identifiers(number)[kind])
        assert sum(hit.n for hit in scan([copy], KNOWN).hits) > number


def test_the_inbox_holds_them_all(searched: Night) -> None:
    files = sorted((searched.folder / "inbox").rglob("*.canaries-*"))
    for number in PEOPLE:
        assert {hit.path for hit in scan(files, patterns(number)).hits} == set(files)


def test_a_query_that_names_somebody_is_found_in_its_event_log_its_exception_and_what_it_shuffled(searched: Night) -> None:
    found = {hit.path.name.partition("_")[0] for hit in scan([searched.control], patterns(CONTROL)).hits}
    assert found == {"events", "explained", "shuffle"}
    assert scan([searched.control], KNOWN).hits == ()


def _plant(file: Path, value: str) -> None:
    """Put the value where this kind of file would keep it."""
    if file.suffix == ".parquet":
        rows = pq.read_table(file)
        column = pa.array([value] * len(rows)).dictionary_encode()
        pq.write_table(rows.append_column(f"planted {value}", column), file, compression="zstd")
    elif file.suffix == ".db":
        with sqlite3.connect(file) as database:
            database.execute("CREATE TABLE IF NOT EXISTS planted (text)")
            database.execute("INSERT INTO planted VALUES (?)", ("x" * 5000 + value,))
        database.close()
    elif file.suffix == ".zstd":
        with pa.CompressedInputStream(str(file), "zstd") as packed:
            text = packed.read()
        with pa.CompressedOutputStream(str(file), "zstd") as packed:
            packed.write(text + value.encode())
    else:
        file.write_bytes(file.read_bytes() + value.encode())
