"""The journal of a landing: where each table stood before it, so that a landing that broke off can be taken back.

A landing commits to several tables and to the ledger last. Killed in between it leaves rows of files that the ledger does
not know; the next landing would take them for rows that had landed before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from jobs.lake import Lake
from jobs.serving.folder import replace_file
from schemas.catalogue import find
from schemas.contract import Table
from schemas.landing.file import TABLE as LEDGER

JOURNAL = ".landing.json"


@contextmanager
def journalled(lake: Lake, run_id: str, tables: Iterable[Table]) -> Iterator[None]:
    """Note the versions of the tables that a run will write; forget them once all of it is written, ledger included."""
    before = {table.full_name: lake.version(table) for table in (*tables, LEDGER)}
    text = json.dumps({"run": run_id, "before": before}, indent=2, sort_keys=True)
    replace_file(_file(lake), f"{text}\n".encode())
    yield
    _file(lake).unlink(missing_ok=True)


def undo_unfinished(lake: Lake) -> None:
    """Put the tables back as they were before a landing that never reached the ledger; nothing where there is none.

    A table that others have written since stays as it is: the landing of the same files then tells its rows apart.
    """
    if not _file(lake).exists():
        return
    begun = json.loads(_file(lake).read_text("utf-8"))
    before: dict[str, int | None] = begun["before"]
    is_finished = begun["run"] in lake.noted_since(LEDGER, before.pop(LEDGER.full_name), "run")
    for name, version in before.items():
        if not is_finished and set(lake.noted_since(find(name), version, "run")) == {begun["run"]}:
            lake.restore(find(name), version or 0)
    _file(lake).unlink(missing_ok=True)


def _file(lake: Lake) -> Path:
    return lake.root / JOURNAL
