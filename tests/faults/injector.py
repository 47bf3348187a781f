"""Strikes a process, looks at what is left without Spark, has the next run mend it, and counts."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.world import half_manifests

REPOSITORY = Path(__file__).parents[2]
KINDS = ("SIGKILL at boundaries", "SIGKILL at random times", "full disk", "torn input", "lost response", "raised error")
_PATIENCE = 300


@dataclass
class Tally:
    """How many faults of each kind there were, and what they did."""

    faults: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    halves: int = 0
    differing: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """The figure."""
        kinds = ", ".join(f"{kind} {self.faults[kind]}" for kind in KINDS)
        return (
            f"faults: {self.faults.total()} ({kinds}), rows lost {self.lost}, doubled {self.doubled}, "
            f"half manifests {self.halves}, lakes that differ afterwards {len(self.differing)}"
        )

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        faults = Counter(self.faults) + Counter(other.faults)
        sums = (getattr(self, name) + getattr(other, name) for name in ("lost", "doubled", "halves", "differing"))
        return Tally(faults, *sums)

    def add(self, kind: str, *, lost: int = 0, doubled: int = 0, halves: int = 0, differing: list[str] | None = None) -> None:
        """Count one fault and what it did."""
        self.faults[kind] += 1
        self.lost += lost
        self.doubled += doubled
        self.halves += halves
        self.differing += differing or []

    @property
    def is_clean(self) -> bool:
        """True where nothing was lost, doubled, half visible or different."""
        return not (self.lost or self.doubled or self.halves or self.differing)


def killed_at(boundary: int, *arguments: str, key: str) -> bool:
    """Run the scenario until it kills itself at the boundary; False where it ended before."""
    process = _start(arguments, key, str(boundary))
    code = process.wait(_PATIENCE)
    assert code in {0, -signal.SIGKILL}, f"the scenario failed at boundary {boundary}: exit code {code}"
    return code == -signal.SIGKILL


def killed_within(seconds: float, started: Path, *arguments: str, key: str, lot: random.Random) -> bool:
    """Kill the scenario's group at a random time of the seconds after it has begun; False where it ended before."""
    started.unlink(missing_ok=True)
    process = _start(arguments, key, "")
    deadline = time.monotonic() + _PATIENCE
    while not started.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(lot.uniform(0, seconds))
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    return process.wait(_PATIENCE) == -signal.SIGKILL


def published(folder: Path, versions: list[dict[str, bytes]]) -> int:
    """1 where the folder shows anything but one whole version, or nothing."""
    if not folder.exists():
        return 0
    seen = {path.name: path.read_bytes() for path in folder.iterdir()}
    return int(seen not in versions or bool(half_manifests(folder)))


def _start(arguments: tuple[str, ...], key: str, at: str) -> subprocess.Popen[bytes]:
    told = {
        "BRANDCUBE_FAULT_AT": at,
        "BRANDCUBE_ROOT_KEY": key,
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m",
    }
    command = [sys.executable, "-m", "tests.faults.scenario", *arguments]
    return subprocess.Popen(command, cwd=REPOSITORY, env={**os.environ, **told}, start_new_session=True)
