"""The boundaries of the steps that write: where a process can be struck, counted in the order in which they are passed."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from unittest.mock import patch

from jobs.serving import folder
from schemas.contract import Table

Strike = Callable[[str], None]


class Struck(RuntimeError):
    """The fault that is raised where no process is killed."""


class Counter:
    """Calls ``strike`` at the boundary number ``at`` and remembers the names of all that were passed."""

    def __init__(self, at: int | None, strike: Strike, only: str = "") -> None:
        """Count the boundaries whose name begins with ``only``."""
        self.passed: list[str] = []
        self._at, self._strike, self._only, self._lock = at, strike, only, Lock()

    def __call__(self, name: str) -> None:
        """Pass a boundary."""
        if not name.startswith(self._only):
            return
        with self._lock:
            self.passed.append(name)
            is_due = len(self.passed) - 1 == self._at
        if is_due:
            self._strike(name)


def kill(_: str) -> None:
    """SIGKILL to the whole group: Python and its Java side."""
    os.killpg(0, signal.SIGKILL)


def fail(name: str) -> None:
    """An exception instead."""
    raise Struck(name)


@contextmanager
def watched(passing: Strike) -> Iterator[None]:
    """Have the boundary's name called before, within and after each write, sync, rename and removal of a file."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(folder, "_write", _in_halves(passing, folder._write)))  # noqa: SLF001
        patches.enter_context(patch.object(folder, "_sync", _around(passing, "syncing", folder._sync, _own_name)))  # noqa: SLF001
        patches.enter_context(patch.object(Path, "rename", _around(passing, "renaming", Path.rename, _own_name)))
        patches.enter_context(patch.object(Path, "replace", _around(passing, "replacing", Path.replace, _own_name)))
        patches.enter_context(patch.object(Path, "unlink", _around(passing, "removing", Path.unlink, _own_name)))
        yield


@contextmanager
def watched_commits(passing: Strike) -> Iterator[None]:
    """Have the boundary's name called before and after each commit to a table."""
    from jobs.lake import Lake

    with patch.object(Lake, "replace", _around(passing, "committing", Lake.replace, _table_name)):
        yield


def _around(passing: Strike, doing: str, step: Callable[..., Any], name: Callable[..., str]) -> Callable[..., Any]:
    def run(*given: Any, **named: Any) -> Any:
        passing(f"before {doing} {name(*given)}")
        result = step(*given, **named)
        passing(f"after {doing} {name(*given)}")
        return result

    return run


def _own_name(path: Path, *_: Any) -> str:
    return path.name


def _table_name(_: Any, table: Table, *__: Any) -> str:
    return table.full_name


def _in_halves(passing: Strike, write: Callable[[Path, bytes], None]) -> Callable[[Path, bytes], None]:
    def run(file: Path, content: bytes) -> None:
        passing(f"before writing {file.name}")
        file.write_bytes(content[: len(content) // 2])
        passing(f"amid writing {file.name}")
        write(file, content)
        passing(f"after writing {file.name}")

    return run
