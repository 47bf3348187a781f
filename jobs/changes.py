"""Tables of which the changes are kept: their state as of a day, and what of it differs from the night before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.lake import Lake
from schemas.catalogue import find
from schemas.contract import Table

ERASED = "erase"
"""The kind of a commit after which earlier versions of a table can no longer be read."""

_HASH, _CHECK, _WANTED = "_hash", "_check", "_wanted"


@dataclass(frozen=True)
class Step:
    """What an ``advance`` found: the keys that may have changed, and the rows that those of them have that still hold.

    ``keys`` holds the state key, or some of its columns where all that share them may have changed.
    One that knows which rows differ from the last night's hands them over as ``changes``, as ``difference`` would give them.
    ``audited`` are keys among them of which nothing changed, as far as the night knows: a row of theirs that differs fails it.
    """

    keys: DataFrame
    rows: DataFrame
    changes: DataFrame | None = None
    audited: DataFrame | None = None


@dataclass(frozen=True)
class Night:
    """What a table's ``advance`` is handed: the day, the night before it, and all inputs as they are now and were then.

    ``last`` is the day of the last night before ``day``; some nights may have been missed between them. Inputs are named
    as ``build`` names them, by the table's name without its layer.
    """

    lake: Lake
    table: Table
    day: date
    last: date
    versions: dict[str, int | None]

    @property
    def is_full(self) -> bool:
        """True where the night keeps all rows."""
        return is_full(self.lake, self.table, self.day)

    def is_audited(self, name: str, one_in: int) -> Column:
        """True for tonight's lot of the column's values; another each night: in ``one_in`` nights all have their turn."""
        return F.pmod(F.xxhash64(name), F.lit(one_in)) == self.day.toordinal() % one_in

    def before(self, keys: DataFrame | None = None) -> DataFrame:
        """The table's own state after the last night, of all keys or of some."""
        return as_of(self.lake, self.table, self.last, keys)

    @property
    def begins_month(self) -> bool:
        """True where no night of the day's month came before."""
        return (self.last.year, self.last.month) != (self.day.year, self.day.month)

    def rows(self, name: str | None = None) -> DataFrame:
        """The kept rows that the own state after the last night, or an input's as of the day, is read from.

        Of each key the newest counts, so that a search here finds every key of which something holds, and some of which
        it held: what it costs is a scan of few columns, where a state costs an aggregation of all.
        """
        return kept(self.lake, self._source(name), self.day) if name else kept(self.lake, self.table, self.last)

    def now(self, name: str, days: Sequence[date] | None = None) -> DataFrame:
        """An input's rows: the partitions named, else all of those up to the day, or its state as of the day."""
        source = self._source(name)
        if days is not None:
            return self.lake.read(source, days)
        if source.kept == "changes":
            return as_of(self.lake, source, self.day)
        return self.lake.read(source).where(F.col(source.partitioned_by) <= F.lit(self.day))

    def earlier(self, name: str, keys: DataFrame) -> DataFrame:
        """An input's state as of the last night, of some keys; the input is a table of changes."""
        return as_of(self.lake, self._source(name), self.last, keys)

    def then(self, name: str, days: Sequence[date]) -> DataFrame:
        """An input's partitions as the last night read them."""
        source = self._source(name)
        version = self.versions.get(source.full_name)
        return self.lake.read(source, []) if version is None else self.lake.read_version(source, version, days)

    def changed_days(self, name: str) -> list[date]:
        """The input's partitions up to the day that were written since the last night."""
        source = self._source(name)
        return [day for day in self.lake.changed_days(source, self.versions.get(source.full_name)) if day <= self.day]

    def since(self, name: str) -> DataFrame:
        """The input's rows whose ``day`` is after the last night's: what arrived, or the changes that were kept."""
        is_new = (F.col("day") > F.lit(self.last)) & (F.col("day") <= F.lit(self.day))
        return self.lake.read(self._source(name)).where(is_new)

    def new_days(self, name: str) -> list[date]:
        """The input's partitions to read for what is new: those written since, and those after the last night's day."""
        later = {self.last + timedelta(days=1 + offset) for offset in range((self.day - self.last).days)}
        return sorted(later.union(self.changed_days(name)))

    def some(self, name: str, *keys: DataFrame) -> DataFrame:
        """The state as of the day of an input that keeps changes, of those keys alone; ``keys`` may name parts of the key."""
        return as_of(self.lake, self._source(name), self.day, *keys)

    def ever(self, name: str) -> DataFrame:
        """The rows that an input keeps up to the day, those since changed too."""
        return self.lake.read(self._source(name)).where(F.col("day") <= F.lit(self.day))

    def own(self) -> DataFrame:
        """The rows that the table keeps up to the last night, those since changed too."""
        return self.lake.read(self.table).where(F.col("day") <= F.lit(self.last))

    def differing(self, name: str) -> DataFrame:
        """The rows of an input that keeps changes which the last night did not see so, and with ``is_gone`` those now gone.

        Rows of nights that were kept again since are all among them, as they are and as they were.
        """
        source, days = self._source(name), self.changed_days(name)
        later, again = [day for day in days if day > self.last], [day for day in days if day <= self.last]
        kept = self.lake.days(source)
        is_full = any(begun([found for found in kept if found <= day]) == day for day in later)
        keys = None if is_full else self.lake.read(source, later)
        before, now = (as_of(self.lake, source, day, keys) for day in (self.last, self.day))
        told = difference(source, before, now, self.day)
        return told.unionByName(self.lake.read(source, again)).unionByName(self.then(name, again)) if again else told

    def _source(self, name: str) -> Table:
        return next(find(item.table) for item in self.table.inputs if item.name == name)


def last_night(lake: Lake, table: Table, day: date, rules: str) -> Night | None:
    """The night that an advance to ``day`` begins from: the newest commit before it.

    None where there is none, where it went by other ``rules``, where its inputs cannot be read again, or where an earlier
    night was made again since the last: the last one's changes are then told from a state that is no more.
    """
    nights = [note for note in lake.notes(table) if note.get("reads") is not None and max(note["days"]) < str(day)]
    newest: dict[str, Any] = {"rules": "", **nights[0]} if nights else {"days": [], "reads": {}}
    if not nights or newest["rules"] != rules or max(newest["days"]) < max(max(note["days"]) for note in nights):
        return None
    versions: dict[str, int | None] = newest["reads"]
    if any(_was_erased(lake, find(name), version) for name, version in versions.items()):
        return None
    return Night(lake, table, day, date.fromisoformat(max(newest["days"])), versions)


def as_of(lake: Lake, table: Table, day: date, *keys: DataFrame | None) -> DataFrame:
    """The table's state at the end of the day, one row per ``table.state_key``: of all keys, or of the few in any of ``keys``.

    Where those have some of the key's columns, all that agree in these are read. The rows have the contract's columns;
    ``day`` is the day asked for.
    """
    days = _days(lake, table, day)
    rows, asked = lake.read(table, days), [some for some in keys if some is not None]
    if asked:
        rows = _newest_of(rows, table, asked)
    elif len(days) > 1:
        rows = _newest(rows, table)
    return rows.where(~F.col("is_gone")).withColumn("day", F.lit(day)).select(*table.column_names)


def _newest_of(rows: DataFrame, table: Table, asked: Sequence[DataFrame]) -> DataFrame:
    """The newest row of each key that is asked for.

    Of all rows the key alone is read first, and the rest only to pick those rows: nothing but keys' hashes is shuffled.
    """
    found = reduce(DataFrame.unionByName, (_nights_of(rows, table, keys) for keys in asked))
    newest = found.groupBy(_HASH, _CHECK).agg(F.max("night").alias("night"))
    wanted = newest.withColumnsRenamed({_HASH: _WANTED, _CHECK: "check"})
    told = _hashed(rows, table.state_key).join(
        F.broadcast(wanted), _is_wanted() & (F.col("day") == F.col("night")), "left_semi"
    )
    return told.drop(_HASH, _CHECK)


def _nights_of(rows: DataFrame, table: Table, keys: DataFrame) -> DataFrame:
    """By hash the keys that are among those asked for or agree with them, each with a night that kept it."""
    names = shared_key(table, keys)
    wanted = _hashed(keys, names).select(F.col(_HASH).alias(_WANTED), F.col(_CHECK).alias("check"))
    likely = _hashed(rows, names).join(F.broadcast(wanted), _is_wanted(), "left_semi")
    return _hashed(likely, table.state_key).select(_HASH, _CHECK, F.col("day").alias("night"))


def _hashed(rows: DataFrame, names: Sequence[str]) -> DataFrame:
    """The rows with 64 and 32 bits of their key, which tell it from any other: comparing texts costs many times as much."""
    return rows.withColumns({_HASH: F.xxhash64(*names), _CHECK: F.hash(*names)})


def _is_wanted() -> Column:
    """True where both hashes agree; written so that one number alone is looked up, which is fastest."""
    return (F.col(_HASH) == F.col(_WANTED)) & (F.col(_CHECK).bitwiseXOR(F.col("check")) == 0)


def _newest(rows: DataFrame, table: Table) -> DataFrame:
    """One row per ``state_key``: the newest. Sorted by the hash first, since texts with one beginning sort slowly."""
    told = [name for name in table.column_names if name not in table.state_key]
    hashed = rows.withColumn(_HASH, F.xxhash64(*table.state_key))
    newest = hashed.groupBy(_HASH, *table.state_key).agg(F.max_by(F.struct(*told), "day").alias("row"))
    return newest.select(*table.state_key, "row.*")


def kept(lake: Lake, table: Table, day: date) -> DataFrame:
    """The rows that the table's state as of the day is read from: the newest full state, and all that was kept since."""
    return lake.read(table, _days(lake, table, day))


def _days(lake: Lake, table: Table, day: date) -> list[date]:
    days = [found for found in lake.days(table) if found <= day]
    return [found for found in days if found >= begun(days)]


def shared_key(table: Table, keys: DataFrame) -> list[str]:
    """The columns of the state key that the frame of keys has."""
    return [name for name in table.state_key if name in keys.columns]


def begun(days: Sequence[date]) -> date:
    """The day of the newest full state among the nights: the first night of the newest night's month."""
    newest = max(days, default=date.min)
    return min((day for day in days if (day.year, day.month) == (newest.year, newest.month)), default=date.min)


def is_full(lake: Lake, table: Table, day: date) -> bool:
    """True where the night keeps all rows: the first of its month."""
    return not any(found < day and (found.year, found.month) == (day.year, day.month) for found in lake.days(table))


def difference(table: Table, before: DataFrame, now: DataFrame, day: date) -> DataFrame:
    """The rows of ``now`` that ``before`` has not or has otherwise, and with ``is_gone`` those keys that ``now`` has not."""
    told = [name for name in table.column_names if name not in (*table.key, "is_gone")]
    old = before.select(*table.state_key, F.struct(*told).alias("old"))
    new = now.select(*table.state_key, F.struct(*told).alias("new"))
    both = new.join(old, list(table.state_key), "full_outer").where(~F.col("new").eqNullSafe(F.col("old")))
    row = both.select(*table.state_key, F.coalesce("new", "old").alias("row"), F.col("new").isNull().alias("is_gone"))
    return row.select(F.lit(day).alias("day"), *table.state_key, "row.*", "is_gone").select(*table.column_names)


def yesterday(lake: Lake, table: Table, day: date) -> DataFrame:
    """The state that a night begins from where nothing says which night was the last."""
    return as_of(lake, table, day - timedelta(days=1))


def _was_erased(lake: Lake, source: Table, version: int | None) -> bool:
    """True where somebody's rows were erased from the table since the version."""
    return version is not None and any(kind in (None, ERASED) for kind in lake.noted_since(source, version, "kind"))
