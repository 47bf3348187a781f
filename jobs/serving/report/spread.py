"""How far honest ways of looking at the same before-and-after figure lie apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from jobs.serving.report.festival import Festival
from jobs.serving.report.measures import Day
from jobs.stats.estimate import Estimate, NotEnough
from jobs.stats.ratio import ratio_of_rates


class View(NamedTuple):
    """One way of looking at a figure: what is compared with what, and what comes of it with the days' own spread."""

    figure: str
    words: str
    words_zh: str
    estimate: Estimate


def views(days: Sequence[Day], festival: Festival) -> list[View]:
    """The entrance's sales and orders against other baselines; those without any sale are left out."""
    october, window = festival.october, festival.window
    weekdays = [day for day in october if day.weekday() == festival.peak.weekday()]
    same_days = [day for day in october if day.weekday() < 5]
    wanted: list[tuple[str, str, str, Callable[[Day], float], Sequence[date], Sequence[date]]] = [
        ("1", "11 November against all days of October", "对比10月全部日期", _sales, [festival.peak], october),
        ("1", "11 November against October's same weekdays", "对比10月同一星期日", _sales, [festival.peak], weekdays),
        ("1", "11 November against October's working days", "对比10月工作日", _sales, [festival.peak], same_days),
        ("1", "1-12 November against all days of October", "11月1-12日对比10月全部日期", _sales, window, october),
        ("3", "1-12 November against 1-12 October", "对比10月1-12日", _orders, window, festival.october_window),
        ("3", "1-12 November against 20-31 October", "对比10月20-31日", _orders, window, october[-12:]),
        (
            "3",
            "1-10 November against 1-10 October, without the peak",
            "不含高峰日：11月1-10日对比10月1-10日",
            _orders,
            window[:10],
            october[:10],
        ),
    ]
    found = []
    for figure, words, words_zh, amount, after, before in wanted:
        try:
            estimate = ratio_of_rates(_totals(days, amount, after), _totals(days, amount, before))
        except NotEnough:
            continue
        found.append(View(figure, words, words_zh, estimate))
    return found


def _sales(day: Day) -> float:
    """In thousands of CNY, so that days of money vary about as days of counts do; the dispersion carries the rest."""
    return day.entrance_fen / 100_000


def _orders(day: Day) -> float:
    return float(day.entrance_orders)


def _totals(days: Sequence[Day], amount: Callable[[Day], float], wanted: Sequence[date]) -> list[float]:
    told = {day.day: amount(day) for day in days}
    return [told.get(day, 0.0) for day in wanted]
