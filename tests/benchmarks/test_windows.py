"""What a night of windows costs: by history, by people, on echo nights, and beside DuckDB, in CPU seconds and bytes.

A night here is `advance` and its commit, for both tables; what the audit and Great Expectations add is told apart. Every
peer reads the same files, and a run whose rows differ is void.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import SparkSession

from conf.settings import Settings
from expectations.gate import Gate, Verdict
from jobs.changes import as_of
from jobs.core import account_facet_window, account_window
from jobs.lake import Lake
from jobs.runner import Runner
from schemas.catalogue import find
from schemas.contract import Table
from tests.benchmarks import history
from tests.benchmarks.cpu import cpu
from tests.benchmarks.history import Shape
from tests.benchmarks.peers import windows as peer
from tests.benchmarks.peers.windows import Tiles

PEOPLE = int(os.environ.get("BRANDCUBE_BENCH_PEOPLE", "100000"))
TILES_A_DAY = int(os.environ.get("BRANDCUBE_BENCH_TILES", "30000"))
BRANDS = 50
BYTES_AN_EVENT = 244
"""Of a JSON line in the shape of the landing benchmark."""
SHORT, QUARTER, LONG = 40, 90, 400
FESTIVALS = {LONG + 1 - 30: 30, LONG + 2 - 90: 90, LONG + 3 - 365: 365}
"""Days with ten times the events, each in the way of one night: the days that it lies back."""
TABLES = (find("core.account_window"), find("core.account_facet_window"))
TILE = history.TILE


class Passing(Gate):
    """A gate that lets everything through, at no cost."""

    def __init__(self) -> None:
        """Load nothing."""

    def judge(self, table: Table, batch: object, day_label: str) -> Verdict:
        """Every rule held."""
        return Verdict(table.full_name, day_label, 0, (), Path())


@dataclass(frozen=True)
class Cost:
    """What a night cost: CPU seconds, wall seconds, rows kept and bytes written."""

    cpu: float
    wall: float
    rows: int
    bytes: int

    def __str__(self) -> str:
        return f"{self.cpu:7.1f} CPU s {self.wall:7.1f} s {self.rows:12,} rows {self.bytes / 1e6:9.1f} MB"


@dataclass
class Bench:
    """A lake of tiles, in which nights of windows are made."""

    lake: Lake
    settings: Settings
    shape: Shape
    gate: Gate

    def tiles(self, first: int, last: int) -> None:
        """Write the tiles of the days up to the last."""
        history.write(self.lake, self.shape, range(first, last + 1), frozenset(FESTIVALS))

    def night(self, number: int, *, advance: bool = True) -> Cost:
        """Make both tables for the day."""
        windows = self.settings.windows.model_copy(update={"advance": advance})
        runner = Runner(self.lake, self.settings.model_copy(update={"windows": windows}), self.gate, lambda _: None)
        day, started = day_of(number), time.monotonic()
        with cpu() as spent:
            made = [runner.run(table, [day]) for table in TABLES]
        n_bytes = sum(self.size(table, day) for table in TABLES)
        return Cost(spent.seconds, time.monotonic() - started, sum(item.rows for item in made), n_bytes)

    def opened(self, number: int) -> Cost:
        """Sum the windows anew two nights before, move them on by one night that is not counted, then by the one that is."""
        self.night(number - 2, advance=False)
        self.night(number - 1)
        return self.night(number)

    def size(self, table: Table, day: date) -> int:
        """Bytes of a table's day."""
        return sum(file.stat().st_size for file in Path(self.lake.path(table), f"day={day}").glob("*.parquet"))


def day_of(number: int) -> date:
    return history.FIRST + timedelta(number)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nights without the audit."""
    for module in (account_window, account_facet_window):
        monkeypatch.delattr(module, "audit")


@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("plain")
def test_nights_by_history_and_beside_duckdb(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    bench = Bench(Lake(spark, tmp_path / "lake"), settings, Shape(PEOPLE, BRANDS, TILES_A_DAY), Passing())
    done, costs = -1, {}
    for number in (SHORT, QUARTER, LONG):
        bench.tiles(done + 1, number)
        done, costs[number] = number, bench.opened(number)
        print(f"\nnight at day {number:4}: {costs[number]}")
        if number != SHORT:
            beside_duckdb(bench, number, costs[number], tmp_path / f"peer{number}")
    print(f"history: day {LONG} costs {costs[LONG].cpu / costs[SHORT].cpu:.2f} x day {SHORT}")
    for number, (festival, ago) in enumerate(FESTIVALS.items(), LONG + 1):
        bench.tiles(number, number)
        echo = bench.night(number)
        tiles = bench.lake.read(TILE, [day_of(festival)]).count()
        print(f"echo of {tiles:,} tiles {ago:3} days ago: {echo}, {echo.cpu / costs[LONG].cpu:.2f} x a plain night")
    written_beside_accepted(bench, costs[LONG])


@pytest.mark.timeout(7200)
@pytest.mark.usefixtures("plain")
def test_nights_by_people(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    costs = []
    for people in (PEOPLE, 2 * PEOPLE):
        bench = Bench(Lake(spark, tmp_path / str(people)), settings, Shape(people, BRANDS, TILES_A_DAY), Passing())
        bench.tiles(0, QUARTER)
        costs.append(bench.opened(QUARTER))
        print(f"\nnight of {people:,} people: {costs[-1]}")
    print(f"people: twice as many cost {costs[1].cpu / costs[0].cpu:.2f} x")


@pytest.mark.timeout(7200)
def test_what_audit_and_gate_add(spark: SparkSession, settings: Settings, tmp_path: Path) -> None:
    bench = Bench(Lake(spark, tmp_path / "lake"), settings, Shape(PEOPLE, BRANDS, TILES_A_DAY), Passing())
    bench.tiles(0, QUARTER)
    audited = bench.opened(QUARTER)
    with pytest.MonkeyPatch.context() as patched:
        for module in (account_window, account_facet_window):
            patched.delattr(module, "audit")
        alone = bench.night(QUARTER)
    bench.gate = Gate(bench.lake.root)
    judged = bench.night(QUARTER)
    print(f"\na night {alone.cpu:.1f} CPU s, with the audit {audited.cpu:.1f}, with audit and gate {judged.cpu:.1f}")


def beside_duckdb(bench: Bench, number: int, ours: Cost, out: Path) -> None:
    """DuckDB, rescanning and moving on, over the same tiles and the same state of the night before."""
    programs: dict[str, Callable[[Tiles, Path], None]] = {
        "rescanning": lambda tiles, path: peer.rescan(tiles, day_of(number), path),
        "moving on": lambda tiles, path: peer.advance(tiles, bench.lake.path(tiles.table), day_of(number), path),
    }
    for name, program in programs.items():
        with cpu() as spent:
            for table in TABLES:
                program(Tiles(bench.lake.path(TILE), table), out / name / table.name)
        for table in TABLES:
            same_rows(bench.lake, table, day_of(number), out / name / table.name, is_whole=name == "rescanning")
        print(f"  DuckDB {name:10} {spent.seconds:7.1f} CPU s; we use {ours.cpu / spent.seconds:.2f} of it")


def same_rows(lake: Lake, table: Table, day: date, theirs: Path, *, is_whole: bool) -> None:
    """Fail where any row differs: of the whole state, or of what the night changed."""
    rows = as_of(lake, table, day) if is_whole else lake.read(table, [day]).where("NOT is_gone")
    ours = theirs.with_suffix(".ours")
    rows.write.parquet(str(ours))
    found, expected = (_fingerprint(table, path, has_day=has_day) for path, has_day in ((ours, True), (theirs, False)))
    assert found == expected
    assert found[0] > 0


def _fingerprint(table: Table, path: Path, *, has_day: bool) -> tuple[int, ...]:
    """Rows that are not gone, the sum of a hash of each and their exclusive or: some 10^8 of them fit into no memory."""
    told = f"hash({', '.join('day::DATE' if name == 'day' else name for name in table.column_names)})"
    files = f"read_parquet('{path}/**/*.parquet', hive_partitioning = {not has_day})"
    query = f"SELECT count(*), sum({told}::HUGEINT), bit_xor({told}) FROM {files} WHERE NOT is_gone"
    row: tuple[int, ...] = duckdb.connect().execute(query).fetchall()[0]
    return row


def written_beside_accepted(bench: Bench, night: Cost) -> None:
    """Bytes that a night writes, the month's full state shared among its nights, beside those of the day's events as sent."""
    state = sum(bench.size(table, day_of(LONG - 2)) for table in TABLES)
    accepted, a_month = bench.shape.events * BYTES_AN_EVENT, night.bytes + state / 30
    print(
        f"written: {night.bytes / 1e6:.1f} MB a night, {state / 1e6:.1f} MB in full once a month, "
        f"{a_month / accepted:.1f} x the {accepted / 1e6:.1f} MB of the day's events as JSON lines, "
        f"{a_month / bench.size(TILE, day_of(LONG)):.1f} x their tiles as Parquet"
    )
