"""The parties' files: rows of a table as gzipped JSON lines, CSV or Parquet, the same bytes for the same rows."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from schemas.contract import Column, Table

_ARROW = {
    "STRING": pa.string(),
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "TIMESTAMP": pa.int64(),
    "DATE": pa.string(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
}
_SCHEMAS: dict[str, pa.Schema] = {}
_ADDED_BY_LANDING = ("day", "event_day", "party", "attributes")


def sent(table: Table) -> tuple[Column, ...]:
    """The columns that a party sends."""
    return tuple(column for column in table.columns if column.name not in _ADDED_BY_LANDING)


def schema_of(table: Table) -> pa.Schema:
    """The party's fields, named and typed as in its files."""
    if table.full_name not in _SCHEMAS:
        _SCHEMAS[table.full_name] = pa.schema([(column.raw_name, _ARROW[column.type]) for column in sent(table)])
    return _SCHEMAS[table.full_name]


def rows(table: Table, n: int, columns: Mapping[str, Any]) -> pa.Table:
    """``n`` rows in the table's order; a column that is not given is missing from every row."""
    unknown = columns.keys() - set(schema_of(table).names)
    if unknown:
        raise KeyError(f"{table.full_name} has no field {', '.join(sorted(unknown))}")
    fields = {field.name: _array(columns.get(field.name), field.type, n) for field in schema_of(table)}
    return pa.table(fields)


def concat(tables: Sequence[pa.Table], table: Table) -> pa.Table:
    """The rows of several batches, plain strings throughout."""
    schema = schema_of(table)
    plain = [batch if batch.schema.equals(schema) else batch.cast(schema) for batch in tables]
    return pa.concat_tables([*plain, schema.empty_table()])


def ids(prefix: str, n: int, width: int = 7) -> pa.Array:
    """``n`` ids: the prefix and a running number."""
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(n)), pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, numbers, "")


def coded(codes: Any, words: Sequence[str | None] | pa.Array, mask: Any = None) -> pa.Array:
    """A column of words from their numbers; where ``mask`` is set the word is missing."""
    dictionary = words if isinstance(words, pa.Array) else pa.array(words, pa.string())
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32(), mask=mask), dictionary)


def rendered(batch: pa.Table, table: Table) -> bytes:
    """The file's bytes before compression, for the formats that are text."""
    lines = _json_lines(batch) if table.source and table.source.format == "jsonl" else _csv_lines(batch)
    return _joined(lines)


def write(path: Path, batch: pa.Table, table: Table, lines: Sequence[bytes], records: Sequence[Mapping[str, Any]]) -> None:
    """One party's file of one arrival day, put in place only when it is whole.

    ``lines`` are further lines of a text file, ``records`` further rows of a Parquet file, as they are.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    if table.source and table.source.format == "parquet":
        fields = pa.schema([field.with_nullable(True) for field in schema_of(table)])
        whole = pa.concat_tables([batch.cast(fields), pa.Table.from_pylist([dict(row) for row in records], fields)])
        pq.write_table(whole, part, compression="snappy", store_schema=False)
    else:
        text = rendered(batch, table) + b"".join(lines)
        part.write_bytes(_gzipped(text) if path.suffix == ".gz" else text)
    part.replace(path)


def _array(values: Any, kind: pa.DataType, n: int) -> pa.Array:
    if values is None:
        return pa.nulls(n, kind)
    if isinstance(values, str | int | float):
        return coded(np.zeros(n, np.int32), [values]) if isinstance(values, str) else pa.repeat(pa.scalar(values, kind), n)
    if isinstance(values, pa.DictionaryArray):
        return values
    return values if isinstance(values, pa.Array) and values.type == kind else pa.array(values, kind)


def _gzipped(data: bytes) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _joined(lines: pa.Array) -> bytes:
    """The bytes of a string array's values, one after another."""
    whole = pa.concat_arrays(lines.chunks) if isinstance(lines, pa.ChunkedArray) else lines
    if not len(whole):
        return b""
    offsets = np.frombuffer(whole.buffers()[1], np.int32)[whole.offset : whole.offset + len(whole) + 1]
    return memoryview(whole.buffers()[2])[int(offsets[0]) : int(offsets[-1])].tobytes()


def _json_lines(batch: pa.Table) -> pa.Array:
    columns = [batch.column(name).combine_chunks() for name in batch.column_names]
    parts = [
        _fragment(column, f'{"," if place else "{"}"{name}":', _quote(column))
        for place, (name, column) in enumerate(zip(batch.column_names, columns, strict=True))
        if column.null_count < len(column) or not len(column)
    ]
    return pc.binary_join_element_wise(*parts, "}\n", "", null_handling="replace", null_replacement="")


def _csv_lines(batch: pa.Table) -> pa.Array:
    columns = [batch.column(name).combine_chunks() for name in batch.column_names]
    texts = [_text(column) for column in columns]
    lines = pc.binary_join_element_wise(*texts, ",", null_handling="replace", null_replacement="")
    header = pa.array([",".join(batch.column_names)])
    return pc.binary_join_element_wise(pa.concat_arrays([header, lines]), "\n", "")


def _quote(column: pa.Array) -> str:
    kind = column.type.value_type if isinstance(column, pa.DictionaryArray) else column.type
    return '"' if pa.types.is_string(kind) else ""


def _fragment(column: pa.Array, head: str, quote: str) -> pa.Array:
    """A field as JSON text, NULL where the value is; a word that repeats is written once and taken often."""
    if isinstance(column, pa.DictionaryArray):
        return _fragment(column.dictionary, head, quote).take(column.indices)
    return pc.binary_join_element_wise(head + quote, _text(column), quote, "") if quote else _bare(column, head)


def _bare(column: pa.Array, head: str) -> pa.Array:
    return pc.binary_join_element_wise(head, _text(column), "")


def _text(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.DictionaryArray):
        return column.dictionary.take(column.indices)
    return column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
