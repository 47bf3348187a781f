"""What has arrived: the parties' files on disk, each with its table, party, day and SHA-256."""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from conf.errors import MissingInput, UnknownName
from schemas.catalogue import layer
from schemas.contract import Table

ENDINGS = (".jsonl.gz", ".jsonl", ".csv.gz", ".csv", ".parquet")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?=\.)")
_CHUNK = 1 << 20


class TornFile(MissingInput):
    """A compressed file that ends before its end; nothing of it was landed."""


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


@contextmanager
def naming_torn_files(arrivals: Iterable[Arrival]) -> Iterator[None]:
    """Where reading fails because a compressed file is cut short, say which one, and none of its content."""
    failed = True
    try:
        yield
        failed = False
    finally:
        if failed:
            for arrival in arrivals:
                if arrival.name.endswith(".gz") and _is_torn(arrival.path):
                    raise TornFile(f"{arrival.path} is cut short or damaged: have {arrival.party} send it again") from None


def _folders(inbox: Path) -> Iterator[Path]:
    parties = (party for party in inbox.iterdir() if party.is_dir() and _is_shown(party))
    return (folder for party in parties for folder in party.iterdir() if folder.is_dir() and _is_shown(folder))


def _dated(table: Table, party: str, folder: Path, day: date) -> list[Arrival]:
    paths = sorted(path for path in folder.iterdir() if _is_shown(path))
    dated = [(_day_of(path), _readable(path)) for path in paths]
    return [Arrival.of(table, party, arrived, path) for arrived, path in dated if arrived <= day]


def _day_of(path: Path) -> date:
    match = _DATED.match(path.name)
    try:
        return date.fromisoformat(match[0] if match else "")
    except ValueError:
        raise UnknownName("inbox file", path.name, f"rename {path} to <YYYY-MM-DD>.<ending>") from None


def _readable(path: Path) -> Path:
    if not path.name.endswith(ENDINGS):
        raise UnknownName("kind of file", path.name, f"a party's file ends in {', '.join(ENDINGS)}")
    return path


def _is_shown(path: Path) -> bool:
    return not path.name.startswith((".", "_"))


def _is_torn(path: Path) -> bool:
    try:
        with gzip.open(path) as opened:
            while opened.read(_CHUNK):
                pass
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return True
    return False
