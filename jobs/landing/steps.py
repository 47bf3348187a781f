"""The steps of a landing: what each table's files hold is judged and written, then what all tables share."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from importlib.metadata import version
from itertools import groupby
from operator import or_
from typing import Any

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from jobs.lake import Lake
from jobs.landing import file, quarantine, vault
from jobs.landing.arrival import Arrival, naming_torn_files
from jobs.landing.file import FileCount, Ledger
from jobs.landing.judge import is_good, judged
from jobs.landing.once import suspects, told_apart, unsuspected
from jobs.landing.receive import Batch
from schemas.contract import Table
from schemas.landing.file import TABLE as FILE
from schemas.landing.quarantine import TABLE as QUARANTINE
from schemas.landing.vault import TABLE as VAULT

_BY_FILE = ("day", "party", "file_name")
_SMALL = 1 << 20
"""Bytes as they came, packed or not; below this a second core costs more than it gives."""
_File = tuple[date, str, str]


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
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def take(self, batch: Batch) -> Taken:
        """Read, judge and write one table's new files."""
        with naming_torn_files(batch.arrivals):
            rows = judged(_gathered(batch), batch.table).localCheckpoint()
            found = _by_file(rows, _FOUND)
        before, replaced = self.lake.read(batch.table), self._replaced(batch)
        touched = sorted({day for row in found.values() for day in row.days})
        landed = before.where(F.col("event_day").isin(touched) & ~replaced)
        accepted, repeated, held = _new(rows.where(is_good()), landed)
        days = sorted({arrival.day for arrival in batch.arrivals})
        kept = before.where(F.col("day").isin(days) & ~replaced)
        self.lake.replace(batch.table, accepted.select(*kept.columns).unionByName(kept), days, self._note(batch.arrivals))
        counts = tuple(_count(arrival, found, repeated) for arrival in batch.arrivals)
        return Taken(batch.table, batch.arrivals, rows, counts, held)

    def refuse(self, taken: Sequence[Taken]) -> None:
        """Write the broken rows of all tables into the quarantine."""
        broken = [quarantine.refused(item.rows, item.table) for item in taken if any(c.n_quarantined for c in item.counts)]
        if broken or self.lake.exists(QUARANTINE):
            arrivals = _arrivals(taken)
            kept = quarantine.beside(self.lake.read(QUARANTINE), arrivals)
            self.lake.replace(QUARANTINE, reduce(DataFrame.unionByName, broken, kept), _days(arrivals), self._note(arrivals))

    def seal(self, taken: Sequence[Taken]) -> None:
        """Write the identifiers that nobody sent before into the vault."""
        entries = [vault.sealed(item.rows, item.table) for item in taken if item.table.identifiers]
        if entries:
            arrivals, before = _arrivals(taken), self.lake.read(VAULT)
            new = vault.unknown(vault.once(reduce(DataFrame.unionByName, entries)), before)
            kept = before.where(F.col("day").isin(_days(arrivals)))
            self.lake.replace(VAULT, kept.unionByName(new), _days(arrivals), self._note(arrivals))

    def enter(self, taken: Sequence[Taken]) -> None:
        """Write the ledger: from here on the files have landed."""
        counts = [count for item in taken for count in item.counts]
        rows = file.entries(self.lake.spark, self.lake.read(FILE), counts)
        self.lake.replace(FILE, rows, _days(_arrivals(taken)), self._note(_arrivals(taken)))

    def _replaced(self, batch: Batch) -> Column:
        """True for a landed row that came with these files before: of a day and party that sent no other file."""
        beside = self.ledger.others(batch.arrivals)
        again = sorted({(item.party, item.day) for item in batch.arrivals if (item.day, item.party) not in beside})
        by_party = groupby(again, key=lambda unit: unit[0])
        conditions = [(F.col("party") == name) & F.col("day").isin([day for _, day in units]) for name, units in by_party]
        return reduce(or_, conditions, F.lit(False))

    def _note(self, arrivals: Iterable[Arrival]) -> dict[str, Any]:
        """What a commit says of itself."""
        listed = list(arrivals)
        names = sorted({f"{item.party}/{item.table.name}/{item.name}" for item in listed})
        days = [str(day) for day in _days(listed)]
        return {"run": self.run_id, "kind": "land", "code": version("brandcube"), "days": days, "files": names}


_FOUND = {
    "n": "count(1)",
    "broken": "count_if(size(reasons) > 0)",
    "late": "count_if(size(reasons) = 0 AND event_day < day)",
    "days": "collect_set(CASE WHEN size(reasons) = 0 THEN event_day END)",
}
_REPEATED = {"n": "count_if(is_duplicate)", "late": "count_if(is_duplicate AND event_day < day)"}


def _gathered(batch: Batch) -> DataFrame:
    """The batch's rows; of small files in one piece, so that nothing is shuffled where there is nothing to share out."""
    rows = batch.read(batch.arrivals)
    return rows.coalesce(1) if sum(arrival.n_bytes for arrival in batch.arrivals) < _SMALL else rows


def _new(good: DataFrame, landed: DataFrame) -> tuple[DataFrame, dict[_File, Row], tuple[DataFrame, ...]]:
    """The rows that are new; by file, how many repeat others; and the frames that are held in memory for it."""
    suspected = suspects(good, landed).persist()
    if suspected.isEmpty():
        return good, {}, (suspected,)
    told = told_apart(good, suspected, landed).persist()
    repeated = _by_file(told, _REPEATED)
    firsts = told.where(~F.col("is_duplicate")).drop("is_duplicate")
    return unsuspected(good, suspected).unionByName(firsts), repeated, (suspected, told)


def _by_file(rows: DataFrame, measures: dict[str, str]) -> dict[_File, Row]:
    """The measures of each file, in one pass."""
    found = rows.groupBy(*_BY_FILE).agg(*(F.expr(measure).alias(name) for name, measure in measures.items())).collect()
    return {(row.day, row.party, row.file_name): row for row in found}


def _count(arrival: Arrival, found: dict[_File, Row], repeated: dict[_File, Row]) -> FileCount:
    """The ledger's row of a file; a file without rows has noughts."""
    key = (arrival.day, arrival.party, arrival.name)
    n_in, n_broken, n_late = (found[key].n, found[key].broken, found[key].late) if key in found else (0, 0, 0)
    n_twice, n_late_twice = (repeated[key].n, repeated[key].late) if key in repeated else (0, 0)
    return FileCount(
        *(arrival.day, arrival.table.name, arrival.party, arrival.name, arrival.n_bytes, arrival.sha256),
        n_in=n_in,
        n_accepted=n_in - n_broken - n_twice,
        n_quarantined=n_broken,
        n_duplicate=n_twice,
        n_late=n_late - n_late_twice,
    )


def _arrivals(taken: Iterable[Taken]) -> list[Arrival]:
    return [arrival for item in taken for arrival in item.arrivals]


def _days(arrivals: Iterable[Arrival]) -> list[date]:
    return sorted({arrival.day for arrival in arrivals})
