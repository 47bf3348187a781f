"""A landing that broke off is taken back; what it finished, and what others wrote since, stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from jobs.lake import Lake
from jobs.landing.journal import JOURNAL, journalled, undo_unfinished
from schemas.contract import Table
from schemas.landing.file import TABLE as LEDGER
from tests.frames import frame
from tests.landing.sending import DAY, MEMBER, SOCIAL


class Killed(RuntimeError):
    """The end of a landing before it was written to its end."""


@contextmanager
def broken_off(lake: Lake, *tables: Table) -> Iterator[None]:
    """A landing named ``b`` that dies after all that it does here."""
    with suppress(Killed), journalled(lake, "b", tables):
        yield
        raise Killed


def test_what_a_landing_wrote_is_taken_back_and_its_new_table_is_empty(lake: Lake) -> None:
    _write(lake, SOCIAL, "a")
    with broken_off(lake, SOCIAL, MEMBER):
        _write(lake, SOCIAL, "b")
        _write(lake, MEMBER, "b")
    undo_unfinished(lake)
    assert (_ids(lake, SOCIAL), _ids(lake, MEMBER)) == (["a"], [])
    assert not (lake.root / JOURNAL).exists()
    newest = lake.version(SOCIAL)
    undo_unfinished(lake)
    assert lake.version(SOCIAL) == newest


def test_a_table_that_others_wrote_since_stays_as_it_is(lake: Lake) -> None:
    with broken_off(lake, SOCIAL, MEMBER):
        _write(lake, SOCIAL, "b")
        _write(lake, MEMBER, "b")
    _write(lake, SOCIAL, "c")
    undo_unfinished(lake)
    assert (_ids(lake, SOCIAL), _ids(lake, MEMBER)) == (["c"], [])


def test_a_landing_that_reached_the_ledger_stays(lake: Lake) -> None:
    with broken_off(lake, SOCIAL):
        _write(lake, SOCIAL, "b")
        lake.replace(
            LEDGER,
            frame(lake.spark, LEDGER, [{"day": str(DAY), "n_by_reason": {}, "n_by_warning": {}, "new_columns": []}]),
            [DAY],
            {"run": "b"},
        )
    undo_unfinished(lake)
    assert _ids(lake, SOCIAL) == ["b"]
    assert not (lake.root / JOURNAL).exists()


def _write(lake: Lake, table: Table, run: str) -> None:
    rows = frame(lake.spark, table, [{"event_id": run, "day": str(DAY), "event_day": str(DAY)}])
    lake.replace(table, rows, [DAY], {"run": run})


def _ids(lake: Lake, table: Table) -> list[str]:
    return sorted(row.event_id for row in lake.read(table).select("event_id").collect())
