"""JSON lines: one object a line becomes the texts of its fields, and whatever else stands in the line is found out.

Spark's parser passes over fields that it was not told of, and over what follows the object. Parsing each line a second time
to see them costs as much as the first. So a line's length is compared with the length that its known fields take
in either usual way of writing JSON (with blanks after the signs or without): where they agree, nothing else stands there.
Only lines that differ are looked at again: their names first, and their further fields where there are any.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.landing.sent import fields
from schemas.contract import Table

_QUOTED = ("STRING", "DATE")
_AFTER_OBJECT = r'\}\s*[^\s,\]}"]'
"""What can follow a closing brace inside of a text only."""
_HALF = r"(?i)(?:\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2})"
"""One half of an escaped pair that together is one character; alone it is none."""


def is_plain(table: Table, line: Column, own: str) -> Column:
    """True where the line is as long as its known fields, the texts in the struct ``own``, make it."""
    n_bytes = F.octet_length(line)
    return (n_bytes == _length(table, own, 0)) | (n_bytes == _length(table, own, 1))


def is_one_object(line: Column) -> Column:
    """True where the line holds one object and nothing after it."""
    body = F.trim(line)
    return body.startswith("{") & body.endswith("}") & ~body.rlike(_AFTER_OBJECT)


def has_half_characters(line: Column) -> Column:
    """True where the line names a character that is none, which the parser would replace by another."""
    return line.rlike(_HALF)


def beyond(table: Table, line: Column) -> Column:
    """The line's fields that the table does not know, as a map of texts; NULL where there are none."""
    names = fields(table)
    unknown = F.array_except(F.json_object_keys(line), F.array(*map(F.lit, names)))
    every = F.from_json(line, "MAP<STRING,STRING>")
    told = F.map_filter(every, lambda name, text: ~name.isin(*names) & text.isNotNull() & (text != ""))
    return F.when(F.size(unknown) > 0, told)


def has_bare_texts(table: Table, lines: Iterable[bytes]) -> bool:
    """True where one of the lines holds a number where the contract has text: then lengths say nothing certain."""
    texts = [column.raw_name for column in table.columns if column.raw_name in fields(table) and column.type == "STRING"]
    return any(isinstance(told.get(name), (int, float)) for told in map(_object, lines) for name in texts)


def _object(line: bytes) -> dict[str, object]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _length(table: Table, own: str, blank: int) -> Column:
    """Bytes of an object of the known fields that are there, with that many blanks after each colon and comma."""
    sizes = []
    for column in table.columns:
        if column.raw_name in fields(table):
            signs = len('"":,') + 2 * blank + (2 if column.type in _QUOTED else 0)
            text = F.octet_length(F.col(f"{own}.{column.raw_name}"))
            sizes.append(F.coalesce(text + F.lit(len(column.raw_name.encode()) + signs), F.lit(0)))
    return reduce(Column.__add__, sizes) + F.lit(len("{}") - 1 - blank)
