"""Nights of the identity graph with random news: rows that come, come late or go again, statements that are said and unsaid.

A landing table is written whole every night, so that any row of it may have changed. Many small worlds share the nights,
each with identifiers of its own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from pyspark.sql import DataFrame

from conf.settings import Settings
from jobs.changes import as_of
from jobs.core import identity_edge, person, person_merge
from jobs.lake import Lake
from jobs.runner import Runner
from schemas.catalogue import find
from tests.frames import frame

EDGE, PERSON, MERGE = find("core.identity_edge"), find("core.person"), find("core.person_merge")
LANDING = ("identity_binding", "crm_member", "social_event", "shopping_event", "consent")
State = dict[str, list[dict[str, Any]]]


class _Approving:
    """A gate that finds nothing wrong: the graph is judged by these tests."""

    is_critical = False

    def judge(self, *_: Any) -> _Approving:
        return self


@dataclass
class Nights:
    """A lake whose nights make the identity graph alone."""

    lake: Lake
    settings: Settings
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        gate: Any = _Approving()
        self.runner = Runner(self.lake, self.settings, gate, lambda _: None)

    def send(self, state: State, before: State) -> None:
        """Make the landing tables hold the state: the partitions of which any row differs are written again."""
        for name in LANDING:
            table, old, new = find(f"landing.{name}"), before.get(name, []), state.get(name, [])
            differing = [row for row in (*old, *new) if (row in old) != (row in new)]
            days = sorted({date.fromisoformat(row["event_day"]) for row in differing})
            rows = [row | {"day": row["event_day"]} for row in new if date.fromisoformat(row["event_day"]) in days]
            if days:
                self.lake.replace(table, frame(self.lake.spark, table, rows), days, {"kind": "land"})

    def make(self, day: date) -> None:
        for table in (EDGE, PERSON, MERGE):
            self.runner.run(table, [day])

    def kept(self, day: date) -> dict[str, set[tuple[Any, ...]]]:
        """The tables as of the day, as the nights have left them."""
        return {table.name: _rows(as_of(self.lake, table, day)) for table in (EDGE, PERSON, MERGE)}

    def built(self, state: State, day: date) -> dict[str, set[tuple[Any, ...]]]:
        """The tables as a full rebuild makes them of the state, apart from any lake."""
        sent = {name: [row for row in rows if date.fromisoformat(row["event_day"]) <= day] for name, rows in state.items()}
        frames = {name: frame(self.lake.spark, find(f"landing.{name}"), sent.get(name, [])) for name in LANDING}
        evidence = [frames[name] for name in LANDING[:-1]]
        edges = identity_edge.build(*evidence, day=day, settings=self.settings).localCheckpoint()
        people = person.build(edges, frames["consent"], day=day, settings=self.settings).localCheckpoint()
        merges = person_merge.build(people, day=day, settings=self.settings)
        return {EDGE.name: _rows(edges), PERSON.name: _rows(people), MERGE.name: _rows(merges)}


def _rows(rows: DataFrame) -> set[tuple[Any, ...]]:
    found = [tuple(row) for row in rows.drop("day").collect()]
    assert len(found) == len(set(found))
    return set(found)


def random_row(lot: random.Random, world: int, day: date) -> tuple[str, dict[str, Any]]:
    """A row of any table in a small world, of these days; now and then of tomorrow."""
    event_day = day - timedelta(days=lot.choice([-1, 0, 0, 0, 0, 1, 2, 3]))

    def one(kind: str, n: int) -> dict[str, str]:
        return {f"{kind}_hash": f"{world}{kind}{lot.randrange(n)}"}

    accounts = (one("openid", 3), one("jd_pin", 3))
    choices: list[tuple[str, dict[str, Any]]] = [
        ("identity_binding", accounts[0] | accounts[1]),
        ("identity_binding", accounts[lot.randrange(2)] | one("phone", 2)),
        ("crm_member", one("member", 2) | one("phone", 2)),
        ("crm_member", one("member", 2) | one("email", 2)),
        ("social_event", accounts[0] | one("oaid", 2)),
        ("shopping_event", accounts[1] | one("oaid", 2)),
        ("consent", accounts[lot.randrange(2)] | {"purpose": "link", "is_granted": lot.random() < 0.7}),
    ]
    name, told = lot.choice(choices)
    at = f"{event_day} {lot.randrange(24):02}:00:00"
    return name, told | {"event_id": f"{world}-{lot.random()}", "event_day": str(event_day), "event_at": at}


def news(lot: random.Random, state: State, day: date, worlds: int) -> State:
    """The state a day later: in each world some rows more, and now and then one fewer."""
    later = {name: [row for row in rows if lot.random() < 0.96] for name, rows in state.items()}
    for world in range(worlds):
        for _ in range(lot.choice([0, 0, 1, 2])):
            name, row = random_row(lot, world, day)
            later.setdefault(name, []).append(row)
    return later
