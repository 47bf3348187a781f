"""Broken rows beside the good ones: what parties really send now and then, each kind counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from jobs.festival.quota import stream
from jobs.festival.writer import sent
from schemas.contract import IdentifierType, Table

Row = dict[str, Any]
NO_NAME = "metaverse"
"""A scene, status or purpose that no contract allows."""
_UNFIT = {IdentifierType.PHONE: "12345", IdentifierType.OPENID: "not an openid!", IdentifierType.JD_PIN: "=1+1"}


class Dirt:
    """The broken rows of one file, ready to be written: text lines for text files, rows for Parquet."""

    def __init__(self, seed: int, share: float, table: Table, day: int, batch: pa.Table) -> None:
        self.table = table
        self.counts: dict[str, int] = {}
        self.lines: list[bytes] = []
        self.rows: list[Row] = []
        rng = stream(seed, "dirt", table.name, day)
        n = min(int(share * len(batch) + rng.random()), len(batch)) if share else 0
        chosen = batch.take(pa.array(rng.choice(len(batch), n, replace=False))).to_pylist() if n else []
        kinds = rng.permutation(list(self._kinds()))
        for place, row in enumerate(chosen):
            self._add(str(kinds[place % len(kinds)]), row, place)

    def _kinds(self) -> Mapping[str, Callable[[Row], Row]]:
        """What can be wrong with a row of the table."""
        columns = sent(self.table)
        words = [column.raw_name for column in columns if column.allowed and column.type == "STRING"]
        counts = [column.raw_name for column in columns if column.low is not None and not column.nullable]
        unfit = {column.raw_name: _UNFIT[column.identifier] for column in columns if column.identifier in _UNFIT}
        kinds: dict[str, Callable[[Row], Row]] = {
            "duplicate": lambda row: row,
            "missing_id": lambda row: row | {"event_id": None},
            "missing_time": lambda row: row | {"event_at": None},
        }
        if self._is_text:
            kinds |= {"wrong_type": lambda row: row | {"event_at": "yesterday"}, "torn": lambda row: row}
            kinds |= {"bad_date": lambda row: row | {"event_at": "2015-13-45"}}
        if words:
            kinds["unknown_word"] = lambda row: row | {"scene" if "scene" in words else words[0]: NO_NAME}
        if counts:
            kinds["negative"] = lambda row: row | {counts[-1]: -1}
        if unfit:
            kinds["bad_identifier"] = lambda row: row | {list(unfit)[-1]: list(unfit.values())[-1]}
        return kinds

    @property
    def _is_text(self) -> bool:
        return self.table.source is not None and self.table.source.format != "parquet"

    def _add(self, kind: str, row: Row, place: int) -> None:
        """Break a copy of the row, under an id of its own unless it is to be a duplicate."""
        own = row if kind == "duplicate" else row | {"event_id": f"{row['event_id']}-x{place}"}
        broken = self._kinds()[kind](own)
        self.counts[kind] = self.counts.get(kind, 0) + 1
        if not self._is_text:
            self.rows.append(broken)
            return
        line = self._line(broken)
        self.lines.append((line[: line.index(",") - 1] if kind == "torn" else line).encode() + b"\n")

    def _line(self, row: Row) -> str:
        if self.table.source and self.table.source.format == "jsonl":
            told = {name: value for name, value in row.items() if value is not None}
            return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return ",".join(_csv(value) for value in row.values())


def _csv(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def total(counts: Mapping[str, Mapping[str, int]]) -> int:
    """All broken rows of all tables."""
    return int(np.sum([n for kinds in counts.values() for n in kinds.values()], dtype=np.int64))
