"""The steps of a landing: what each table's files hold is judged and written, then what all tables share."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from importlib.metadata import version
from itertools import groupby
from operator import or_
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.lake import Lake
from jobs.landing import file, quarantine, vault
from jobs.landing.arrival import Arrival, FileKey
from jobs.landing.file import FileCount, Ledger
from jobs.landing.forgotten import without_erased
from jobs.landing.journal import journalled
from jobs.landing.judge import is_good, judged
from jobs.landing.once import suspects, told_apart, unsuspected
from jobs.landing.receive import Batch
from jobs.landing.tally import Tally, further_names, repeats, tallies, with_missing_columns
from schemas.contract import Table
from schemas.landing.erasure import TABLE as ERASURE
from schemas.landing.file import TABLE as FILE
from schemas.landing.quarantine import TABLE as QUARANTINE
from schemas.landing.vault import TABLE as VAULT

_SMALL = 1 << 20
"""Bytes as they came, packed or not; below this a second core costs more than it gives."""
_LARGE = 1 << 30
"""Bytes from which on a batch lies in so many pieces that each would leave a small file in every day."""


@dataclass(frozen=True)
class Taken:
    """What one table's files gave: the judged rows, held until all is written, and the ledger's rows."""

    table: Table
    arrivals: tuple[Arrival, ...]
    rows: DataFrame
    counts: tuple[FileCount, ...]
    held: tuple[DataFrame, ...] = ()

    def release(self) -> None:
        """Give the memory back."""
        for rows in self.held:
            rows.unpersist()


@dataclass
class Landing:
    """One landing over one lake."""

    lake: Lake
    ledger: Ledger
    late_days: int
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        """Read who is forgotten."""
        self.erasure = self.lake.read(ERASURE)
        self.has_erased = self.lake.exists(ERASURE)

    def journalled(self, tables: Iterable[Table]) -> AbstractContextManager[None]:
        """While rows of the tables are written, and what all tables share: broken off, all of it is taken back."""
        return journalled(self.lake, self.run_id, (*tables, QUARANTINE, VAULT))

    def take(self, batch: Batch) -> Taken:
        """Read, judge and write one table's new files."""
        read = self.judged(_gathered(batch), batch.table)
        found = tallies(read)
        rows = with_missing_columns(read, batch.table, batch.arrivals, found)
        repeated, held = self.write(batch.table, batch.arrivals, rows, found, self._replaced(batch))
        names = further_names(rows) if any(tally.has_further for tally in found.values()) else {}
        entry = Entry(self.late_days, self.lake.version(batch.table) or 0, found, repeated, names)
        return Taken(batch.table, batch.arrivals, rows, tuple(map(entry.count, batch.arrivals)), held)

    def judged(self, received: DataFrame, table: Table) -> DataFrame:
        """The received rows, judged and held in memory; of forgotten people nothing but that they came."""
        rows = judged(received, table)
        named = any(column.person for column in table.columns)
        return (without_erased(rows, table, self.erasure) if named and self.has_erased else rows).localCheckpoint()

    def write(
        self, table: Table, arrivals: Sequence[Arrival], rows: DataFrame, found: Mapping[FileKey, Tally], replaced: Column
    ) -> tuple[dict[FileKey, Tally], tuple[DataFrame, ...]]:
        """Put the good judged rows that are new beside what the table holds, less what is ``replaced``.

        Returns, by file, how many repeat others, and the frames that are held in memory.
        """
        before = self.lake.read(table)
        touched = sorted({day for tally in found.values() for day in tally.good})
        landed = before.where(F.col("event_day").isin(touched) & ~replaced)
        accepted, repeated, held = _new(rows.where(is_good()), landed)
        days = _days(arrivals)
        kept = before.where(F.col("day").isin(days) & ~replaced)
        self._put(table, accepted.select(*kept.columns).unionByName(kept), arrivals)
        return repeated, held

    def refuse(self, taken: Sequence[Taken], staying: DataFrame | None = None) -> None:
        """Write the broken rows of all tables into the quarantine, beside those of these files that are ``staying``."""
        broken = [quarantine.refused(item.rows, item.table) for item in taken if any(c.n_quarantined for c in item.counts)]
        if broken or self.lake.exists(QUARANTINE):
            arrivals = _arrivals(taken)
            kept = quarantine.beside(self.lake.read(QUARANTINE), arrivals)
            written = reduce(DataFrame.unionByName, [*broken, *([staying] if staying else [])], kept)
            self._put(QUARANTINE, written, arrivals)

    def seal(self, taken: Sequence[Taken]) -> None:
        """Write the identifiers that nobody sent before into the vault."""
        entries = [vault.sent(item.rows, item.table) for item in taken if item.table.identifiers]
        if entries:
            arrivals, before = _arrivals(taken), self.lake.read(VAULT)
            new = vault.unknown(reduce(DataFrame.unionByName, entries), before)
            kept = before.where(F.col("day").isin(_days(arrivals)))
            self._put(VAULT, kept.unionByName(new), arrivals)

    def enter(self, counts: Sequence[FileCount], arrivals: Sequence[Arrival]) -> None:
        """Write the ledger: from here on the files have landed."""
        rows = file.entries(self.lake.spark, self.lake.read(FILE), counts)
        self._put(FILE, rows, arrivals)

    def _replaced(self, batch: Batch) -> Column:
        """True for a landed row that came with these files before: of a day and party that sent no other file."""
        beside = self.ledger.others(batch.arrivals)
        again = sorted({(item.party, item.day) for item in batch.arrivals if (item.day, item.party) not in beside})
        by_party = groupby(again, key=lambda unit: unit[0])
        conditions = [(F.col("party") == name) & F.col("day").isin([day for _, day in units]) for name, units in by_party]
        return reduce(or_, conditions, F.lit(False))

    def _put(self, table: Table, rows: DataFrame, arrivals: Sequence[Arrival]) -> None:
        """Replace the arrivals' days; what one machine reads in few pieces is not shuffled before it is written."""
        is_gathered = sum(arrival.n_bytes for arrival in arrivals) < _LARGE
        self.lake.replace(table, rows, _days(arrivals), self._note(arrivals), is_gathered=is_gathered)

    def _note(self, arrivals: Iterable[Arrival]) -> dict[str, Any]:
        """What a commit says of itself."""
        listed = list(arrivals)
        names = sorted({f"{item.party}/{item.table.name}/{item.name}" for item in listed})
        days = [str(day) for day in _days(listed)]
        return {"run": self.run_id, "kind": "land", "code": version("brandcube"), "days": days, "files": names}


def _gathered(batch: Batch) -> DataFrame:
    """The batch's rows; of small files in one piece, so that nothing is shuffled where there is nothing to share out."""
    rows = batch.read(batch.arrivals)
    return rows.coalesce(1) if sum(arrival.n_bytes for arrival in batch.arrivals) < _SMALL else rows


def _new(good: DataFrame, landed: DataFrame) -> tuple[DataFrame, dict[FileKey, Tally], tuple[DataFrame, ...]]:
    """The rows that are new; by file, how many repeat others; and the frames that are held in memory for it."""
    suspected = suspects(good, landed).persist()
    if suspected.isEmpty():
        return good, {}, (suspected,)
    told = told_apart(good, suspected, landed).persist()
    firsts = told.where(~F.col("is_duplicate")).drop("is_duplicate")
    return unsuspected(good, suspected).unionByName(firsts), repeats(told), (suspected, told)


@dataclass(frozen=True)
class Entry:
    """What a table's landing found, from which each file's row of the ledger is made."""

    late_days: int
    delta_version: int
    found: dict[FileKey, Tally]
    repeated: dict[FileKey, Tally]
    names: dict[FileKey, tuple[str, ...]]

    def count(self, arrival: Arrival) -> FileCount:
        """The ledger's row of a file; a file without rows has noughts."""
        found, repeated = (told.get(arrival.key, Tally()) for told in (self.found, self.repeated))
        new = Tally(found.good - repeated.good)
        n_late, n_beyond = new.late(arrival.day, self.late_days)
        return FileCount(
            *(arrival.day, arrival.table.name, arrival.party, arrival.name, arrival.n_bytes, arrival.sha256),
            n_in=found.good.total() + found.broken.total(),
            n_accepted=new.good.total(),
            n_quarantined=found.broken.total(),
            n_duplicate=repeated.good.total(),
            n_late=n_late,
            n_beyond=n_beyond,
            n_by_reason=found.reasons(),
            n_by_warning=dict(sorted(found.warned.items())),
            new_columns=self.names.get(arrival.key, ()),
            delta_version=self.delta_version,
        )


def _arrivals(taken: Iterable[Taken]) -> list[Arrival]:
    return [arrival for item in taken for arrival in item.arrivals]


def _days(arrivals: Iterable[Arrival]) -> list[date]:
    return sorted({arrival.day for arrival in arrivals})
