"""Broken rows stand beside the good ones, and every one is counted."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from jobs.festival.world import Generated, generate

FIRST, LAST = date(2015, 10, 1), date(2015, 10, 4)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Generated]]:
    folders = {name: tmp_path_factory.mktemp(name) for name in ("clean", "dirty")}
    shares = {"clean": 0.0, "dirty": 0.05}
    return {
        name: (path, generate(path, people=2_000, first=FIRST, last=LAST, seed=5, dirty=shares[name]))
        for name, path in folders.items()
    }


def test_dirty_rows_come_on_top_of_the_clean_ones(worlds: dict[str, tuple[Path, Generated]]) -> None:
    (clean, made), (dirty, told) = worlds["clean"], worlds["dirty"]
    assert made.dirty == {}
    for path in sorted(clean.rglob("*.gz")):
        text = gzip.decompress((dirty / path.relative_to(clean)).read_bytes())
        assert text.startswith(gzip.decompress(path.read_bytes()))
    assert {name: told.rows[name] - n for name, n in made.rows.items() if told.rows[name] != n} == {
        name: sum(kinds.values()) for name, kinds in told.dirty.items()
    }


def test_the_share_is_kept_and_the_kinds_are_told(worlds: dict[str, tuple[Path, Generated]]) -> None:
    folder, made = worlds["dirty"]
    assert sum(made.dirty["shopping_event"].values()) / made.rows["shopping_event"] == pytest.approx(0.05, abs=0.005)
    text_kinds = {"duplicate", "missing_id", "missing_time", "wrong_type", "torn", "bad_date", "unknown_word", "bad_identifier"}
    assert set(made.dirty["shopping_event"]) == text_kinds
    assert set(made.dirty["order_event"]) == {
        "duplicate",
        "missing_id",
        "missing_time",
        "unknown_word",
        "negative",
        "bad_identifier",
    }
    assert json.loads((folder / "truth.json").read_text("utf-8"))["dirty"] == made.dirty


def test_each_kind_is_broken_in_its_own_way(worlds: dict[str, tuple[Path, Generated]]) -> None:
    folder, made = worlds["dirty"]
    lines = [
        line for path in (folder / "jd/shopping_event").iterdir() for line in gzip.decompress(path.read_bytes()).splitlines()
    ]
    torn = [line for line in lines if not line.endswith(b"}")]
    sound = pd.DataFrame([json.loads(line) for line in lines if line.endswith(b"}")])
    kinds = made.dirty["shopping_event"]
    assert len(torn) == kinds["torn"]
    assert sound["event_id"].isna().sum() == kinds["missing_id"]
    assert sound["scene"].eq("metaverse").sum() == kinds["unknown_word"]
    assert sound["event_at"].eq("yesterday").sum() == kinds["wrong_type"]
    assert sound["event_id"].dropna().duplicated().sum() == kinds["duplicate"]


def test_a_parquet_file_holds_its_broken_rows_too(worlds: dict[str, tuple[Path, Generated]]) -> None:
    folder, made = worlds["dirty"]
    lines = pd.concat([pd.read_parquet(path) for path in (folder / "jd/order_event").iterdir()])
    assert lines["paid_fen"].lt(0).sum() == made.dirty["order_event"]["negative"]
    assert len(lines) == made.rows["order_event"]
