"""What a person sees while a command works: rich on a terminal, plain lines elsewhere; and the logs that hold the rest."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from rich.console import Console
from rich.table import Table as Grid

from conf.errors import BrandcubeError

console = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """A line of progress, on standard error."""
    console.print(text, markup=False, soft_wrap=True)


def grid(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A small table on standard output; numbers stand to the right."""
    body = [list(row) for row in rows]
    shown = Grid(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, name in enumerate(columns):
        numeric = bool(body) and isinstance(body[0][place], int | float)
        shown.add_column(name, justify="right" if numeric else "left", no_wrap=True)
    for row in body:
        shown.add_row(*(_shown(value) for value in row))
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(shown)


def last_line(facts: Mapping[str, Any]) -> None:
    """One JSON object on the last line of standard output, for scripts."""
    print(json.dumps(facts, default=_plain, ensure_ascii=False), flush=True)


def log_to(folder: Path) -> structlog.stdlib.BoundLogger:
    """The command's own log: one JSON line an event in ``<folder>/brandcube.log``."""
    folder.mkdir(parents=True, exist_ok=True)
    stream = (folder / "brandcube.log").open("a", encoding="utf-8")
    structlog.configure(
        processors=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
    )
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


def say_error(error: BrandcubeError) -> None:
    """The one sentence, on standard error."""
    console.print(f"brandcube: {error}", markup=False, soft_wrap=True, style="red")


def unexpected(
    log: structlog.stdlib.BoundLogger,
    folder: Path,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """An error that nobody foresaw: its trace into the log, one line on standard error, and no value from the data."""
    log.error("unexpected", exc_info=(kind, error, trace))
    console.print(
        f"brandcube: unexpected {kind.__name__}; the trace is in {folder}/brandcube.log", markup=False, soft_wrap=True
    )


def _shown(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def _plain(value: object) -> object:
    if isinstance(value, date | Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not for scripts")
