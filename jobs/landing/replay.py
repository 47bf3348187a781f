"""Replay: quarantined rows are judged again by today's suites; what is good now lands, the rest stays with today's reasons.

Rows that could not be read (torn, too large, no text), files refused whole, and Parquet cells of a wrong type have nothing
that another suite could judge: they stay as they are, until the party sends them again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.errors import MissingInput
from conf.settings import Settings
from jobs.lake import Lake
from jobs.landing.arrival import Arrival, FileKey, sources
from jobs.landing.file import FileCount, Ledger
from jobs.landing.journal import undo_unfinished
from jobs.landing.receive import read_again
from jobs.landing.steps import Entry, Landing, Taken
from jobs.landing.tally import tallies
from jobs.privacy import QUARANTINE as PURPOSE
from jobs.privacy import decrypted
from schemas.contract import Table
from schemas.landing.quarantine import TABLE as QUARANTINE

_COUNTS = ("n_accepted", "n_duplicate", "n_quarantined")

Staying = Mapping[tuple[str, FileKey], Counter[str]]
"""By table and file, the rows that cannot be judged again, by the first reason of each."""


@dataclass(frozen=True)
class Replayed:
    """What a replay did: rows judged again, and of them those that landed, that repeat others, that stay in quarantine."""

    judged: int
    accepted: int
    duplicate: int
    quarantined: int


def replay(lake: Lake, settings: Settings, *, days: Sequence[date], tables: Collection[str] = ()) -> Replayed:
    """Judge the days' quarantined rows again, of all tables or of those named.

    ``MissingInput`` where the quarantine holds none of them.
    """
    undo_unfinished(lake)
    landing, asked = Landing(lake, Ledger.read(lake), settings.landing.late_days), set(tables) or sources().keys()
    files = [item for item in landing.ledger if item.day in days and item.table_name in asked and item.n_quarantined]
    if not files:
        raise MissingInput("the quarantine holds no row of these days and tables: `brandcube quarantine show` tells")
    kept = lake.read(QUARANTINE, days).where(F.col("table_name").isin(sorted(asked))).localCheckpoint()
    staying, stays = kept.where(~_is_readable()), _staying(kept)
    taken: list[Taken] = []
    try:
        with landing.journalled([sources()[name] for name in {item.table_name for item in files}]):
            for name, of_table in groupby(sorted(files, key=_table_name), key=_table_name):
                taken.append(_again(landing, sources()[name], kept, list(of_table), stays))
            landing.seal(taken)
            landing.refuse(taken, staying)
            landing.enter(
                [count for item in taken for count in item.counts], [file for item in taken for file in item.arrivals]
            )
    finally:
        for item in taken:
            item.release()
    return _difference(files, taken, sum(sum(counts.values()) for counts in stays.values()))


def _table_name(file: FileCount) -> str:
    return file.table_name


def _is_readable() -> Column:
    """True for a row whose fields were judged one by one."""
    first = F.col("reasons")[0]
    is_of_a_type = F.col("file_name").endswith(".parquet") & first.startswith("type:")
    return first.contains(":") & ~is_of_a_type


def _staying(kept: DataFrame) -> Staying:
    by_file = ("table_name", "day", "party", "file_name", F.col("reasons")[0].alias("reason"))
    told: defaultdict[tuple[str, FileKey], Counter[str]] = defaultdict(Counter)
    for row in kept.where(~_is_readable()).groupBy(*by_file).count().collect():
        told[row.table_name, (row.day, row.party, row.file_name)][row.reason] = row["count"]
    return told


def _again(landing: Landing, table: Table, kept: DataFrame, files: Sequence[FileCount], stays: Staying) -> Taken:
    """One table's quarantined rows, judged anew; the good ones written."""
    arrivals = tuple(Arrival(table, item.party, item.day, Path(item.file_name), item.sha256, item.n_bytes) for item in files)
    lines = kept.where(_is_readable() & (F.col("table_name") == table.name))
    told = lines.select("day", "party", "file_name", decrypted(F.col("row_encrypted"), PURPOSE).alias("line"))
    rows = landing.judged(read_again(table, told), table)
    found = tallies(rows)
    repeated, held = landing.write(table, arrivals, rows, found, F.lit(False))
    entry = Entry(landing.late_days, landing.lake.version(table) or 0, found, repeated, {})
    moved = {arrival.key: entry.count(arrival) for arrival in arrivals}
    counts = [item.replayed(moved[item.key], stays[item.table_name, item.key]) for item in files]
    return Taken(table, arrivals, rows, tuple(counts), held)


def _difference(files: Sequence[FileCount], taken: Sequence[Taken], n_staying: int) -> Replayed:
    """What the ledger says now against what it said before."""
    now = [count for item in taken for count in item.counts]
    before, after = ([sum(getattr(item, name) for item in rows) for name in _COUNTS] for rows in (files, now))
    accepted, duplicate, _ = (new - old for new, old in zip(after, before, strict=True))
    return Replayed(before[2] - n_staying, accepted, duplicate, after[2])
