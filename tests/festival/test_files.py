"""The files keep to their contracts, to their seed, and to the world that they are a part of."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from conf.errors import BrandcubeError
from jobs.festival.truth import Truth
from jobs.festival.world import generate
from jobs.festival.writer import sent
from jobs.identifiers import normalise
from schemas.catalogue import find
from schemas.contract import Column, Table
from tests.festival.conftest import World, make
from tests.festival.reading import rows

TABLES = [
    "ad_return", "brand", "campaign", "city", "consent", "coupon", "crm_member", "identity_binding", "live_session",
    "market_benchmark", "order_event", "product", "service_event", "shopping_event", "social_event", "warehouse",
]  # fmt: skip
EVENTS = ("social_event", "shopping_event", "order_event", "service_event", "identity_binding", "consent")


def _bytes(inbox: Path) -> dict[str, str]:
    files = sorted(path for path in inbox.rglob("*") if path.is_file())
    return {str(path.relative_to(inbox)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _world(inbox: Path, first: date, last: date, seed: int = 3) -> Path:
    generate(inbox, people=500, first=first, last=last, seed=seed, dirty=0.05)
    return inbox


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    days = date(2015, 10, 1), date(2015, 10, 3)
    first, second, other = (_world(tmp_path / str(n), *days, seed=seed) for n, seed in enumerate((3, 3, 4)))
    assert _bytes(first) == _bytes(second)
    assert _bytes(first) != _bytes(other)


def test_ranges_of_days_join_to_one_world(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    for inbox, first, last in ((whole, 8, 13), (parts, 8, 10), (parts, 11, 13)):
        generate(inbox, people=300, first=date(2015, 11, first), last=date(2015, 11, last), seed=9)
    for name in EVENTS:
        _assert_equal(rows(parts, name).drop_duplicates(), rows(whole, name))


def _assert_equal(one: pd.DataFrame, other: pd.DataFrame) -> None:
    columns = sorted(map(str, one))
    left, right = (frame.sort_values("event_id", ignore_index=True)[columns] for frame in (one, other))
    pd.testing.assert_frame_equal(left, right)


@pytest.mark.parametrize("name", [name for name in TABLES if name != "ad_return"])
def test_a_table_keeps_to_its_contract(season: World, name: str) -> None:
    table, told = find(f"landing.{name}"), rows(season.inbox, name)
    columns = {column.raw_name: column for column in sent(table)}
    assert set(told) - {"day"} <= set(columns)
    assert told["event_id"].is_unique
    for field, column in columns.items():
        _judge(table, column, told[field] if field in told else pd.Series([None] * len(told), dtype=object))


def _judge(table: Table, column: Column, values: pd.Series[Any]) -> None:
    where = f"{table.full_name}.{column.name}"
    assert column.nullable or values.notna().all(), where
    present = values.dropna()
    if column.allowed:
        words = [str(word).lower() for word in column.allowed]
        assert set(present.astype(str).str.lower().str.removesuffix(".0")) <= set(words), where
    if column.low is not None:
        assert (present.astype(float) >= column.low).all(), where
    if column.high is not None:
        assert (present.astype(float) <= column.high).all(), where
    if column.identifier:
        assert all(normalise(str(value), column.identifier) for value in present.unique()), where


def test_files_are_named_by_party_table_and_arrival_day(season: World) -> None:
    places = {
        path.relative_to(season.inbox).parent.as_posix() for path in season.inbox.rglob("*.*") if path.name != "truth.json"
    }
    sources = {name: find(f"landing.{name}").source for name in TABLES if name != "ad_return"}
    assert places == {f"{source.party}/{name}" for name, source in sources.items() if source}
    days = [date(2015, 10, 1) + timedelta(days=n) for n in range(43)]
    logs = sorted(path.name for path in (season.inbox / "tencent/social_event").iterdir())
    assert logs == [f"{day}.jsonl.gz" for day in days]


def test_a_few_rows_arrive_late_and_none_early_or_after_a_month(season: World) -> None:
    delays = []
    for path in sorted((season.inbox / "jd/order_event").iterdir()):
        told = pd.to_datetime(pd.read_parquet(path)["event_at"], unit="ms", utc=True).dt.tz_convert("Asia/Shanghai")
        delays += [(date.fromisoformat(path.stem) - day).days for day in told.dt.date]
    late = np.array(delays)
    assert (late >= 0).all()
    assert late.max() <= 30
    assert 0 < (late > 0).mean() < 0.02


def test_a_line_costs_no_more_than_its_pieces_and_its_refund_gives_back_what_was_paid(season: World) -> None:
    lines = rows(season.inbox, "order_event")
    assert (lines["paid_fen"] <= lines["quantity"] * lines["unit_price_fen"]).all()
    paid = lines[lines["status"].eq("paid")].set_index(["order_id", "line_no"])["paid_fen"]
    undone = lines[lines["status"].ne("paid")].set_index(["order_id", "line_no"])["paid_fen"]
    known = undone[undone.index.isin(paid.index)]
    assert len(known) > 0.5 * len(undone)
    assert (paid[known.index] == known).all()


def test_brands_share_people(season: World) -> None:
    lines = rows(season.inbox, "order_event")
    assert (lines.groupby("jd_pin")["brand_id"].nunique() > 1).mean() > 0.2


@pytest.mark.parametrize(
    ("people", "first", "last", "said"),
    [
        (500, date(2016, 1, 1), date(2016, 1, 2), "has no 2016-01-02"),
        (500, date(2015, 10, 2), date(2015, 10, 1), "must not come after"),
        (10, date(2015, 10, 1), date(2015, 10, 1), "ask for 200 or more"),
    ],
)
def test_a_world_that_cannot_be_says_why(tmp_path: Path, people: int, first: date, last: date, said: str) -> None:
    with pytest.raises(BrandcubeError, match=said):
        generate(tmp_path, people=people, first=first, last=last, seed=1)
    assert not list(tmp_path.iterdir())


def test_the_year_can_begin_and_end(tmp_path: Path) -> None:
    for day in (date(2015, 1, 1), date(2015, 12, 31)):
        assert generate(tmp_path / str(day), people=300, first=day, last=day, seed=1).rows["order_event"] > 0


def test_a_small_world_has_its_figures_too(tmp_path: Path) -> None:
    lines = rows(make(tmp_path, Truth(), people=300).inbox, "order_event")
    assert (lines["paid_fen"] > 0).all()
