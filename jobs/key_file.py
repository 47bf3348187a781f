"""Secrets in files that their owner alone may read, as hex digits."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from conf.errors import SetupError

N_BYTES = 32


def keep(file: Path, text: str) -> None:
    """Make the file with its text on the disk, at once or not at all; ``FileExistsError`` where there is one."""
    opened, partial = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(opened, "w") as target:
            target.write(f"{text}\n")
            target.flush()
            os.fsync(target.fileno())
        os.link(partial, file)
    finally:
        Path(partial).unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(file: Path) -> str:
    """The file's text; ``SetupError`` where others may read it too."""
    if file.stat().st_mode & 0o077:
        raise SetupError(f"{file} can be read by others than its owner: `chmod 600 {file}`")
    return file.read_text("ascii", "replace")


def parsed(text: str, otherwise: str) -> bytes:
    """The bytes that 64 hex digits say; ``SetupError`` with the sentence ``otherwise``, never with the text."""
    digits = text.strip()
    if len(digits) != 2 * N_BYTES or set(digits.lower()) - set("0123456789abcdef"):
        raise SetupError(otherwise)
    return bytes.fromhex(digits)
