"""The runner: reads what a contract names, calls its build, has the batch judged, and replaces the days."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import reduce
from importlib import import_module
from importlib.metadata import version
from itertools import groupby
from threading import Lock
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import AuditFailed, GateFailed, MissingInput
from conf.settings import Settings
from expectations.gate import Gate
from jobs.changes import as_of, difference, is_full, last_night, shared_key, yesterday
from jobs.lake import Lake, check_columns
from jobs.models.registry import Champion
from schemas.catalogue import find, reads_today
from schemas.contract import EVERY, NEWEST, Input, Table

NIGHT = "night"
"""The kind of a run that also rebuilds the earlier days that late rows reached."""


@dataclass(frozen=True)
class Made:
    """A table that a run made: for which days, how many rows, in how many seconds of wall time."""

    table: str
    days: tuple[date, ...]
    rows: int
    seconds: float


@dataclass
class Runner:
    """One run over one lake. ``model`` gives the champion of a day when a table first asks for it."""

    lake: Lake
    settings: Settings
    gate: Gate
    model: Callable[[date], Champion | None]
    kind: str = "run"
    run_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    _judging: Lock = field(default_factory=Lock)

    def frame(self, table: Table, days: Sequence[date], given: Mapping[str, DataFrame] | None = None) -> DataFrame:
        """The rows that the table should hold for the days; ``given`` inputs stand in for the lake's, nothing is written."""
        parts = [self._build(table, segment, given or {}) for segment in self._segments(table, days)]
        return reduce(DataFrame.unionByName, parts)

    def run(self, table: Table, days: Sequence[date]) -> Made:
        """Make the table's days anew: all of them are replaced in one commit, or none.

        The rows are computed once and cut from the plan that made them: gate and writer would analyse it again each time.
        """
        started = time.monotonic()
        keeps_changes = table.kept == "changes"
        rows, audited = self._changes(table, days[-1]) if keeps_changes else (self.frame(table, days), None)
        check_columns(table, rows)
        rows = (_by_person(table, rows) if keeps_changes else rows).localCheckpoint()
        count = rows.count()
        if audited is not None:
            self._audited(table, days[-1], rows.join(F.broadcast(audited), shared_key(table, audited), "left_semi"))
        self._judge(table, rows, days)
        self.lake.replace(table, rows, days, self._note(table, days), is_gathered=keeps_changes)
        return Made(table.full_name, tuple(days), count, time.monotonic() - started)

    def days_of_night(self, table: Table, day: date) -> list[date]:
        """The night's own day, and for day-local tables those earlier ones that changed since the table's last night."""
        if not table.is_day_local:
            return [day]
        read: dict[str, int] = next((note["reads"] for note in self.lake.notes(table) if note["kind"] == NIGHT), {})
        inputs = [item.table for item in table.inputs if item.days != NEWEST]
        changed = {found for name in inputs for found in self.lake.changed_days(find(name), read.get(name))}
        return sorted({found for found in changed if found < day} | {day})

    def require_inputs(self, table: Table, days: Sequence[date]) -> None:
        """``MissingInput`` where nothing landed for any of the days, or where an input that a run makes was never made."""
        today = reads_today(table)
        sources = [find(item.table) for item in table.inputs if item.table in today]
        if table.is_day_local and all(source.layer == "landing" for source in sources):
            landed = {day for source in sources for day in self.lake.days(source)}
            if not landed & set(days):
                raise MissingInput(f"nothing has landed for {days_text(days)}: run `brandcube land` first")
        for source in sources:
            if source.inputs and not self.lake.exists(source):
                raise MissingInput(f"{source.full_name} was not made for {days_text(days)}: run it, or the night, first")

    def judge_landed(self, table: Table, days: Sequence[date]) -> None:
        """Have the rows judged that arrived on the days; ``GateFailed`` where they broke a critical expectation."""
        self._judge(table, self.lake.read(table).where(F.col("day").isin(list(days))).localCheckpoint(), days)

    def _changes(self, table: Table, day: date) -> tuple[DataFrame, DataFrame | None]:
        """What the night keeps of a table of changes: advanced from the night before where the job can, else built anew.

        And the keys of which it may keep nothing.
        """
        module, full = _module(table), is_full(self.lake, table, day)
        may_advance = hasattr(module, "advance") and self.settings.windows.advance
        night = last_night(self.lake, table, day, self.settings.rules) if may_advance else None
        step = module.advance(night, settings=self.settings) if night else None
        if night is None or step is None:  # nothing to begin from, or everybody may have changed
            now = self._build(table, [day], {})
            return now if full else difference(table, yesterday(self.lake, table, day), now, day), None
        if hasattr(module, "audit"):
            self._audited(table, day, module.audit(night, step, settings=self.settings))
        if full:
            same = night.before().join(step.keys, shared_key(table, step.keys), "left_anti").withColumn("day", F.lit(day))
            return same.select(*table.column_names).unionByName(step.rows), None
        changes = step.changes if step.changes is not None else difference(table, night.before(step.keys), step.rows, day)
        return changes, step.audited

    def _audited(self, table: Table, day: date, differing: DataFrame) -> None:
        """``AuditFailed`` where any row differs."""
        n_rows = differing.count()
        if n_rows:
            raise AuditFailed(table.full_name, day, n_rows)

    def _build(self, table: Table, days: Sequence[date], given: Mapping[str, DataFrame]) -> DataFrame:
        build = _module(table).build
        read = {item.name: item for item in table.inputs if item.name not in given}
        handed: dict[str, Any] = {**given, **{name: self._read(item, days) for name, item in read.items()}}
        handed["settings"] = self.settings
        if not table.is_day_local:
            handed["day"] = days[-1]
        if "model" in table.needs:
            handed["model"] = self.model(days[-1])
        built: DataFrame = build(**handed)
        return built

    def _segments(self, table: Table, days: Sequence[date]) -> list[list[date]]:
        """Days that one build can make at once: those of a day-local table that share their snapshots; else each alone."""
        reads_state = any(find(item.table).kept == "changes" and item.days != NEWEST for item in table.inputs)
        if reads_state or not table.is_day_local:
            return [[day] for day in days]
        snapshots = [find(item.table) for item in table.inputs if item.days == NEWEST]
        found = {snapshot.full_name: self.lake.days(snapshot) for snapshot in snapshots}
        shared = groupby(sorted(days), key=lambda day: tuple(newest(kept, day) for kept in found.values()))
        return [list(segment) for _, segment in shared]

    def _read(self, item: Input, days: Sequence[date]) -> DataFrame:
        source = find(item.table)
        if source.kept == "changes":
            kept = self.lake.days(source)
            return as_of(self.lake, source, newest(kept, days[-1]) or days[-1] if item.days == NEWEST else days[-1])
        if item.days == EVERY:
            return self.lake.read(source).where(F.col(source.partitioned_by) <= F.lit(days[-1]))
        if item.days == NEWEST:
            snapshot = newest(self.lake.days(source), days[-1])
            return self.lake.read(source, [snapshot] if snapshot else [])
        offsets = [offset for offset in item.days if isinstance(offset, int)]
        return self.lake.read(source, sorted({day + timedelta(offset) for day in days for offset in offsets}))

    def _judge(self, table: Table, rows: DataFrame, days: Sequence[date]) -> None:
        with self._judging:
            verdict = self.gate.judge(table, rows, days_text(days))
        if verdict.is_critical:
            self.gate.publish()
            raise GateFailed(verdict.sentence)

    def _note(self, table: Table, days: Sequence[date]) -> dict[str, Any]:
        reads = {item.table: self.lake.version(find(item.table)) for item in table.inputs}
        return {
            "run": self.run_id,
            "kind": self.kind,
            "code": version("brandcube"),
            "days": [str(day) for day in days],
            "reads": reads,
            "rules": self.settings.rules,
        }


def _by_person(table: Table, rows: DataFrame) -> DataFrame:
    """The rows of a person side by side: a file then holds their pseudonym, which nothing packs, little more than once."""
    return rows.sortWithinPartitions(*(name for name in table.state_key if table.column(name).person))


def _module(table: Table) -> Any:
    return import_module(f"jobs.{table.layer}.{table.name}")


def newest(snapshots: Sequence[date], day: date) -> date | None:
    """The newest snapshot at or before the day, else the oldest after it; None where there is none."""
    earlier = [found for found in snapshots if found <= day]
    return max(earlier) if earlier else min(snapshots, default=None)


def days_text(days: Iterable[date]) -> str:
    """One day, or the first and the last of several."""
    ordered = sorted(days)
    return str(ordered[0]) if len(ordered) == 1 else f"{ordered[0]} to {ordered[-1]}"
