"""The ledger (``landing.file``): what became of each file's rows, and which files have landed already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake import Lake, schema
from jobs.landing.arrival import Arrival
from schemas.landing.file import TABLE


@dataclass(frozen=True, slots=True)
class FileCount:
    """One row of the ledger; ``n_in`` = ``n_accepted`` + ``n_quarantined`` + ``n_duplicate``."""

    day: date
    table_name: str
    party: str
    file_name: str
    n_bytes: int
    sha256: str
    n_in: int
    n_accepted: int
    n_quarantined: int
    n_duplicate: int
    n_late: int


@dataclass(frozen=True, slots=True)
class Landed:
    """What one landing did: the sums over the files that were asked for, and every file that was written to the ledger."""

    rows_in: int
    accepted: int
    quarantined: int
    duplicate: int
    late: int
    files: tuple[FileCount, ...]

    @classmethod
    def of(cls, fresh: Iterable[FileCount], known: Iterable[FileCount] = (), beside: Iterable[FileCount] = ()) -> Landed:
        """``fresh`` files were read; ``known`` ones had landed before, so all their rows repeat; ``beside`` count in no sum."""
        new, old = list(fresh), sum(item.n_in for item in known)
        return cls(
            rows_in=sum(item.n_in for item in new) + old,
            accepted=sum(item.n_accepted for item in new),
            quarantined=sum(item.n_quarantined for item in new),
            duplicate=sum(item.n_duplicate for item in new) + old,
            late=sum(item.n_late for item in new),
            files=(*new, *beside),
        )


class Ledger:
    """The ledger as it stood when the landing began."""

    def __init__(self, rows: Iterable[FileCount]) -> None:
        """Index the rows by what makes a file the same file."""
        self._rows = list(rows)
        self._known = {(row.table_name, row.party, row.file_name, row.sha256): row for row in self._rows}

    @classmethod
    def read(cls, lake: Lake) -> Ledger:
        """All of it: one small row a file."""
        names = [field.name for field in fields(FileCount)]
        return cls(FileCount(*row) for row in lake.read(TABLE).select(*names).collect())

    def find(self, arrival: Arrival) -> FileCount | None:
        """The row of a file that landed before with the same table, party, name and bytes."""
        return self._known.get((arrival.table.name, arrival.party, arrival.name, arrival.sha256))

    def others(self, arrivals: Sequence[Arrival]) -> set[tuple[date, str]]:
        """Days and parties of the arrivals' table of which files have landed that are not among the arrivals."""
        now = {(item.table.name, item.party, item.day, item.name) for item in arrivals}
        tables = {item.table.name for item in arrivals}
        kept = (row for row in self._rows if (row.table_name, row.party, row.day, row.file_name) not in now)
        return {(row.day, row.party) for row in kept if row.table_name in tables}


def entries(spark: SparkSession, before: DataFrame, counts: Sequence[FileCount]) -> DataFrame:
    """The ledger's rows for the counts' days: those counted now, and ``before``'s of other files."""
    new = spark.createDataFrame([astuple(item) for item in counts], schema(TABLE))
    kept = before.where(F.col("day").isin(sorted({item.day for item in counts})))
    return kept.join(new, ["day", "table_name", "party", "file_name"], "left_anti").select(*new.columns).unionByName(new)
