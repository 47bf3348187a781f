"""Windows over tiles: sums over the last days, the day itself included, summed anew or moved on by what changed."""

from __future__ import annotations

import re
from collections.abc import Callable
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


def in_window(day: date, days: int) -> Column:
    """True for tiles of the last ``days`` days, ``day`` included."""
    return F.col("day") >= F.lit(day - timedelta(days=days - 1))


def measures(table: Table) -> dict[str, tuple[str, int]]:
    """What the columns say that are named for a window: the tiles' measure, and the window's days."""
    named = {name: _WINDOWED.fullmatch(name) for name in table.column_names}
    return {name: (_OF_TILES.get(match[1], match[1]), int(match[2])) for name, match in named.items() if match}


def rebuilt(table: Table, tiles: DataFrame, day: date) -> DataFrame:
    """The windows as the tiles alone give them, whatever was kept before: one row per ``table.state_key``."""
    sums = [
        F.sum(F.when(in_window(day, days), F.col(measure)).otherwise(0)).alias(name)
        for name, (measure, days) in measures(table).items()
    ]
    sets = [F.sort_array(F.collect_set(F.when(fact, F.unix_date("day")))).alias(name) for name, fact in _day_sets().items()]
    windows = tiles.where(in_window(day, LONGEST)).groupBy(*table.state_key).agg(*sums, *sets)
    return windows.withColumns({"day": F.lit(day), "is_gone": F.lit(False)}).select(*table.column_names)


def advanced(table: Table, night: Night, spread: Callable[[DataFrame], DataFrame]) -> Step:
    """The windows of the last night moved on to this one: S(T) = S(T0) + new tiles + corrections - what has left a window.

    ``spread`` gives each tile the columns of ``table.state_key``. Tiles of four to six days are read, and those of late
    rows; of the state only the rows that move, beyond a scan of its keys. Exact, since all are integers.
    """
    move = _Move.of(night, measures(table))
    moved = move.net(table, spread(move.signed(night))).localCheckpoint()
    told = [name for name in table.column_names if name not in (*table.key, "is_gone")]
    before = night.before(moved).select(*table.state_key, F.struct(*told).alias("old"))
    # one row per state_key that moved
    both = moved.join(before.hint("shuffle_hash"), list(table.state_key), "left")
    sums = {name: F.coalesce(F.col("old")[name], F.lit(0)) + F.col(name) for name in measures(table)}
    new = both.withColumns(sums | {name: move.days(name) for name in _day_sets()}).localCheckpoint()
    is_gone = F.size("active_days") == 0
    kept = {name: F.when(is_gone, F.col("old")[name]).otherwise(F.col(name)) for name in told}
    changes = new.withColumns(kept | {"day": F.lit(night.day), "is_gone": is_gone}).select(*table.column_names)
    return Step(moved.select(*table.state_key), changes.where(~F.col("is_gone")), changes)


@dataclass(frozen=True)
class _Move:
    """From the end of one day to that of another: whose tiles come in, whose go, and which windows they count for."""

    day: date
    last: date
    changed: tuple[date, ...]
    windows: tuple[int, ...]

    @classmethod
    def of(cls, night: Night, found: dict[str, tuple[str, int]]) -> _Move:
        """The night's move, for the windows of those measures."""
        changed = tuple(day for day in night.changed_days(TILES) if night.last - timedelta(LONGEST) < day <= night.last)
        return cls(night.day, night.last, changed, tuple(sorted({days for _, days in found.values()} | {LONGEST})))

    @property
    def coming(self) -> list[date]:
        """Days whose tiles count as they are now: new ones, and those that were written since."""
        corrected = [day for day in self.changed if day > self.day - timedelta(LONGEST)]
        return [*corrected, *_after(max(self.last, self.day - timedelta(LONGEST)), self.day)]

    @property
    def going(self) -> list[date]:
        """Days whose tiles counted as they were then: those written since, and those that leave a window."""
        left = {gone for days in self.windows for gone in self.expired(days) if gone <= self.last}
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

    def net(self, table: Table, signed: DataFrame) -> DataFrame:
        """One row per ``table.state_key`` whose sums or days change: what each sum gains, and on which days it is there now."""
        found = measures(table)
        weighed = signed.withColumns(
            {f"weight_{days}": F.when(self.counts(days), F.col("sign")).otherwise(0) for days in self.windows}
        )
        sums = [F.sum(F.col(f"weight_{days}") * F.col(measure)).alias(name) for name, (measure, days) in found.items()]
        is_over = (F.col("sign") < 0) & ~in_window(self.day, LONGEST)
        over = [F.bool_or(is_over & fact).alias(f"over_{name}") for name, fact in _day_sets().items()]
        masks = {f"{name}_{start}": (fact, start) for name, fact in _day_sets().items() for start in self._parts()}
        now = [self._mask((F.col("sign") > 0) & fact, start).alias(f"now_{name}") for name, (fact, start) in masks.items()]
        then = [self._mask((F.col("sign") < 0) & fact, start).alias(f"then_{name}") for name, (fact, start) in masks.items()]
        summed_up = weighed.groupBy(*table.state_key).agg(*sums, *over, *now, *then)
        moves = [F.col(name) != 0 for name in found] + [F.col(f"over_{name}") for name in _day_sets()]
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


def _day_sets() -> dict[str, Column]:
    """The columns of days, and which tiles put a day there."""
    return {"active_days": F.lit(True), "order_days": F.col("n_order") > 0}


def _after(first: date, last: date) -> list[date]:
    """The days after the first, up to the last."""
    return [first + timedelta(offset + 1) for offset in range((last - first).days)]


def _epoch(day: date) -> int:
    return (day - date(1970, 1, 1)).days
