"""Inspection: one look at a file's bytes before Spark reads them, for what is wrong with the file as a whole.

A file that cannot be read is refused whole, as one counted row with the reason. Of a text file it is also found out
how it must be read: whether all of it is UTF-8, and whether a quoted CSV field runs over several lines.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from conf.settings import Landing

TORN_FILE = "torn_file"
"""A compressed file that ends before its end, goes on after it, or is none."""
TOO_LARGE = "too_large"
"""A file that unpacks to more bytes than ``landing.most_expanded_bytes``; it is unpacked no further than to there."""
LONG_LINE = "long_line"
"""A stretch without a line's end that no reader should have to hold in memory."""
ENCODING = "encoding"
"""A file in UTF-16 or UTF-32; of a row: bytes that are no UTF-8."""
UNREADABLE = "unreadable_file"
"""A Parquet file that is none, or whose inside is damaged."""
FILE_REASONS = {
    TORN_FILE: "is cut short or damaged",
    TOO_LARGE: "unpacks to more than landing.most_expanded_bytes",
    LONG_LINE: "has a line without an end",
    ENCODING: "is not in UTF-8",
    UNREADABLE: "is no Parquet file that can be read",
}
"""What is said of a file that is refused whole."""

_CHUNK = 1 << 20
_MOST_LINE = 64 << 20
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
_SAMPLE = 100
_STRANGE = ("time32", "time64", "duration", "halffloat", "interval")
_MANY_NULS = 8
"""A file with a NUL in every so many bytes is no text of one byte an ASCII letter."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What an inspection found: the reason to refuse the file, or how to read it.

    ``columns`` as the file heads them; ``sample`` the first lines of a file without headings.
    """

    defect: str = ""
    columns: tuple[str, ...] = ()
    is_utf8: bool = True
    has_long_cells: bool = False
    sample: tuple[bytes, ...] = field(default=(), repr=False, compare=False)


def inspected(path: Path, limits: Landing) -> Findings:
    """Look through the file once, holding a chunk of it; stops at the first thing that refuses the whole file."""
    return _parquet(path, limits) if path.name.endswith(".parquet") else _text(path, limits)


def told_apart(names: Iterator[str] | list[str]) -> tuple[str, ...]:
    """Each heading once: the first column of a name keeps it, a second one is ``name#2``, one without is ``column#n``."""
    seen: Counter[str] = Counter()
    told = []
    for place, name in enumerate((name.strip() for name in names), start=1):
        seen[name] += 1
        told.append(f"column#{place}" if not name else name if seen[name] == 1 else f"{name}#{seen[name]}")
    return tuple(told)


class _Look:
    """What is known of a text file after so many of its bytes."""

    def __init__(self, limits: Landing, *, is_csv: bool) -> None:
        self.limits, self.is_csv = limits, is_csv
        self.is_utf8 = True
        self.has_long_cells = False
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._n_bytes = self._n_line = self._n_nul = 0
        self._line = b""

    def take(self, chunk: bytes) -> str:
        """Look at the next bytes; the reason to refuse the file, or nothing."""
        if self._n_bytes == 0 and chunk.startswith(_MARKS):
            return ENCODING
        self._n_bytes += len(chunk)
        self._n_nul += chunk.count(0)
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._n_line = len(chunk) - last - 1 if last >= 0 else self._n_line + len(chunk)
        self.is_utf8 = self.is_utf8 and self._is_utf8(chunk)
        if self.is_csv and not self.has_long_cells:
            self._count_quotes(chunk)
        if self._n_nul * _MANY_NULS > self._n_bytes:
            return ENCODING
        if self._n_bytes > self.limits.most_expanded_bytes:
            return TOO_LARGE
        return LONG_LINE if self._n_line > _MOST_LINE else ""

    def ends_well(self) -> bool:
        """True where all that was looked at is UTF-8, to its last byte."""
        return self.is_utf8 and not self._decoder.getstate()[0]

    def _is_utf8(self, chunk: bytes) -> bool:
        if chunk.isascii() and not self._decoder.getstate()[0]:
            return True
        try:
            self._decoder.decode(chunk)
        except UnicodeDecodeError:
            return False
        return True

    def _count_quotes(self, chunk: bytes) -> None:
        """A line with an odd number of quotes opens or closes a field that runs on."""
        if b'"' not in chunk and b'"' not in self._line:
            self._line = chunk[chunk.rfind(b"\n") + 1 :]
            return
        *lines, self._line = (self._line + chunk).split(b"\n")
        self.has_long_cells = any(line.count(b'"') % 2 for line in lines)


def _text(path: Path, limits: Landing) -> Findings:
    is_csv = path.name.endswith((".csv", ".csv.gz"))
    look, sample = _Look(limits, is_csv=is_csv), b""
    try:
        with _opened(path) as opened:
            while chunk := opened.read(_CHUNK):
                sample = sample or chunk
                if defect := look.take(chunk):
                    return Findings(defect)
    except (EOFError, gzip.BadGzipFile, zlib.error):
        return Findings(TORN_FILE)
    columns, lines = (_header(path), ()) if is_csv else ((), tuple(sample.split(b"\n", _SAMPLE)[:_SAMPLE]))
    return Findings("", columns, look.ends_well(), look.has_long_cells, lines)


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.name.endswith(".gz") else path.open("rb")


def _header(path: Path) -> tuple[str, ...]:
    opener = gzip.open if path.name.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as opened:
        return told_apart(next((names for names in csv.reader(opened) if names), []))


def _parquet(path: Path, limits: Landing) -> Findings:
    """Its columns and types from the footer; then all of it is read once, as damage behind the footer shows only there."""
    try:
        with pq.ParquetFile(path) as opened:
            n_bytes = sum(opened.metadata.row_group(place).total_byte_size for place in range(opened.num_row_groups))
            if max(opened.metadata.num_rows, n_bytes) > limits.most_expanded_bytes:
                return Findings(TOO_LARGE)
            columns = tuple(f"{field.name} {field.type}" for field in opened.schema_arrow)
            if not _is_known(opened.schema_arrow):
                return Findings(UNREADABLE)
            for _ in opened.iter_batches():
                pass
    except (pa.ArrowException, OSError):
        return Findings(UNREADABLE)
    return Findings("", columns)


def _is_known(schema: pa.Schema) -> bool:
    """True where Spark knows all of the types, and no two names differ in case only."""
    names = [name.lower() for name in schema.names]
    return len(set(names)) == len(names) and not any(kind in str(field.type) for field in schema for kind in _STRANGE)
