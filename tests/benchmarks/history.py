"""The benchmark's shape: tiles of many days, straight into the tile table, by people who keep to their brands and cities."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb
from deltalake import CommitProperties, write_deltalake

from jobs.lake import Lake
from schemas.catalogue import find
from tests.frames import frame

TILE = find("core.user_brand_day")
FIRST = date(2014, 1, 5)
_AT_ONCE = 20
"""Days that are written in one commit."""
_NOTE = CommitProperties(custom_metadata={"userMetadata": json.dumps({"kind": "bench"})})
"""A commit that says nothing of itself would count as one that erased somebody."""
_FLAGS = (
    "n_interest",
    "n_share",
    "n_live",
    "n_opened",
    "n_joined",
    "n_brought",
    "n_led",
    "n_led_link",
    "n_kept",
    "n_returned",
    "n_rated",
)

_EVENTS = """
SELECT DATE '{first}' + (n // {events})::INT AS day, hash(n) AS e,
    ({people} * pow((hash(n, 1) % 1000000) / 1e6, 2))::BIGINT AS person, hash(n, 2) % 6 AS taste
FROM range({start}, {stop}) AS numbers(n)
"""
_TILES = """
SELECT day, 'jd_pin' AS account_type, sha256(person::VARCHAR) AS account_hash,
    format('b{{:02d}}', hash(person, taste) % {brands}) AS brand_id,
    ['jd_app', 'search', 'wechat_discovery', 'live', 'mini_program'][1 + (hash(person, taste % 3) % 5)::INT] AS scene,
    format('c{{:02d}}', hash(person, taste, 1) % 40) AS category,
    (110000 + 100 * (hash(person, CASE WHEN e % 20 = 0 THEN taste END) % 300))::VARCHAR AS city_code,
    sum((e % 10 < 9)::INT)::BIGINT AS n_touch, sum((e % 7 = 0)::INT)::BIGINT AS n_impression,
    sum((e % 7 > 2)::INT)::BIGINT AS n_click, {flags},
    sum(CASE e % 40 WHEN 0 THEN 1 WHEN 1 THEN -1 WHEN 2 THEN 1 ELSE 0 END)::BIGINT AS n_order,
    sum(CASE e % 40 WHEN 0 THEN 2 WHEN 1 THEN -2 WHEN 2 THEN 1 ELSE 0 END)::BIGINT AS n_item,
    sum(CASE e % 40 WHEN 0 THEN 9900 WHEN 1 THEN -9900 WHEN 2 THEN e % 5000 ELSE 0 END)::BIGINT AS net_fen,
    sum((e % 80 = 0)::INT)::BIGINT AS n_coupon, sum(CASE WHEN n_rated THEN 1 + e % 5 ELSE 0 END)::BIGINT AS n_star,
    sum((n_kept OR e % 50 = 49)::INT)::BIGINT AS n_promised
FROM events GROUP BY ALL
"""


@dataclass(frozen=True)
class Shape:
    """How many people, brands, and events a day."""

    people: int
    brands: int
    events: int


def write(lake: Lake, shape: Shape, days: Iterable[int], festivals: frozenset[int] = frozenset()) -> None:
    """Write the tiles of the days, counted from ``FIRST``; a festival's have ten times the events."""
    numbers = sorted(days)
    if not lake.exists(TILE):
        lake.replace(TILE, frame(lake.spark, TILE, []), [FIRST], {})
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    for start in range(0, len(numbers), _AT_ONCE):
        parts = [_events(shape, day, 10 if day in festivals else 1) for day in numbers[start : start + _AT_ONCE]]
        marked = ", ".join(f"e % 50 = {place} AS {name}" for place, name in enumerate(_FLAGS))
        flags = ", ".join(f"sum({name}::INT)::BIGINT AS {name}" for name in _FLAGS)
        events = f"WITH events AS (SELECT *, {marked} FROM ({' UNION ALL '.join(parts)}))"
        query = f"{events} {_TILES.format(brands=shape.brands, flags=flags)}"
        ordered = connection.sql(f"SELECT {', '.join(TILE.column_names)} FROM ({query})")
        rows = ordered.to_arrow_reader()
        write_deltalake(lake.path(TILE), rows, mode="append", partition_by=["day"], commit_properties=_NOTE)


def _events(shape: Shape, day: int, times: int) -> str:
    """The events of one day."""
    start = day * 20 * shape.events
    return _EVENTS.format(
        first=FIRST + timedelta(day), events=10**15, people=shape.people, start=start, stop=start + times * shape.events
    )
