"""What the commands of ``brandcube`` share: their options, the open bank, and checks made before Spark starts."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from conf.errors import BrandcubeError, MissingInput, UnknownName
from conf.settings import load
from jobs import console
from jobs.brand_keys import BrandKeys
from schemas.catalogue import find
from schemas.contract import Table

if TYPE_CHECKING:
    from jobs.bank import Bank
    from jobs.runner import Made

Day = Annotated[datetime, typer.Option("--day", formats=["%Y-%m-%d"], help="Business day, YYYY-MM-DD (Asia/Shanghai).")]
From = Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of a range.")]
To = Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day of a range.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on the last line.")]


@dataclass(frozen=True)
class Options:
    """What stands before the command."""

    lake: Path
    environment: str


@contextmanager
def bank_of(context: typer.Context, *, write: bool = True, create: bool = False) -> Iterator[Bank]:
    """The bank, opened; with the lake's lock for commands that write, and the trace of what goes wrong in the log.

    Only a landing may ``create`` the lake; what is wrong with the lake is said before anything is written beside it.
    """
    from jobs.bank import Bank, logs, writing
    from jobs.lake import check_version

    given: Options = context.obj
    if not create and not given.lake.exists():
        raise MissingInput(f"{given.lake} is not there: land something first, or name another --lake")
    check_version(given.lake)
    log = console.log_to(logs(given.lake))
    sys.excepthook = partial(console.unexpected, log, logs(given.lake))
    try:
        with writing(given.lake) if write else nullcontext():
            yield Bank.open(given.lake, given.environment)
    except BrandcubeError:
        log.exception("stopped")
        raise


def table_of(name: str) -> Table:
    """The table of that name; ``UnknownName`` says where the names are."""
    try:
        return find(name)
    except LookupError as error:
        raise UnknownName("table", name, "`brandcube tables --docs` lists them") from error


def days_of(day: datetime | None, first: datetime | None, last: datetime | None) -> list[date]:
    """The one day, or all days from the first to the last."""
    if day and not (first or last):
        return [day.date()]
    if first and last and not day and first <= last:
        return [first.date() + timedelta(days=offset) for offset in range((last - first).days + 1)]
    raise MissingInput("name either --day D, or --from D --to D with the first day not after the last")


def check_names(context: typer.Context, brand: str, destination: str | None = None) -> None:
    """``UnknownName`` for a brand or destination that nobody declared, ``Offboarded`` for a brand whose key is destroyed."""
    settings = load(context.obj.environment)
    settings.brand(brand)
    BrandKeys.beside(context.obj.lake).require(brand)
    if destination:
        settings.destination(destination)


def tell(as_json: bool, facts: dict[str, Any]) -> None:
    """The facts for scripts, where they were asked for."""
    if as_json:
        console.last_line(facts)


def tell_made(as_json: bool, day: date, made: list[Made]) -> None:
    """The tables that a run made, for a person or for scripts."""
    facts = [
        {"table": item.table, "days": len(item.days), "rows": item.rows, "seconds": round(item.seconds, 2)} for item in made
    ]
    if not as_json:
        console.grid("", ("table", "days", "rows", "seconds"), [list(fact.values()) for fact in facts])
    tell(as_json, {"day": day, "tables": facts, "seconds": round(sum(item.seconds for item in made), 2)})
