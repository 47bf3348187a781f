"""A small lake with history, what arrives next, and what must hold after any fault."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deltalake import DeltaTable
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.lake import Lake, Summary
from jobs.landing.ingest import land
from jobs.serving.export import export
from schemas.catalogue import find, layer
from schemas.contract import Table
from tests.frames import frame
from tests.landing.sending import DAY, MEMBER, SOCIAL, at, row, send

LIST = find("serving.target_list")
DELIVERY = ("exports", "b01", "brand", DAY.isoformat())
_KEYED = (SOCIAL, MEMBER)


@dataclass(frozen=True)
class State:
    """All that a lake holds: each table's summary, and the bytes of every file that left it."""

    tables: dict[str, Summary]
    files: dict[str, bytes]


def history(spark: SparkSession, settings: Settings, folder: Path) -> Lake:
    """A lake on which a first file of the day has landed and a list was made."""
    inbox, lake = folder / "earlier", Lake(spark, folder / "history")
    send(inbox, SOCIAL, [row(SOCIAL, f"a{n}", openid=_openid(n)) for n in range(30)], name=f"{DAY}.a.jsonl.gz")
    land(spark, lake, settings, source="all", path=inbox, day=DAY)
    listed = [
        {"day": str(DAY), "person_id": f"p{n}", "brand_id": "b01", "list_id": f"b01-{DAY:%Y%m%d}", "audience_hash": _hash(n)}
        for n in range(60)
    ]
    lake.replace(LIST, frame(spark, LIST, listed), [DAY], {})
    return lake


def arrivals(inbox: Path) -> Path:
    """What arrives next: a second file of the day with new, repeated, late and broken rows, and the members. The former."""
    new = [row(SOCIAL, f"b{n}", openid=_openid(100 + n)) for n in range(40)]
    repeated = [row(SOCIAL, f"a{n}", openid=_openid(n)) for n in range(5)] + new[:3]
    late = [row(SOCIAL, f"l{n}", event_at=at(date(2015, 10, 28 + n))) for n in range(3)]
    broken = [row(SOCIAL, f"x{n}", action="teleport") for n in range(4)]
    send(inbox, MEMBER, [row(MEMBER, f"m{n}", member_no=f"B01-{10000000 + n}") for n in range(10)])
    (inbox / "truth.json").write_text(json.dumps({"seed": 1, "figures": {"people": 60}}))
    return send(inbox, SOCIAL, [*new, *repeated, *late, *broken, "{torn"], name=f"{DAY}.b.jsonl.gz")


def play(lake: Lake, settings: Settings, inbox: Path) -> None:
    """What a run does: land what has arrived, deliver the list."""
    land(lake.spark, lake, settings, source="all", path=inbox, day=DAY)
    export(lake, settings, brand_id="b01", destination="brand", day=DAY)


def copied(lake: Path, to: Path) -> Path:
    """A fresh copy of a lake, in place of what is there."""
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(lake, to))


def state(lake: Lake) -> State:
    """What the lake holds now, hidden leftovers included."""
    found = [table for name in ("landing", "serving") for table in layer(name) if lake.exists(table)]
    files = [path for path in (lake.root / "exports").rglob("*") if path.is_file()] + [lake.root / "truth.json"]
    loose = [path for path in lake.root.iterdir() if path.name.startswith(".")]
    return State(
        {table.full_name: lake.summary(table) for table in found},
        {str(path.relative_to(lake.root)): path.read_bytes() for path in (*files, *loose) if path.exists()},
    )


def differences(found: State, expected: State) -> list[str]:
    """The names of tables and files in which two lakes differ."""
    tables = found.tables.keys() | expected.tables.keys()
    files = found.files.keys() | expected.files.keys()
    odd = [name for name in tables if found.tables.get(name) != expected.tables.get(name)]
    return sorted(odd + [name for name in files if found.files.get(name) != expected.files.get(name)])


def lost_and_doubled(root: Path, expected: Path) -> tuple[int, int]:
    """Of the parties' rows: how many the lake lacks and how many it holds more than once, read without Spark."""
    lost = doubled = 0
    for table in _KEYED:
        found, wanted = _keys(root, table), _keys(expected, table)
        lost += sum((wanted - found).values())
        doubled += sum((found - wanted).values())
    return lost, doubled


def half_manifests(delivery: Path) -> int:
    """1 where the folder of a delivery can be seen but is not whole."""
    if not delivery.exists():
        return 0
    names = {path.name for path in delivery.iterdir()}
    if "manifest.json" not in names:
        return 1
    try:
        files = json.loads((delivery / "manifest.json").read_bytes())["files"]
    except json.JSONDecodeError:
        return 1
    named = {file["name"] for file in files}
    is_whole = names == named | {"manifest.json", "receipt.html"} and all(_is_whole(delivery, file) for file in files)
    return int(not is_whole)


def _is_whole(delivery: Path, file: dict[str, Any]) -> bool:
    return bool(hashlib.sha256((delivery / file["name"]).read_bytes()).hexdigest() == file["sha256"])


def _keys(root: Path, table: Table) -> Counter[tuple[str, str]]:
    folder = root / table.layer / table.name
    if not list((folder / "_delta_log").glob("*.json")):
        return Counter()
    rows = DeltaTable(str(folder)).to_pyarrow_table(columns=["party", "event_id"]).to_pydict()
    return Counter(zip(rows["party"], rows["event_id"], strict=True))


def _openid(n: int) -> str:
    return f"o{n:027d}"


def _hash(n: int) -> str:
    return f"pv1_1_{hashlib.sha256(str(n).encode()).hexdigest()}"
