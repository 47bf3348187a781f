"""CPU seconds of this process and of the Java process that it started."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil


@dataclass
class Spent:
    """What a block of work cost; filled when the block ends."""

    seconds: float = 0.0


@contextmanager
def cpu() -> Iterator[Spent]:
    """Measure user and system time of the block, over the whole tree of processes."""
    spent, before = Spent(), _total()
    yield spent
    spent.seconds = _total() - before


def _total() -> float:
    own = psutil.Process()
    return sum(sum(process.cpu_times()[:2]) for process in (own, *own.children(recursive=True)))
