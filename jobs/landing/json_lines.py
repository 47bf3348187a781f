"""JSON lines: one object a line becomes the texts of its fields, and whatever else stands in the line is found out.

Spark's parser passes over fields that it was not told of, and over what follows the object. Parsing each line a second time
to see them costs as much as the first. So a line's length is compared with the length that its known fields take
in the file's way of writing JSON: where they agree, nothing else stands there.
Only lines that differ are looked at again: their names first, and their further fields where there are any.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.landing.sent import fields
from schemas.contract import Table

_QUOTED = ("STRING", "DATE")
_START = re.compile(rb'(?:\xef\xbb\xbf)?\{"[^"\\]*":( ?)')
_AFTER_OBJECT = r'\}\s*[^\s,\]}"]'
"""What can follow a closing brace inside of a text only."""
_HALF = r"(?i)(?:\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2})\\ud[c-f][0-9a-f]{2})"
"""One half of an escaped pair that together is one character; alone it is none."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a file writes its objects, as its first lines show it.

    ``blank`` is 1 where one stands after each colon and comma; ``nulled`` are the fields that are written as null where
    they lack. Where ``has_bare_texts``, numbers stand where the contract has text: then lengths say nothing certain.
    """

    blank: int = 0
    nulled: tuple[str, ...] = ()
    has_bare_texts: bool = False

    @classmethod
    def of(cls, table: Table, lines: Sequence[bytes]) -> Habits:
        """The habits that some lines show."""
        known = [column for column in table.columns if column.raw_name in fields(table)]
        objects = [told for told in map(_object, lines) if told]
        blank = next((len(start[1]) for line in lines if (start := _START.match(line))), 0)
        texts = [column.raw_name for column in known if column.type == "STRING"]
        has_null = any(told.get(column.raw_name, "") is None for told in objects for column in known)
        nulled = tuple(sorted(column.raw_name for column in known if column.raw_name in objects[0])) if has_null else ()
        return cls(blank, nulled, any(isinstance(told.get(name), (int, float)) for told in objects for name in texts))


def is_plain(table: Table, line: Column, own: str, habits: Habits) -> Column:
    """True where the line is as long as its known fields, the texts in the struct ``own``, make it."""
    if habits.has_bare_texts:
        return F.lit(False)
    return F.octet_length(line) == _length(table, own, habits)


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


def _object(line: bytes) -> dict[str, object]:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _length(table: Table, own: str, habits: Habits) -> Column:
    """Bytes of an object of the known fields that are there, and of the nulls that are written for others."""
    sizes = []
    for column in table.columns:
        name = column.raw_name
        if name in fields(table):
            frame = len(name.encode()) + len('"":,') + 2 * habits.blank
            there = F.octet_length(F.col(f"{own}.{name}")) + F.lit(frame + (2 if column.type in _QUOTED else 0))
            sizes.append(F.coalesce(there, F.lit(frame + len("null") if name in habits.nulled else 0)))
    return reduce(Column.__add__, sizes) + F.lit(len("{}") - 1 - habits.blank)
