"""One night with known people in it, shared by all that search what it left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.brand_keys import BrandKeys
from jobs.privacy import KeyRing
from tests.privacy.canaries import ROOT


@dataclass(frozen=True)
class Night:
    """What a night left: ``bank`` may hold nobody's identifier, ``control`` gives one person and one key away."""

    folder: Path
    ring: KeyRing

    @property
    def bank(self) -> Path:
        """Lake, logs, event logs, exports, reports and all that was printed."""
        return self.folder / "bank"

    @property
    def control(self) -> Path:
        """The event log and the exception of a session that does what must not be done."""
        return self.folder / "control"


@pytest.fixture(scope="session")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The night, played by a process of its own whose output is kept beside its lake."""
    folder = tmp_path_factory.mktemp("searched")
    asked = [sys.executable, "-m", "tests.privacy.nightfall", str(folder)]
    told = {"JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m"}
    done = subprocess.run(asked, cwd=Path(__file__).parents[2], env=os.environ | told, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()[-3000:]
    (folder / "bank/printed").write_bytes(done.stdout + done.stderr)
    return Night(folder, KeyRing(bytes.fromhex(ROOT), 1, BrandKeys.beside(folder / "bank/lake")))
