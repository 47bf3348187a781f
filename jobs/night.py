"""A night: the arrivals are judged, then every table is made in the order of what it reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import date, timedelta

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.errors import MissingInput
from expectations.gate import Gate
from jobs.bank import Bank
from jobs.changes import as_of
from jobs.lake import Lake
from jobs.models import features, registry, train
from jobs.models.registry import Champion
from jobs.runner import NIGHT, Made, Runner
from schemas.catalogue import build_order, find, reads_today
from schemas.contract import Table

_THREADS = 2
_STAGE, _PORTRAIT = find("mart.brand_stage"), find("mart.user_portrait")
_ACCOUNTS = ("core.account_window", "core.account_facet_window", "core.first_order")


def night(bank: Bank, day: date) -> Iterator[Made]:
    """Make all tables of a day, each yielded when it is there; ``GateFailed`` stops before anything downstream is written."""
    runner = make_runner(bank, kind=NIGHT)
    judge_arrivals(runner, day)
    yield from _made(runner, day)
    runner.gate.publish()


def judge_arrivals(runner: Runner, day: date) -> list[str]:
    """Have everything judged that arrived since the night before; the tables' names. ``GateFailed`` at the first breach."""
    arrived = _arrivals(runner.lake, day)
    for name, days in arrived.items():
        runner.judge_landed(find(f"landing.{name}"), days)
    return sorted(arrived)


def _made(runner: Runner, day: date) -> Iterator[Made]:
    """Every table once all that it reads of the day is there, two at a time; the first failure lets nothing more begin."""
    waiting = {table.full_name: table for table in build_order()}
    running: dict[Future[Made], str] = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        while waiting or running:
            unmade = waiting.keys() | set(running.values())
            for table in [table for table in waiting.values() if not unmade & reads_today(table)]:
                running[pool.submit(_make, runner, waiting.pop(table.full_name), day)] = table.full_name
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                del running[done]
                yield done.result()


def _make(runner: Runner, table: Table, day: date) -> Made:
    return runner.run(table, runner.days_of_night(table, day))


def make_runner(bank: Bank, kind: str = "run") -> Runner:
    """A runner over the bank's lake, with its gate and its champion model."""
    runner = Runner(bank.lake, bank.settings, Gate(bank.lake.root), lambda day: champion(runner, day), kind)
    return runner


def champion(runner: Runner, day: date) -> Champion | None:
    """The model that scores on that day, trained first where none is there or the last one is old."""
    lake, settings = runner.lake, runner.settings
    if registry.is_due(lake, settings, day):
        train.train(lake, settings, _examples(runner, day), day=day)
    return registry.champion(lake, day)


def _examples(runner: Runner, day: date) -> DataFrame:
    """People and brands as they were a horizon ago, with what they bought since."""
    horizon = runner.settings.model.horizon_days
    then = day - timedelta(days=horizon)
    person = as_of(runner.lake, find("core.person"), day)
    order_line = runner.lake.read(find("core.order_line"), [then + timedelta(days=1 + offset) for offset in range(horizon)])
    accounts = {table.name: runner.frame(table, [then]) for table in map(find, _ACCOUNTS)}
    given = {"person": person, "account_facet_window": accounts["account_facet_window"]}
    portrait = runner.frame(_PORTRAIT, [then], {"person": person, **accounts})
    stage = runner.frame(_STAGE, [then], {**given, "user_portrait": portrait})
    return features.labelled(stage, portrait, order_line, person, day=then, settings=runner.settings)


def _arrivals(lake: Lake, day: date) -> dict[str, list[date]]:
    """The landing tables that files arrived for since the night before this one, with the days of arrival."""
    ledger = lake.read(find("landing.file")).where(F.col("day") <= F.lit(day))
    found = defaultdict(list)
    for row in ledger.select("table_name", "day").distinct().collect():
        found[row.table_name].append(row.day)
    if not any(day in days for days in found.values()):
        raise MissingInput(f"nothing has landed for {day}: run `brandcube land all INBOX --day {day}` first")
    made = {date.fromisoformat(told) for note in lake.notes(find("core.person")) for told in note.get("days", [])}
    last = max((night for night in made if night < day), default=date.min)
    recent = {table: sorted(arrived for arrived in days if arrived > last) for table, days in found.items()}
    return {table: days for table, days in sorted(recent.items()) if days}
