"""What a user would write for the windows without a lakehouse: DuckDB over the tiles' files, committed with delta-rs.

One program reads the whole window each night; the other knows the algorithm of `jobs/windows.py` and reads what moves.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
from deltalake import DeltaTable, write_deltalake

from jobs.windows import LONGEST, measures
from schemas.contract import Table
from schemas.core.account_facet_window import FACETS, asking


@dataclass(frozen=True)
class Tiles:
    """A tile table, and the windows that are made from it."""

    path: str
    table: Table

    @property
    def has_facets(self) -> bool:
        """True where the windows are by facet."""
        return "facet" in self.table.column_names

    def of(self, days: Sequence[date], some: Mapping[date, Sequence[str]] | None = None) -> str:
        """The tiles of the days, once for each facet where the windows are by facet; on some days for some facets alone."""
        rows = _files(self.path, days)
        if not self.has_facets:
            return f"(SELECT * FROM {rows})"
        asked = " ".join(f"WHEN DATE '{day}' THEN {_pairs(facets)}" for day, facets in (some or {}).items())
        pairs = f"CASE day {asked} ELSE {_pairs(FACETS)} END" if asked else _pairs(FACETS)
        spread = f"(SELECT *, unnest({pairs}) AS pair FROM {rows})"
        return f"(SELECT * EXCLUDE (pair), pair.facet AS facet, pair.value AS value FROM {spread})"

    def has(self, name: str) -> str:
        """True for rows of which the column is told."""
        facets = ", ".join(f"'{facet}'" for facet in asking(name))
        return f"facet IN ({facets})" if self.has_facets else "true"

    def told(self, value: str, name: str) -> str:
        """The column, NULL where it is not told."""
        return f"CASE WHEN {self.has(name)} THEN {value} END AS {name}"

    def facets(self, days: int) -> list[str]:
        """The facets of which a window of so many days is told."""
        names = [name for name, (_, span) in _found(self) if span == days]
        return [facet for facet in FACETS if any(facet in asking(name) for name in names)]

    @property
    def tells(self) -> str:
        """True for rows of which a sum or a day tells anything."""
        return f"coalesce(len(active_days), 0) > 0 OR {' OR '.join(f'coalesce({name}, 0) <> 0' for name, _ in _found(self))}"


def rescan(tiles: Tiles, day: date, out: Path) -> None:
    """Sum all windows from a year of tiles, and write all of them; by day first, which is twice as fast by facet."""
    keys, year = ", ".join(tiles.table.state_key), [day - timedelta(offset) for offset in range(LONGEST)]
    of_day = ", ".join(f"sum({measure}) AS {measure}" for measure in sorted({measure for _, (measure, _) in _found(tiles)}))
    sums = ", ".join(tiles.told(f"sum({_held(measure, day, days)})::BIGINT", name) for name, (measure, days) in _found(tiles))
    listed = "list((day - DATE '1970-01-01')::INT) FILTER"
    sets = ", ".join(
        tiles.told(f"coalesce(list_sort({listed} ({fact} AND {tiles.has(name)})), [])", name)
        for name, fact in {"active_days": "true", "order_days": "has_order"}.items()
    )
    query = f"""
        FROM (SELECT DATE '{day}' AS day, {keys}, {sums}, {sets}, false AS is_gone
            FROM (SELECT {keys}, day, {of_day}, bool_or(n_order > 0) AS has_order FROM {tiles.of(year)} GROUP BY {keys}, day)
            GROUP BY {keys})
        WHERE {tiles.tells}"""
    _write(query, out)


def advance(tiles: Tiles, state: str, day: date, out: Path) -> None:
    """Move the windows on from the night before, where no late row came: add the new tiles, take away what leaves."""
    told = [name for name in tiles.table.column_names if name not in (*tiles.table.key, "is_gone")]
    keys, last = ", ".join(tiles.table.state_key), day - timedelta(1)
    spans = sorted({days for _, (_, days) in _found(tiles)} | {LONGEST})
    left = {day - timedelta(span): tiles.facets(span) for span in spans}
    over, today = (day - timedelta(LONGEST) - date(1970, 1, 1)).days, (day - date(1970, 1, 1)).days
    sums = ", ".join(
        f"coalesce(sum({_signed(measure, day, days)}) FILTER ({tiles.has(name)}), 0)::BIGINT AS {name}"
        for name, (measure, days) in _found(tiles)
    )
    sets = ", ".join(
        f"bool_or(day = DATE '{day}' AND {fact} AND {tiles.has(name)}) AS now_{name}, "
        f"bool_or(day = DATE '{day - timedelta(LONGEST)}' AND {fact} AND {tiles.has(name)}) AS over_{name}"
        for name, fact in {"active_days": "true", "order_days": "n_order > 0"}.items()
    )
    is_moved = " OR ".join(f"{name} <> 0" for name, _ in _found(tiles))
    new = ", ".join(tiles.told(f"coalesce(old.{name}, 0) + moved.{name}", name) for name, _ in _found(tiles))
    days = ", ".join(
        tiles.told(
            f"list_concat(list_filter(coalesce(old.{name}, []), lambda d: d <> {over}), "
            f"CASE WHEN now_{name} THEN [{today}] ELSE [] END)",
            name,
        )
        for name in ("active_days", "order_days")
    )
    begun = [found for found in _days(state) if (found.year, found.month) == (last.year, last.month) and found <= last]
    flags = " OR ".join(f"{kind}_{name}" for kind in ("now", "over") for name in ("active_days", "order_days"))
    query = f"""
        WITH moved AS MATERIALIZED (
            SELECT {keys}, {sums}, {sets} FROM {tiles.of([day, *left], left)} GROUP BY {keys} HAVING {is_moved} OR {flags}),
        old AS (SELECT {keys}, row.* FROM (
            SELECT {keys}, arg_max({{{", ".join(f"'{name}': {name}" for name in (*told, "is_gone"))}}}, day) AS row
            FROM {_files(state, begun)} SEMI JOIN moved USING ({keys}) GROUP BY {keys}) WHERE NOT row.is_gone)
        SELECT *, NOT ({tiles.tells}) AS is_gone
        FROM (SELECT DATE '{day}' AS day, {keys}, {new}, {days} FROM moved LEFT JOIN old USING ({keys}))"""
    _write(query, out)


def _pairs(facets: Sequence[str]) -> str:
    pairs = (f"{{'facet': '{name}', 'value': {name}}}" for name in facets)
    return f"[{', '.join(pairs)}]"


def _found(tiles: Tiles) -> list[tuple[str, tuple[str, int]]]:
    return list(measures(tiles.table).items())


def _held(measure: str, day: date, days: int) -> str:
    return f"CASE WHEN day > DATE '{day - timedelta(days)}' THEN {measure} ELSE 0 END"


def _signed(measure: str, day: date, days: int) -> str:
    return f"CASE WHEN day = DATE '{day}' THEN {measure} WHEN day = DATE '{day - timedelta(days)}' THEN -{measure} ELSE 0 END"


def _days(path: str) -> list[date]:
    return sorted({date.fromisoformat(item["day"]) for item in DeltaTable(path).partitions()})


def _files(path: str, days: Sequence[date]) -> str:
    wanted = {f"day={day}" for day in days}
    files = ", ".join(f"'{file}'" for file in DeltaTable(path).file_uris() if Path(file).parent.name in wanted)
    return f"read_parquet([{files}], hive_partitioning = true)"


def _write(query: str, out: Path) -> None:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET memory_limit = '12GB'")  # what is more goes to disk: Spark holds the rest of the machine
    connection.execute(f"SET temp_directory = '{tempfile.gettempdir()}'")
    connection.execute("SET preserve_insertion_order = false")
    write_deltalake(out, connection.sql(query).to_arrow_reader(), mode="append", partition_by=["day"])
