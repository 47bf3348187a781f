"""The doctor: says in plain words what this machine and this lake lack, and what to do about each."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from conf.errors import BrandcubeError, SetupError
from jobs.setup.jars import jar_paths
from jobs.setup.java import ROOT, fit_java

LEAST_PYTHON = (3, 11)
LEAST_FREE_GB = 5
AIRFLOW = ROOT / ".venv-airflow" / "bin" / "airflow"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is as it should be, in one sentence."""

    what: str
    is_ok: bool
    words: str


def diagnose(lake: Path, environment: str = "local") -> list[Finding]:
    """Everything that a run needs, in the order in which it would be missed."""
    return [
        _finding("Python", _python),
        _finding("packages", _packages),
        _finding("Java", lambda: str(fit_java())),
        _finding("jars", lambda: f"{len(jar_paths())} jars, checksums as locked"),
        _finding("settings", lambda: _settings(environment)),
        _finding("key", lambda: _key(lake, environment)),
        _finding("disk", lambda: _disk(lake)),
        _finding("lake", lambda: _lake(lake)),
        _finding("Airflow", _airflow),
    ]


def _finding(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, True, look())
    except BrandcubeError as error:
        return Finding(what, False, str(error))


def _python() -> str:
    found = f"Python {sys.version_info.major}.{sys.version_info.minor} ({sys.executable})"
    if sys.version_info < LEAST_PYTHON:
        raise SetupError(f"{found} is too old: make .venv with Python {'.'.join(map(str, LEAST_PYTHON))} or newer")
    return found


def _packages() -> str:
    needed = ("pyspark", "delta", "great_expectations", "mlflow", "xgboost", "pydantic", "typer")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        raise SetupError(f"{', '.join(missing)} cannot be imported: run `make demo` or `make test`, which make .venv")
    return "all that the jobs import is installed"


def _settings(environment: str) -> str:
    from conf.settings import load

    loaded = load(environment)
    return f"conf/{environment}.toml is sound, with {len(loaded.brands)} brands and {len(loaded.destinations)} destinations"


def _key(lake: Path, environment: str) -> str:
    from conf.settings import load
    from jobs.privacy import KeyRing

    settings = load(environment)
    only_look = settings.keys.model_copy(update={"create_if_missing": False})
    try:
        KeyRing.load(settings.model_copy(update={"keys": only_look}), lake)
    except SetupError:
        if settings.keys.create_if_missing and not lake.exists():
            return "not there yet: the first landing makes it"
        raise
    return "the root key can be used, and its file is closed to others"


def _disk(lake: Path) -> str:
    folder = next(place for place in (lake.absolute(), *lake.absolute().parents) if place.exists())
    free = shutil.disk_usage(folder).free / 1e9
    if free < LEAST_FREE_GB:
        raise SetupError(f"{folder} has {free:.1f} GB free: make room for {LEAST_FREE_GB} GB, or name a --lake elsewhere")
    if not os.access(folder, os.W_OK):
        raise SetupError(f"{folder} cannot be written: name a --lake elsewhere")
    return f"{free:.0f} GB free under {folder}"


def _lake(lake: Path) -> str:
    from jobs.lake import check_version

    check_version(lake)
    return (
        f"{lake} is a lake that this version reads" if lake.exists() else f"{lake} is not there yet: the first landing makes it"
    )


def _airflow() -> str:
    return f"{AIRFLOW.parents[1]} is there" if AIRFLOW.exists() else "not set up, and not needed here: `make airflow` does it"
