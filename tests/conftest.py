"""One Spark session for all tests, a fresh lake for each, and one whole night shared by those that only read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.settings import Settings, load
from jobs.bank import Bank
from jobs.festival.world import generate
from jobs.lake import Lake
from jobs.landing.ingest import land
from jobs.night import night
from jobs.privacy import KeyRing, register_keys
from jobs.session import open_session
from tests.faults.injector import Tally

Figure = Callable[[str], None]
ROOT_KEY = bytes(range(32))
HISTORY = (date(2015, 10, 1), date(2015, 10, 31))
WORLD_PEOPLE, WORLD_SEED = 1_500, 5


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Tell a figure: all of them are printed at the end, whichever process they are from."""
    return partial(record_property, "figure")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures that the tests told."""
    for told in _properties(terminalreporter, "figure"):
        terminalreporter.write_line(told)
    faults = [Tally(**json.loads(told)) for told in _properties(terminalreporter, "faults")]
    if faults:
        terminalreporter.write_line(str(sum(faults, Tally())))


def _properties(reporter: pytest.TerminalReporter, name: str) -> list[str]:
    """What the tests recorded by that name, until they were torn down."""
    ended = [it for group in reporter.stats.values() for it in group if getattr(it, "when", "") == "teardown"]
    return [value for report in ended for key, value in report.user_properties if key == name]


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The local settings, with Spark made small."""
    loaded = load("local")
    small = loaded.session.model_copy(update={"shuffle_partitions": 1, "snapshot_partitions": 1, "driver_memory": "3g"})
    return loaded.model_copy(update={"session": small})


@pytest.fixture(scope="session")
def ring(settings: Settings) -> KeyRing:
    """Keys from a fixed root."""
    return KeyRing(ROOT_KEY, settings.keys.version)


@pytest.fixture(scope="session")
def spark(settings: Settings, ring: KeyRing, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """The session that all tests share, with the fixed keys in it."""
    session = open_session(settings, tmp_path_factory.mktemp("spark") / "spark.log")
    register_keys(session, ring, settings)
    yield session
    session.stop()


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    """A fresh, empty lake."""
    return Lake(spark, tmp_path / "lake")


@pytest.fixture(scope="session")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the parties sent in October: a small world with some dirty rows."""
    folder = tmp_path_factory.mktemp("world") / "inbox"
    generate(folder, people=WORLD_PEOPLE, first=HISTORY[0], last=HISTORY[1], seed=WORLD_SEED, dirty=0.01)
    return folder


@pytest.fixture(scope="session")
def october(
    spark: SparkSession, settings: Settings, ring: KeyRing, inbox: Path, tmp_path_factory: pytest.TempPathFactory
) -> Bank:
    """The bank after October's files have landed and the night of the 31st has run; to be read, not written."""
    bank = Bank(settings, ring, spark, Lake(spark, tmp_path_factory.mktemp("october") / "lake"))
    land(spark, bank.lake, settings, source="all", path=inbox, day=HISTORY[1])
    for _ in night(bank, HISTORY[1]):
        pass
    return bank


@pytest.fixture(scope="session")
def night_lake(october: Bank) -> Path:
    """The folder of October's lake."""
    return october.lake.root
