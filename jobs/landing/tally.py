"""Counting: how many rows of each file broke which rules, came late, or repeat others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.landing.arrival import Arrival, FileKey
from jobs.landing.receive import MISSING_COLUMN
from jobs.landing.sent import required
from schemas.contract import Table

_BY_FILE = ("day", "party", "file_name")


@dataclass
class Tally:
    """A file's rows: good ones by event day, broken ones by the rules that they broke, the first rule first.

    ``warned`` counts the good rows by each rule that refuses none.
    """

    good: Counter[date] = field(default_factory=Counter)
    broken: Counter[tuple[str, ...]] = field(default_factory=Counter)
    warned: Counter[str] = field(default_factory=Counter)
    has_further: bool = False

    def late(self, arrived: date, late_days: int) -> tuple[int, int]:
        """Good rows of an earlier day than the file's: those of at most ``late_days`` before, and those beyond."""
        last = arrived - timedelta(days=late_days)
        late = sum(n for day, n in self.good.items() if last <= day < arrived)
        return late, sum(n for day, n in self.good.items() if day < last)

    def reasons(self) -> dict[str, int]:
        """The broken rows by the first rule of each."""
        found: Counter[str] = Counter()
        for reasons, n in self.broken.items():
            found[reasons[0]] += n
        return dict(sorted(found.items()))

    def lacking(self, table: Table) -> tuple[str, ...]:
        """The required fields that none of the file's rows has, of those that could be read."""
        read = [reasons for reasons in self.broken if ":" in reasons[0]]
        if self.good or not read:
            return ()
        return tuple(name for name in required(table) if all(f"missing:{name}" in reasons for reasons in read))

    def say(self, lacking: tuple[str, ...]) -> None:
        """Count the rows that could be read as broken by what the whole file lacks."""
        unread = Counter({reasons: n for reasons, n in self.broken.items() if ":" not in reasons[0]})
        said = tuple(f"{MISSING_COLUMN}:{name}" for name in lacking)
        self.broken = unread + Counter({said: self.broken.total() - unread.total()})


def tallies(judged: DataFrame) -> dict[FileKey, Tally]:
    """The tally of each file that has rows, in one pass."""
    is_good = F.size("reasons") == 0
    found = judged.groupBy(*_BY_FILE, "reasons", "warnings", F.when(is_good, F.col("event_day")).alias("event_day"))
    counted = found.agg(F.count(F.lit(1)).alias("n"), F.count("further").alias("n_further")).collect()
    told: dict[FileKey, Tally] = {}
    for row in counted:
        tally = told.setdefault((row.day, row.party, row.file_name), Tally())
        tally.has_further |= row.n_further > 0
        if row.reasons:
            tally.broken[tuple(row.reasons)] += row.n
        else:
            tally.good[row.event_day] += row.n
            tally.warned.update(dict.fromkeys(row.warnings, row.n))
    return told


def repeats(told_apart: DataFrame) -> dict[FileKey, Tally]:
    """Of each file the good rows that repeat others."""
    found = told_apart.where("is_duplicate").groupBy(*_BY_FILE, "event_day").count().collect()
    told: dict[FileKey, Tally] = {}
    for row in found:
        told.setdefault((row.day, row.party, row.file_name), Tally()).good[row.event_day] += row["count"]
    return told


def further_names(judged: DataFrame) -> dict[FileKey, tuple[str, ...]]:
    """Of each file the names of the fields beyond the contract that its good rows have."""
    names = judged.where("further IS NOT NULL AND size(reasons) = 0").select(*_BY_FILE, F.explode("further").alias("name"))
    told: dict[FileKey, list[str]] = {}
    for row in names.distinct().collect():
        told.setdefault((row.day, row.party, row.file_name), []).append(row.name)
    return {key: tuple(sorted(found)) for key, found in told.items()}


def with_missing_columns(
    judged: DataFrame, table: Table, arrivals: Iterable[Arrival], found: dict[FileKey, Tally]
) -> DataFrame:
    """The rows, those of a JSON file that wholly lacks a required field saying so; the tallies say it then, too."""
    reasons = F.col("reasons")
    for day, party, file_name in (item.key for item in arrivals if item.kind == "jsonl" and item.key in found):
        tally = found[day, party, file_name]
        if lacking := tally.lacking(table):
            tally.say(lacking)
            of_file = (F.col("day") == day) & (F.col("party") == party) & (F.col("file_name") == file_name)
            said = F.array(*(F.lit(f"{MISSING_COLUMN}:{name}") for name in lacking))
            reasons = F.when(of_file & F.array_contains("reasons", f"missing:{lacking[0]}"), said).otherwise(reasons)
    return judged.withColumn("reasons", reasons)
