"""Windows that are moved on night by night are those that the tiles alone give, whatever happened to the tiles."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.errors import AuditFailed
from conf.settings import Settings
from expectations.gate import Gate, Verdict
from jobs.changes import as_of
from jobs.core import account_facet_window, account_window
from jobs.erasure.merge import delete, purge
from jobs.lake import Lake
from jobs.runner import Runner
from jobs.windows import measures
from schemas.catalogue import find
from schemas.contract import Table
from schemas.core.account_facet_window import FACETS, asking
from tests.frames import frame

TILE, ACCOUNT, FACET = (find(f"core.{name}") for name in ("user_brand_day", "account_window", "account_facet_window"))
BUILDS: dict[str, Callable[..., DataFrame]] = {
    ACCOUNT.name: account_window.build,
    FACET.name: account_facet_window.build,
}
ZERO = dict.fromkeys([column.name for column in TILE.columns if column.name not in TILE.key], 0)
FIRST = date(2015, 1, 30)
ACCOUNTS = "abcdefgh"
EDGES = (0, 1, 6, 7, 29, 30, 89, 90, 364, 365)
"""Days ago at which a tile is the last in a window, or the first out of it."""


@dataclass(frozen=True)
class Write:
    """One tile put in the place of what its key held: ``ago`` days before the night; None takes it away."""

    ago: int
    account: str
    brand: str
    counts: tuple[int, int, int] | None


@dataclass(frozen=True)
class Evening:
    """So many days after the night before (0: the same night again), some tiles are written, perhaps somebody is forgotten."""

    gap: int
    writes: tuple[Write, ...]
    forgotten: str | None


WRITES = st.builds(
    Write,
    ago=st.sampled_from(EDGES),
    account=st.sampled_from(ACCOUNTS),
    brand=st.sampled_from(["b01", "b02"]),
    counts=st.none() | st.tuples(st.integers(0, 2), st.integers(-1, 2), st.integers(-500, 900)),
)
EVENINGS = st.builds(
    Evening,
    gap=st.sampled_from((30, 1, 7, 90, 365, 1, 6, 0)),
    writes=st.lists(WRITES, min_size=8, max_size=30).map(tuple),
    forgotten=st.sampled_from((*[None] * 7, "a")),
)


class Passing:
    """A gate that lets everything through, at no cost."""

    def judge(self, table: Table, batch: DataFrame, day_label: str) -> Verdict:
        return Verdict(table.full_name, day_label, 0, (), Path())


@dataclass
class World:
    """A lake with tiles, and the same tiles as plain data."""

    lake: Lake
    settings: Settings
    tiles: dict[tuple[date, str, str], tuple[int, int, int]] = field(default_factory=dict)

    def write(self, night: date, writes: tuple[Write, ...]) -> None:
        for item in writes:
            key = (night - timedelta(item.ago), item.account, item.brand)
            self.tiles.pop(key, None)
            if item.counts:
                self.tiles[key] = item.counts
        days = sorted({night - timedelta(item.ago) for item in writes})
        if days:
            rows = [row for row in self.rows() if row["day"] in days]
            self.lake.replace(TILE, frame(self.lake.spark, TILE, rows), days, {"kind": "night"})

    def forget(self, account: str) -> None:
        theirs = self.lake.read(TILE).where(f"account_hash = '{account}'").localCheckpoint()
        if self.lake.exists(TILE) and theirs.count():
            for table in (TILE, ACCOUNT, FACET):
                if self.lake.exists(table):
                    rows = self.lake.read(table).where(f"account_hash = '{account}'").localCheckpoint()
                    delete(self.lake, table, rows, "run")
                    purge(self.lake, table)
        self.tiles = {key: counts for key, counts in self.tiles.items() if key[1] != account}

    def night(self, day: date) -> None:
        runner = Runner(self.lake, self.settings, cast(Gate, Passing()), lambda _: None)
        for table in (ACCOUNT, FACET):
            runner.run(table, [day])

    def rows(self) -> Iterator[dict[str, Any]]:
        """The tiles as contract rows: a person's city goes by the day, the category by the brand."""
        for (day, account, brand), (touches, orders, fen) in self.tiles.items():
            key = {"day": day, "account_hash": account, "brand_id": brand, "category": "c" + brand}
            counts = {"n_touch": touches, "n_order": orders, "n_item": orders, "net_fen": fen, "n_star": 5 * touches}
            yield {**ZERO, **key, "scene": "live", "city_code": f"{day.month % 2}", **counts}


def expected(table: Table, tiles: Iterator[dict[str, Any]], day: date) -> set[tuple[Any, ...]]:
    """What the table should hold, in plain Python."""
    kept: dict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for tile in tiles:
        if day - timedelta(365) < tile["day"] <= day:
            own = ("jd_pin", tile["account_hash"])
            for key in [(*own, name, tile[name]) for name in FACETS] if table is FACET else [own]:
                kept[key].append(tile)
    told = {key: (*_sums(table, key, rows, day), *_days(key, rows)) for key, rows in kept.items()}
    return {(day, *key, *values, False) for key, values in told.items() if any(values)}


def _has(key: tuple[str, ...], column: str) -> bool:
    """True where the column is told of the key: always of accounts, of facets where it is asked for."""
    return len(key) == 2 or key[2] in asking(column)


def _sums(table: Table, key: tuple[str, ...], rows: list[dict[str, Any]], day: date) -> list[int | None]:
    return [
        sum(row[measure] for row in rows if row["day"] > day - timedelta(days)) if _has(key, name) else None
        for name, (measure, days) in measures(table).items()
    ]


def _days(key: tuple[str, ...], rows: list[dict[str, Any]]) -> tuple[tuple[int, ...] | None, tuple[int, ...] | None]:
    if not _has(key, "active_days"):
        return None, None
    active = {(row["day"] - date(1970, 1, 1)).days: False for row in rows}
    active |= {(row["day"] - date(1970, 1, 1)).days: True for row in rows if row["n_order"] > 0}
    return tuple(sorted(active)), tuple(sorted(day for day, has_order in active.items() if has_order))


def told(rows: DataFrame) -> list[tuple[Any, ...]]:
    def plain(row: Row) -> tuple[Any, ...]:
        return tuple(tuple(value) if isinstance(value, list) else value for value in row)

    return [plain(row) for row in rows.collect()]


@pytest.fixture(scope="module")
def all_audited(settings: Settings) -> Settings:
    """Every account is audited every night."""
    return settings.model_copy(update={"windows": settings.windows.model_copy(update={"audited_one_in": 1})})


@profile(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(evenings=st.lists(EVENINGS, min_size=4, max_size=4))
def test_after_any_schedule_each_night_holds_what_the_tiles_alone_give(
    spark: SparkSession, settings: Settings, evenings: list[Evening]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world, day = World(Lake(spark, Path(folder) / "lake"), settings), FIRST
        start = tuple(Write(ago, account, "b01", (1, 1, 10)) for ago in EDGES for account in ACCOUNTS)
        for evening in (Evening(0, start, None), *evenings):
            day += timedelta(evening.gap)
            world.write(day, evening.writes)
            if evening.forgotten:
                world.forget(evening.forgotten)
            world.night(day)
            for table in (ACCOUNT, FACET):
                found = told(as_of(world.lake, table, day))
                assert len(found) == len(set(found))
                assert set(found) == expected(table, world.rows(), day)
        for table in (ACCOUNT, FACET):
            rebuilt = BUILDS[table.name](world.lake.read(TILE), day=day, settings=settings)
            assertDataFrameEqual(as_of(world.lake, table, day), rebuilt)


def test_a_state_that_was_moved_wrongly_stops_the_night(spark: SparkSession, all_audited: Settings, lake: Lake) -> None:
    world = World(lake, all_audited)
    world.write(FIRST, (Write(0, "a", "b01", (1, 1, 10)), Write(0, "b", "b01", (1, 0, 0))))
    world.night(FIRST)
    kept = as_of(lake, ACCOUNT, FIRST).localCheckpoint()
    note = lake.notes(ACCOUNT)[0]
    lake.replace(
        ACCOUNT, kept.withColumn("n_order_7d", kept.n_order_7d + (kept.account_hash == "b").cast("long")), [FIRST], note
    )
    day = FIRST + timedelta(1)
    world.write(day, (Write(0, "a", "b01", (2, 0, 0)),))
    before = lake.version(ACCOUNT)
    with pytest.raises(AuditFailed, match=r"core.account_window 2015-01-31: 2 audited rows .* nothing was written"):
        world.night(day)
    assert lake.version(ACCOUNT) == before
    anew = all_audited.windows.model_copy(update={"advance": False})
    World(lake, all_audited.model_copy(update={"windows": anew}), world.tiles).night(day)
    assert set(told(as_of(lake, ACCOUNT, day))) == expected(ACCOUNT, world.rows(), day)


def test_a_night_on_which_nothing_differs_keeps_nothing(spark: SparkSession, settings: Settings, lake: Lake) -> None:
    world = World(lake, settings)
    tile = Write(2, "a", "b01", (1, 1, 10))
    world.write(FIRST, (tile,))
    world.night(FIRST)
    day = FIRST + timedelta(1)
    world.write(day, (Write(3, "a", "b01", (1, 1, 10)),))
    world.night(day)
    assert (lake.read(ACCOUNT, [day]).count(), lake.read(FACET, [day]).count()) == (0, 0)
