from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.settings import Settings
from expectations.gate import Gate
from jobs.changes import as_of
from jobs.core import first_order
from jobs.lake import Lake
from jobs.runner import Runner
from schemas.catalogue import find
from tests.frames import frame

TABLE, ORDER = find("core.first_order"), find("core.order_line")
OCTOBER, FIRST, SECOND, THIRD, FOURTH = date(2015, 10, 31), *(date(2015, 11, day) for day in (1, 2, 3, 4))


def _line(account: str, day: date, clock: str = "12:00:00", scene: str = "live", **facts: Any) -> dict[str, Any]:
    return {"account_hash": account, "day": day, "event_at": f"{day} {clock}", "scene": scene, **facts}


def _orders(spark: SparkSession, *lines: dict[str, Any]) -> DataFrame:
    return frame(spark, ORDER, [{**line, "event_id": f"e{place}"} for place, line in enumerate(lines)])


def _told(rows: DataFrame) -> dict[str, tuple[date, str]]:
    return {row.account_hash: (row.first_order_day, row.scene) for row in rows.collect()}


def test_the_earliest_paid_line_counts_whatever_became_of_it(spark: SparkSession, settings: Settings) -> None:
    orders = _orders(
        spark,
        _line("a", SECOND),
        _line("a", FIRST, "12:00:01"),
        _line("a", FIRST, scene="search"),
        _line("a", THIRD, status="refunded", n_order=-1),
        _line("b", FIRST, status="cancelled"),
    )
    rows = first_order.build(orders, day=THIRD, settings=settings)
    first = {"account_hash": "a", "first_order_at": f"{FIRST} 12:00:00", "first_order_day": FIRST, "scene": "search"}
    assertDataFrameEqual(rows, frame(spark, TABLE, [first | {"day": THIRD}]))


@pytest.fixture
def runner(lake: Lake, settings: Settings) -> Runner:
    gate = cast(Gate, SimpleNamespace(judge=lambda *_: SimpleNamespace(is_critical=False)))
    return Runner(lake, settings, gate, lambda day: None)


def test_late_and_lost_lines_move_the_first_order_as_if_all_were_read_anew(spark: SparkSession, runner: Runner) -> None:
    arrivals: dict[date, dict[date, list[dict[str, Any]]]] = {
        SECOND: {FIRST: [_line("a", FIRST), _line("d", FIRST), _line("e", FIRST)], SECOND: [_line("b", SECOND)]},
        THIRD: {
            OCTOBER: [_line("a", OCTOBER, scene="search")],
            THIRD: [_line("c", THIRD), _line("b", THIRD), _line("e", THIRD)],
        },
        FOURTH: {OCTOBER: [], FIRST: [_line("a", FIRST)], FOURTH: [_line("b", FOURTH)]},
    }
    told, kept = {}, {}
    for night, days in arrivals.items():
        lines = [line for rows in days.values() for line in rows]
        runner.lake.replace(ORDER, _orders(spark, *lines), list(days), {"kind": "night"})
        runner.run(TABLE, [night])
        assertDataFrameEqual(as_of(runner.lake, TABLE, night), runner.frame(TABLE, [night]))
        told[night], kept[night] = _told(as_of(runner.lake, TABLE, night)), _told(runner.lake.read(TABLE, [night]))
    assert told == {
        SECOND: {"a": (FIRST, "live"), "b": (SECOND, "live"), "d": (FIRST, "live"), "e": (FIRST, "live")},
        THIRD: told[SECOND] | {"a": (OCTOBER, "search"), "c": (THIRD, "live")},
        FOURTH: {"a": (FIRST, "live"), "b": (SECOND, "live"), "c": (THIRD, "live"), "e": (THIRD, "live")},
    }
    assert kept[THIRD].keys() == {"a", "c"}
    assert kept[FOURTH].keys() == {"a", "d", "e"}
