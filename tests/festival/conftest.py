"""One small world from October to the peak, read by all tests that change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from jobs.festival.truth import Truth
from jobs.festival.world import Generated, generate

PEOPLE, SEED = 800, 7


@dataclass(frozen=True)
class World:
    """An inbox and what its making told."""

    inbox: Path
    made: Generated


@pytest.fixture(scope="session")
def season(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Everything that arrives from 1 October to 12 November."""
    return make(tmp_path_factory.mktemp("season"), Truth())


def make(inbox: Path, truth: Truth, people: int = PEOPLE) -> World:
    """A world of the whole season."""
    first, last = date(2015, 10, 1), date(2015, 11, 12)
    return World(inbox, generate(inbox, people=people, first=first, last=last, seed=SEED, truth=truth))
