"""The ledger (``landing.file``): what became of each file's rows, and which files have landed already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields, replace
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.errors import ContractError
from jobs.lake import Lake, schema
from jobs.landing.arrival import Arrival, FileKey, suffix
from jobs.landing.inspection import FILE_REASONS
from jobs.landing.judge import FUTURE
from jobs.landing.receive import MISSING_COLUMN
from schemas.landing.file import TABLE


@dataclass(frozen=True, slots=True)
class FileCount:
    """One row of the ledger: ``n_in`` = ``n_accepted`` + ``n_quarantined`` + ``n_duplicate``, or it cannot be made."""

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
    n_beyond: int
    n_by_reason: dict[str, int]
    n_by_warning: dict[str, int]
    new_columns: tuple[str, ...]
    delta_version: int

    def __post_init__(self) -> None:
        """``ContractError`` where the sums do not balance: then rows were lost or counted twice."""
        parts = self.n_accepted + self.n_quarantined + self.n_duplicate
        late = self.n_late + self.n_beyond
        if self.n_in != parts or self.n_quarantined != sum(self.n_by_reason.values()) or late > self.n_accepted:
            raise ContractError(
                f"{self.place}: {self.n_in} rows came, {parts} are accounted for: nothing of it is in the ledger, land it again"
            )

    @property
    def place(self) -> str:
        """The file as it stands in an inbox."""
        return f"{self.party}/{self.table_name}/{self.file_name}"

    @property
    def key(self) -> FileKey:
        """The file among those of its table, as its arrival calls it."""
        return self.day, self.party, self.file_name

    def replayed(self, again: FileCount, stays: Mapping[str, int]) -> FileCount:
        """The row after quarantined rows were judged again, as ``again`` counts them, and others could not be."""
        return replace(
            self,
            n_accepted=self.n_accepted + again.n_accepted,
            n_quarantined=again.n_quarantined + sum(stays.values()),
            n_duplicate=self.n_duplicate + again.n_duplicate,
            n_late=self.n_late + again.n_late,
            n_beyond=self.n_beyond + again.n_beyond,
            n_by_reason=_added(stays, again.n_by_reason),
            n_by_warning=_added(self.n_by_warning, again.n_by_warning),
            delta_version=again.delta_version,
        )

    def sentences(self) -> Iterator[str]:
        """What somebody should know of the file, never a value: that it was refused whole, or has columns not agreed upon."""
        for reason in self.n_by_reason:
            kind, _, name = reason.partition(":")
            if reason in FILE_REASONS and self.n_in == 1:
                yield f"{self.place} {FILE_REASONS[reason]}: have {self.party} send it again"
            if kind == MISSING_COLUMN:
                yield f"{self.place} has no {name}, without which no row lands: have {self.party} send it again"
        if self.new_columns:
            yield f"{self.place} has columns beyond the contract, kept in attributes: {', '.join(self.new_columns)}"

    @classmethod
    def copy(cls, arrival: Arrival, original: FileCount) -> FileCount:
        """The row of a file whose bytes have landed under another name: all its rows repeat."""
        return replace(
            original,
            day=arrival.day,
            file_name=arrival.name,
            n_accepted=0,
            n_quarantined=0,
            n_duplicate=original.n_in,
            n_late=0,
            n_beyond=0,
            n_by_reason={},
            n_by_warning={},
            new_columns=(),
        )


@dataclass(frozen=True, slots=True)
class Landed:
    """What one landing did: the sums over the files that were asked for, and every file that was written to the ledger."""

    rows_in: int
    accepted: int
    quarantined: int
    duplicate: int
    late: int
    beyond: int
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
            beyond=sum(item.n_beyond for item in new),
            files=(*new, *beside),
        )

    def sentences(self) -> list[str]:
        """What somebody should know of the files: those refused whole, and columns that nobody agreed upon."""
        return [sentence for item in self.files for sentence in item.sentences()]


class Ledger:
    """The ledger as it stood when the landing began."""

    def __init__(self, rows: Iterable[FileCount]) -> None:
        """Index the rows by what makes a file the same file, and by what makes its bytes the same."""
        self._rows = list(rows)
        self._known = {(row.table_name, row.party, row.file_name, row.sha256): row for row in self._rows}
        self._landed = {_content(row.table_name, row): row for row in self._rows if FUTURE not in row.n_by_reason}

    @classmethod
    def read(cls, lake: Lake) -> Ledger:
        """All of it: one small row a file."""
        names = [field.name for field in fields(FileCount)]
        rows = lake.read(TABLE).select(*names).orderBy(*TABLE.key).collect()
        return cls(FileCount(**{**row.asDict(), "new_columns": tuple(row.new_columns)}) for row in rows)

    def __iter__(self) -> Iterator[FileCount]:
        """The rows by day, table and file."""
        return iter(self._rows)

    def find(self, arrival: Arrival) -> FileCount | None:
        """The row of a file that landed before with the same table, party, name and bytes."""
        return self._known.get((arrival.table.name, arrival.party, arrival.name, arrival.sha256))

    def divided(self, arrivals: Sequence[Arrival]) -> tuple[list[Arrival], list[Arrival]]:
        """Of one table's files that have not landed: those to be read, and those that are others under a new name.

        What was refused for being of a later day than its file is no reason to pass over the file under a later day's name.
        """
        new = [item for item in arrivals if not self.find(item)]
        first = {(item.day, _content(item.table.name, item)): item for item in reversed(new)}
        named = {(row.table_name, row.party, row.file_name) for row in self._rows}
        copies = [
            item
            for item in new
            if (item.table.name, item.party, item.name) not in named
            and ((content := _content(item.table.name, item)) in self._landed or first[item.day, content] is not item)
        ]
        return [item for item in new if item not in copies], copies

    def copied(self, copies: Iterable[Arrival], counts: Iterable[FileCount]) -> list[FileCount]:
        """The rows of the copies, from those of their originals: known, or counted now."""
        originals = {_content(row.table_name, row): row for row in counts} | self._landed
        return [FileCount.copy(item, originals[_content(item.table.name, item)]) for item in copies]

    def others(self, arrivals: Sequence[Arrival]) -> set[tuple[date, str]]:
        """Days and parties of the arrivals' table of which files have landed that are not among the arrivals.

        Also those of an earlier file with the same bytes as one of these: its rows are theirs as well.
        """
        now = {(item.table.name, item.party, item.day, item.name) for item in arrivals}
        rows = [row for row in self._rows if row.table_name in {item.table.name for item in arrivals}]
        kept = [row for row in rows if (row.table_name, row.party, row.day, row.file_name) not in now]
        shared = {(row.party, row.sha256) for row in kept}
        return {(row.day, row.party) for row in rows if row in kept or (row.party, row.sha256) in shared}


def entries(spark: SparkSession, before: DataFrame, counts: Sequence[FileCount]) -> DataFrame:
    """The ledger's rows for the counts' days: those counted now, and ``before``'s of other files."""
    new = spark.createDataFrame([astuple(item) for item in counts], schema(TABLE))
    kept = before.where(F.col("day").isin(sorted({item.day for item in counts})))
    return kept.join(new, ["day", "table_name", "party", "file_name"], "left_anti").select(*new.columns).unionByName(new)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted(one.keys() | other.keys())}


def _content(table_name: str, item: Arrival | FileCount) -> tuple[str, str, str, str]:
    """What makes two files of a party the same under whatever names: table, bytes, and the way to read them."""
    name = item.name if isinstance(item, Arrival) else item.file_name
    return table_name, item.party, item.sha256, suffix(name)
