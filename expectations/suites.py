"""The suites as files, ``expectations/<layer>/<table>.json``: a GX file store over this folder finds them by table name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from expectations.derive import FOLDER, suite
from schemas.catalogue import tables
from schemas.contract import Table


def path(table: Table, folder: Path = FOLDER) -> Path:
    """Where the table's suite is kept."""
    return folder / table.layer / f"{table.name}.json"


def text(table: Table) -> str:
    """The file's content: keys sorted, no instant, no random id, so that only a changed rule changes a byte."""
    return json.dumps(suite(table), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def read(table: Table, folder: Path = FOLDER) -> dict[str, Any]:
    """The table's suite as it is kept."""
    kept: dict[str, Any] = json.loads(path(table, folder).read_text("utf-8"))
    return kept


def write_all(folder: Path = FOLDER) -> tuple[Path, ...]:
    """Write every table's suite anew and remove those of tables that are no more; returns the files."""
    written = tuple(_write(table, folder) for table in tables().values())
    for left_over in set(folder.glob("*/*.json")) - set(written):
        left_over.unlink()
    return written


def _write(table: Table, folder: Path) -> Path:
    file = path(table, folder)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text(table), "utf-8")
    return file
