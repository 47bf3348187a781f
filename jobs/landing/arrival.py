"""What has arrived: the parties' files on disk, each with its table, party, day and SHA-256."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from conf.errors import MissingInput, UnknownName
from schemas.catalogue import layer
from schemas.contract import Table

FileKey = tuple[date, str, str]
"""A file of one table: its day, party and name."""

ENDINGS = (".jsonl.gz", ".jsonl", ".csv.gz", ".csv", ".parquet")
_DATED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?=\.)")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What parties, files and nothing else are named: no sign that a path, a pattern or a terminal reads as something else."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file of one party for one landing table, that arrived on ``day``."""

    table: Table
    party: str
    day: date
    path: Path
    sha256: str
    n_bytes: int

    @classmethod
    def of(cls, table: Table, party: str, day: date, path: Path) -> Arrival:
        """The file as it is on disk now."""
        with path.open("rb") as opened:
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return cls(table, party, day, path, digest, path.stat().st_size)

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def kind(self) -> str:
        """The format that the name ends in: jsonl, csv or parquet."""
        return suffix(self.name).removesuffix(".gz").removeprefix(".")

    @property
    def key(self) -> FileKey:
        """Day, party and name: what a file of a table is called by."""
        return self.day, self.party, self.name


def suffix(name: str) -> str:
    """The ending of a party's file name that says how it is to be read; of other names what follows the last dot."""
    return next((ending for ending in ENDINGS if name.endswith(ending)), name.rpartition(".")[2])


def sources() -> dict[str, Table]:
    """The tables that a party sends, by name."""
    return {table.name: table for table in layer("landing") if table.source}


def in_inbox(inbox: Path, day: date) -> list[Arrival]:
    """All files ``<party>/<table>/<day>.<ending>`` of an inbox up to the day, by table, day, party and name."""
    known = sources()
    found: list[Arrival] = []
    for folder in sorted(_folders(inbox)):
        if folder.name not in known:
            raise UnknownName("landing table", folder.name, f"{folder} should be one of {', '.join(sorted(known))}")
        found += _dated(known[folder.name], folder.parent.name, folder, day)
    if not found:
        raise MissingInput(f"{inbox} holds no file <party>/<table>/<day>.<ending> of {day} or before: is it an inbox?")
    return sorted(found, key=lambda item: (item.table.name, item.day, item.party, item.name))


def of_table(table: Table, path: Path, day: date) -> list[Arrival]:
    """One file, whatever its name, as that day's; or the dated files of a party's folder up to the day."""
    party = table.source.party if table.source else ""
    if path.is_file():
        return [Arrival.of(table, party, day, _readable(path))]
    folder = path / table.name if (path / table.name).is_dir() else path
    found = _dated(table, folder.parent.name if folder.name == table.name else party, folder, day)
    if not found:
        raise MissingInput(f"{folder} holds no file of {table.name} of {day} or before: files are named <day>.<ending>")
    return found


def _folders(inbox: Path) -> Iterator[Path]:
    parties = (_own(_named(party)) for party in inbox.iterdir() if party.is_dir() and _is_shown(party))
    return (_own(folder) for party in parties for folder in party.iterdir() if folder.is_dir() and _is_shown(folder))


def _dated(table: Table, party: str, folder: Path, day: date) -> list[Arrival]:
    paths = sorted(path for path in folder.iterdir() if _is_shown(path))
    dated = [(_day_of(path), _readable(path)) for path in paths]
    return [Arrival.of(table, party, arrived, path) for arrived, path in dated if arrived <= day]


def _day_of(path: Path) -> date:
    match = _DATED.match(path.name)
    try:
        return date.fromisoformat(match[0] if match else "")
    except ValueError:
        raise UnknownName("inbox file", path.name, f"rename {str(path)!r} to <YYYY-MM-DD>.<ending>") from None


def _readable(path: Path) -> Path:
    """The path, where it is a file of a known kind that lies where it seems to lie."""
    if not _named(path).name.endswith(ENDINGS):
        raise UnknownName("kind of file", path.name, f"a party's file ends in {', '.join(ENDINGS)}")
    if not path.is_file():
        raise MissingInput(f"{path} is named like a file and is none: take it out of the inbox")
    return _own(path)


def _own(path: Path) -> Path:
    """The path, where it is no link that leads out of its folder."""
    if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
        raise MissingInput(f"{path} is a link to another folder: have the files themselves put there")
    return path


def _named(path: Path) -> Path:
    if not _NAME.fullmatch(path.name):
        raise UnknownName("inbox file", path.name, f"rename {str(path)!r}: letters, digits, dots, dashes, 128 at most")
    return path


def _is_shown(path: Path) -> bool:
    return not path.name.startswith((".", "_"))
