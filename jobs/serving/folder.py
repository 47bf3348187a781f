"""Folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


def publish(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make ``folder`` hold exactly these files, in place of what it held.

    They are written and synced beside it, in the order given, and renamed into place at once; a crash leaves the old
    folder, or none, and never a part. What an earlier crash left beside it is swept away.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial, former = (folder.with_name(f".{folder.name}.{state}") for state in ("partial", "former"))
    for leftover in (partial, former):
        shutil.rmtree(leftover, ignore_errors=True)
    partial.mkdir()
    for name, content in files.items():
        _write(partial / name, content)
    _sync(partial)
    if folder.exists():
        folder.rename(former)
    partial.rename(folder)
    _sync(folder.parent)
    shutil.rmtree(former, ignore_errors=True)


def replace_file(file: Path, content: bytes) -> None:
    """Put one file in place at once."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial")
    _write(partial, content)
    partial.replace(file)
    _sync(file.parent)


def _write(file: Path, content: bytes) -> None:
    with file.open("wb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
