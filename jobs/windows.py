"""Windows over tiles: sums over the last days, the day itself included, summed anew or moved on by what changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from jobs.changes import Night, Step
from schemas.contract import Table

TILES = "user_brand_day"
LONGEST = 365
"""Days that the tables of windows look back."""

_WINDOWED = re.compile(r"(\w+?)_(\d+)d(?:_fen)?")
_OF_TILES = {"spend": "net_fen"}
_BITS = 62
"""Days that one BIGINT tells of."""


@dataclass(frozen=True)
class Windows:
    """How a table of windows comes of tiles.

    ``spread`` gives each tile the columns of ``table.state_key``. A sum over a window, or a set of days, is told of the rows
    for which ``has`` of its name is true, and NULL elsewhere: what nobody asks for moves no row. ``audited`` is the longest
    window, in days, that is audited each night.
    """

    table: Table
    spread: Callable[[DataFrame], DataFrame]
    has: Callable[[str], Column] = lambda _: F.lit(True)
    audited: int = 30

    @property
    def measures(self) -> dict[str, tuple[str, int]]:
        """What the columns say that are named for a window: the tiles' measure, and the window's days."""
        return measures(self.table)

    @property
    def days(self) -> tuple[int, ...]:
        """The windows' days, the shortest first; days of activity are kept for the longest."""
        return tuple(sorted({days for _, days in self.measures.values()} | {LONGEST}))

    @property
    def day_sets(self) -> dict[str, Column]:
        """The columns of days, and which tiles put a day there."""
        return {"active_days": self.has("active_days"), "order_days": self.has("order_days") & (F.col("n_order") > 0)}

    def has_any(self, days: int) -> Column:
        """True for rows of which something is told that looks back so many days."""
        names = [name for name, (_, span) in self.measures.items() if span == days]
        return reduce(or_, map(self.has, [*names, *(self.day_sets if days == LONGEST else ())]))

    def told(self, values: Mapping[str, Column]) -> dict[str, Column]:
        """The values, by name, NULL for the rows of which they are not told."""
        return {name: F.when(self.has(name), value) for name, value in values.items()}


def in_window(day: date, days: int) -> Column:
    """True for tiles of the last ``days`` days, ``day`` included."""
    return F.col("day") >= F.lit(day - timedelta(days=days - 1))


def measures(table: Table) -> dict[str, tuple[str, int]]:
    """What the columns say that are named for a window: the tiles' measure, and the window's days."""
    named = {name: _WINDOWED.fullmatch(name) for name in table.column_names}
    return {name: (_OF_TILES.get(match[1], match[1]), int(match[2])) for name, match in named.items() if match}


def tells(sums: Iterable[str]) -> Column:
    """True for rows of which one of the sums, or a day, tells of anything: all others are as good as not there."""
    of_days = F.coalesce(F.size("active_days") > 0, F.lit(False))
    return reduce(or_, (F.coalesce(F.col(name) != 0, F.lit(False)) for name in sums), of_days)


def rebuilt(windows: Windows, tiles: DataFrame, day: date) -> DataFrame:
    """The windows as the tiles alone give them, whatever was kept before: one row per ``table.state_key``."""
    table, found = windows.table, windows.measures
    sums = [
        F.sum(F.when(in_window(day, days), F.col(measure)).otherwise(0)).alias(name) for name, (measure, days) in found.items()
    ]
    sets = [
        F.sort_array(F.collect_set(F.when(fact, F.unix_date("day")))).alias(name) for name, fact in windows.day_sets.items()
    ]
    summed = windows.spread(tiles.where(in_window(day, LONGEST))).groupBy(*table.state_key).agg(*sums, *sets)
    told = windows.told({name: F.col(name) for name in (*found, *windows.day_sets)})
    rows = summed.withColumns(told | {"day": F.lit(day), "is_gone": F.lit(False)})
    return rows.where(tells(found)).select(*table.column_names)


def advanced(windows: Windows, night: Night) -> Step:
    """The windows of the last night moved on to this one: S(T) = S(T0) + new tiles + corrections - what has left a window.

    Tiles of four to six days are read, and those of late rows; of the state only the rows that move, beyond a scan of its
    keys. Exact, since all are integers.
    """
    table, move = windows.table, _Move.of(night, windows)
    moved = move.net(night).localCheckpoint()
    told = [name for name in table.column_names if name not in (*table.key, "is_gone")]
    before = night.before(moved).select(*table.state_key, F.struct(*told).alias("old"))
    # one row per state_key that moved
    both = moved.join(before.hint("shuffle_hash"), list(table.state_key), "left")
    sums = {name: F.coalesce(F.col("old")[name], F.lit(0)) + F.col(name) for name in windows.measures}
    days = {name: move.days(name) for name in windows.day_sets}
    new = both.withColumns(windows.told(sums | days)).localCheckpoint()
    is_gone = ~tells(windows.measures)
    kept = {name: F.when(is_gone, F.col("old")[name]).otherwise(F.col(name)) for name in told}
    changes = new.withColumns(kept | {"day": F.lit(night.day), "is_gone": is_gone}).select(*table.column_names)
    return Step(moved.select(*table.state_key), changes.where(~F.col("is_gone")), changes)


@dataclass(frozen=True)
class _Move:
    """From the end of one day to that of another: whose tiles come in, whose go, and which windows they count for."""

    day: date
    last: date
    changed: tuple[date, ...]
    windows: Windows

    @classmethod
    def of(cls, night: Night, windows: Windows) -> _Move:
        """The night's move."""
        changed = tuple(day for day in night.changed_days(TILES) if night.last - timedelta(LONGEST) < day <= night.last)
        return cls(night.day, night.last, changed, windows)

    @property
    def coming(self) -> list[date]:
        """Days whose tiles count as they are now: new ones, and those that were written since."""
        corrected = [day for day in self.changed if day > self.day - timedelta(LONGEST)]
        return [*corrected, *_after(max(self.last, self.day - timedelta(LONGEST)), self.day)]

    @property
    def going(self) -> list[date]:
        """Days whose tiles counted as they were then: those written since, and those that leave a window."""
        left = {gone for days in self.windows.days for gone in self.expired(days) if gone <= self.last}
        return sorted(left | set(self.changed))

    def expired(self, days: int) -> list[date]:
        """The days that leave the window."""
        return _after(self.last - timedelta(days), self.day - timedelta(days))

    def signed(self, night: Night) -> DataFrame:
        """The tiles that come with ``sign`` 1 and those that go with -1."""
        now = night.now(TILES, self.coming).withColumn("sign", F.lit(1))
        return now.unionByName(night.then(TILES, self.going).withColumn("sign", F.lit(-1)))

    def counts(self, days: int) -> Column:
        """True where a signed tile moves the window's sum."""
        comes, is_gone = in_window(self.day, days), ~in_window(self.day, days)
        goes = in_window(self.last, days) & (F.col("day").isin(list(self.changed)) | is_gone)
        return F.when(F.col("sign") > 0, comes).otherwise(goes)

    def weighed(self, night: Night) -> DataFrame:
        """The signed tiles, spread, with what each is to be multiplied by for the sums over each window."""
        matters = self.windows.spread(self.signed(night)).where(self.matters())
        counts = {days: self.counts(days) for days in self.windows.days}
        return matters.withColumns({f"weight_{days}": F.when(on, F.col("sign")).otherwise(0) for days, on in counts.items()})

    def matters(self) -> Column:
        """False for tiles that only leave windows which are not told of their row."""
        leaves = [F.col("day").isin(self.expired(days)) & self.windows.has_any(days) for days in self.windows.days]
        return reduce(or_, leaves, F.col("day").isin([*self.coming, *self.changed]))

    def net(self, night: Night) -> DataFrame:
        """One row per ``table.state_key`` whose sums or days change: what each sum gains, and on which days it is there now."""
        table, found = self.windows.table, self.windows.measures
        moved = {name: F.col(f"weight_{days}") * F.col(measure) for name, (measure, days) in found.items()}
        sums = [F.sum(F.when(self.windows.has(name), by).otherwise(0)).alias(name) for name, by in moved.items()]
        is_over = (F.col("sign") < 0) & ~in_window(self.day, LONGEST)
        over = [F.bool_or(is_over & fact).alias(f"over_{name}") for name, fact in self.windows.day_sets.items()]
        masks = {f"{name}_{start}": (fact, start) for name, fact in self.windows.day_sets.items() for start in self._parts()}
        now = [self._mask((F.col("sign") > 0) & fact, start).alias(f"now_{name}") for name, (fact, start) in masks.items()]
        then = [self._mask((F.col("sign") < 0) & fact, start).alias(f"then_{name}") for name, (fact, start) in masks.items()]
        summed_up = self.weighed(night).groupBy(*table.state_key).agg(*sums, *over, *now, *then)
        moves = [F.col(name) != 0 for name in found] + [F.col(f"over_{name}") for name in self.windows.day_sets]
        moves += [F.col(f"now_{name}") != F.col(f"then_{name}") for name in masks]
        return summed_up.where(reduce(or_, moves)).select(*table.state_key, *found, *(f"now_{name}" for name in masks))

    def days(self, name: str) -> Column:
        """The state's days without those that come anew or are over, and with those on which it is there now."""
        again = F.lit([_epoch(day) for day in (*self.coming, *self.expired(LONGEST))])
        kept = F.array_except(F.coalesce(F.col("old")[name], F.array().cast("ARRAY<INT>")), again)
        return F.sort_array(F.concat(kept, *(self._unmasked(f"now_{name}_{start}", start) for start in self._parts())))

    def _parts(self) -> range:
        """Where among the days that come each mask begins."""
        return range(0, len(self.coming), _BITS)

    def _mask(self, fact: Column, start: int) -> Column:
        """A bit for each of the days that come, from ``start`` on, which has a tile of which the fact is true."""
        place = F.array_position(F.lit([_epoch(day) for day in self.coming]), F.unix_date("day")) - 1 - start
        bit = F.call_function("shiftleft", F.lit(1).cast("BIGINT"), place.cast("INT"))
        return F.bit_or(F.when(fact & place.between(0, _BITS - 1), bit).otherwise(0))

    def _unmasked(self, name: str, start: int) -> Column:
        """The days whose bit is set."""
        days = F.lit([_epoch(day) for day in self.coming[start : start + _BITS]])
        return F.filter(days, lambda _, place: F.getbit(F.col(name), place) == 1)


def _after(first: date, last: date) -> list[date]:
    """The days after the first, up to the last."""
    return [first + timedelta(offset + 1) for offset in range((last - first).days)]


def _epoch(day: date) -> int:
    return (day - date(1970, 1, 1)).days
