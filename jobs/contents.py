"""What a file holds: its bytes as they are, and whatever they decode to, as a stream of pieces under a name each."""

from __future__ import annotations

import gzip
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

CHUNK = 1 << 20
_BETWEEN = b"\x00"
_ROWS = 1 << 16
_NAMED = "utf-8", "backslashreplace"

Layer = tuple[str, Iterable[bytes]]
"""A way to look at a file ("raw", "gzip", "parquet:name", …) and its bytes in pieces that follow each other."""

Undecodable = (OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowInvalid, sqlite3.DatabaseError)
"""What reading a layer raises where a file is not what its first bytes say, or ends early."""


def layers(path: Path) -> Iterator[Layer]:
    """All layers of a file, the raw one first. Pieces already read stand, where a later one raises ``Undecodable``."""
    with path.open("rb") as opened:
        yield from _within(opened, "raw", path)


def _within(opened: IO[bytes], form: str, path: Path | None = None) -> Iterator[Layer]:
    """The opened file itself, then what its first bytes say that it is."""
    head = opened.read(16)
    opened.seek(0)
    yield form, _pieces(opened)
    opened.seek(0)
    for magic, decoded in _DECODED.items():
        if head.startswith(magic):
            yield from decoded(opened, form.removeprefix("raw"))
    if path and head.startswith(b"SQLite format 3\x00"):
        yield from _cells(path)


def _pieces(opened: Any) -> Iterator[bytes]:
    """What each read gives, so that what comes before a damage is not lost with it."""
    return iter(partial(opened.read1, CHUNK), b"")


def _gzip(opened: IO[bytes], form: str) -> Iterator[Layer]:
    with gzip.GzipFile(fileobj=opened) as unpacked:
        yield from _within(cast("IO[bytes]", unpacked), f"{form}gzip ")


def _zip(opened: IO[bytes], form: str) -> Iterator[Layer]:
    with zipfile.ZipFile(opened) as packed:
        for member in packed.infolist():
            yield f"{form}zip's names", [member.filename.encode(*_NAMED)]
            with packed.open(member) as unpacked:
                yield from _within(unpacked, f"{form}zip ")


def _zlib(opened: IO[bytes], form: str) -> Iterator[Layer]:
    yield f"{form}zlib", _inflated(_pieces(opened))


def _inflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    stream = zlib.decompressobj()
    for piece in packed:
        yield stream.decompress(piece)
    yield stream.flush()


def _zstd(opened: IO[bytes], form: str) -> Iterator[Layer]:
    with pa.CompressedInputStream(pa.PythonFile(opened, "r"), "zstd") as unpacked:
        yield f"{form}zstd", _pieces(unpacked)


def _parquet(opened: IO[bytes], form: str) -> Iterator[Layer]:
    with pq.ParquetFile(opened) as file:
        for name in file.schema_arrow.names:
            yield f"{form}parquet:{name}", _values(file, name)


def _values(file: pq.ParquetFile, name: str) -> Iterator[bytes]:
    """A column's texts, bytes and whole numbers, at whatever depth, one after the other."""
    for batch in file.iter_batches(_ROWS, columns=[name]):
        for column in batch.columns:
            for leaf in _leaves(column):
                yield _joined(leaf)


def _leaves(values: pa.Array) -> Iterator[pa.Array]:
    kind = values.type
    if pa.types.is_dictionary(kind):
        yield from _leaves(values.dictionary_decode())
    elif pa.types.is_struct(kind):
        for field in values.flatten():
            yield from _leaves(field)
    elif pa.types.is_map(kind):
        yield from _leaves(values.keys)
        yield from _leaves(values.items)
    elif pa.types.is_list(kind) or pa.types.is_large_list(kind):
        yield from _leaves(values.flatten())
    elif pa.types.is_integer(kind):
        yield pc.cast(values, pa.string())
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        yield values
    elif pa.types.is_large_string(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        yield values.cast(pa.binary())


def _joined(leaf: pa.Array) -> bytes:
    """The values with a NUL before, between and after them, so that no two neighbours make up a third."""
    there = leaf.drop_null()
    rows = pa.ListArray.from_arrays(pa.array([0, len(there)], pa.int32()), there)
    text = pc.binary_join(rows, _BETWEEN.decode() if pa.types.is_string(there.type) else _BETWEEN)[0].as_py()
    return _BETWEEN + (text.encode() if isinstance(text, str) else text) + _BETWEEN


def _cells(path: Path) -> Iterator[Layer]:
    """The cells of each table of an SQLite file, which its pages may hold in pieces; packed ones unpacked as well."""
    database = sqlite3.connect(f"file:{path.absolute()}?mode=ro&immutable=1", uri=True)
    database.text_factory = bytes
    try:
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0").fetchall()
        for (table,) in tables:
            name = table.decode().replace('"', '""')
            yield f"sqlite:{table.decode()}", _cell_bytes(database.execute(f'SELECT * FROM "{name}"'))  # noqa: S608
    finally:
        database.close()


def _cell_bytes(rows: Iterable[tuple[object, ...]]) -> Iterator[bytes]:
    for row in rows:
        for cell in row:
            told = cell if isinstance(cell, bytes) else str(cell).encode()
            yield _BETWEEN + told + _BETWEEN
            if told.startswith((b"\x1f\x8b", *_ZLIB)):
                yield from _inflated_cell(told)


def _inflated_cell(told: bytes) -> Iterator[bytes]:
    """What a cell unpacks to; it may merely begin like a packed one."""
    try:
        yield zlib.decompress(told, wbits=47)
    except zlib.error:
        return


_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
_DECODED: dict[bytes, Callable[[IO[bytes], str], Iterator[Layer]]] = {
    b"\x1f\x8b": _gzip,
    b"PK\x03\x04": _zip,
    b"\x28\xb5\x2f\xfd": _zstd,
    b"PAR1": _parquet,
    **dict.fromkeys(_ZLIB, _zlib),
}
