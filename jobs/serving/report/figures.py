"""The figures of a festival report: each with its interval, its design, and the planted truth where there is one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from jobs.serving.report.festival import Festival
from jobs.serving.report.loop import Arm
from jobs.serving.report.measures import LOW_TIERS, Entrances, Minute, Registered, Tier
from jobs.stats import curve, difference, ratio
from jobs.stats.estimate import Estimate, NotEnough
from jobs.stats.proportion import amount_share, wilson
from jobs.stats.ratio import PairSums
from schemas.columns import ENTRANCES, WECHAT_DISCOVERY

Design = Literal["randomised", "before and after", "description"]

GOAL_SHARE = 1000 / 1271
"""100 of the 127.1 billion CNY of the festival that the plan was modelled on."""

RACE_HOURS = 11 * 24


@dataclass(frozen=True)
class Figure:
    """One figure as it is printed. Only a randomised one says what something caused."""

    id: str
    title: str
    title_zh: str
    design: Design
    unit: Literal["x", "share", "hours", "points"]
    estimate: Estimate
    planted: float | None = None

    @property
    def facts(self) -> dict[str, str | float | int | None]:
        """What the command prints of it."""
        value, low, high, n = self.estimate
        return {
            "id": self.id,
            "title": self.title,
            "planted": self.planted,
            "estimate": value,
            "ci_low": low,
            "ci_high": high,
            "n": n,
            "design": self.design,
        }

    @property
    def is_recovered(self) -> bool | None:
        """Whether the planted truth lies in the interval; None where nothing was planted."""
        return None if self.planted is None else self.estimate.low <= self.planted <= self.estimate.high


@dataclass(frozen=True)
class Omitted:
    """A figure that the lake cannot tell, and why."""

    id: str
    title: str
    why: str


_TOLD: dict[str, tuple[str, str, Design, Literal["x", "share", "hours", "points"]]] = {
    "1": (
        "Sales through the WeChat and mobile QQ entrances on 11 November, against October's daily mean",
        "11月11日微信与手机QQ购物入口销售额，对比10月日均",
        "before and after",
        "x",
    ),
    "2": (
        "New users through the two entrances, 1-12 November against 1-12 October",
        "两个入口的新用户数，11月1-12日对比10月1-12日",
        "before and after",
        "x",
    ),
    "3": (
        "Orders through the two entrances, 1-12 November against 1-12 October",
        "两个入口的订单量，11月1-12日对比10月1-12日",
        "before and after",
        "x",
    ),
    "4": (
        "Share of all new users who came through WeChat Discovery - Shopping, 1-12 November",
        "全部新用户中来自微信“发现-购物”的占比，11月1-12日",
        "description",
        "share",
    ),
    "7.users": ("Share of users who live in tiers 3 to 6", "三至六线城市用户占比", "description", "share"),
    "7.gmv": ("Share of turnover from tiers 3 to 6", "三至六线城市成交额占比", "description", "share"),
    "9.ratio": (
        "The rival's single day over our 1-11 November",
        "友商单日成交额与我方11月1-11日累计之比",
        "description",
        "x",
    ),
    "9.hours": (
        "Hours from the opening until the goal (100/127.1 of the total) was passed",
        "自开幕至累计成交额突破目标所用小时数",
        "description",
        "hours",
    ),
    "9.rival_hours": (
        "Hours of the rival's day until the same amount",
        "友商当日达到同一金额所用小时数",
        "description",
        "hours",
    ),
    "19": (
        "Conversion that the target list caused, treated less sealed control",
        "目标人群包带来的增量转化率（投放组减封存对照组）",
        "randomised",
        "points",
    ),
}


def entrance(sums: Entrances, registrations: Sequence[Registered], festival: Festival) -> Mapping[str, Callable[[], Estimate]]:
    """Figures 1 to 4, each ready to be worked out."""
    through = [row for row in registrations if row.scene in ENTRANCES]
    november, october = (_count(through, days) for days in (festival.window, festival.october_window))
    everyone = _count(registrations, festival.window)
    discovered = _count([row for row in registrations if row.scene == WECHAT_DISCOVERY], festival.window)
    once = PairSums(november + october, november, october, november, october, 0)
    return {
        "1": lambda: ratio.ratio_of_totals(sums.sales, scale=len(festival.october)),
        "2": lambda: ratio.ratio_of_totals(once),
        "3": lambda: ratio.ratio_of_totals(sums.orders),
        "4": lambda: wilson(discovered, everyone),
    }


def tier_shares(tiers: Sequence[Tier], money: PairSums) -> Mapping[str, Callable[[], Estimate]]:
    """Figure 7 among those whose city is known."""
    known = [row for row in tiers if row.tier]
    low = sum(row.n_person for row in known if row.tier in LOW_TIERS)
    return {
        "7.users": lambda: wilson(low, sum(row.n_person for row in known)),
        "7.gmv": lambda: amount_share(money),
    }


def race(minutes: Sequence[Minute], rival: Sequence[tuple[int, float]]) -> Mapping[str, Callable[[], Estimate]]:
    """Figure 9: our curve of eleven days beside the rival's one."""
    amounts, squares = by_minute(minutes)
    orders = sum(row.n_order for row in minutes)
    whole, spread = math.fsum(amounts), math.fsum(squares)
    goal = ratio.total(GOAL_SHARE * whole, GOAL_SHARE**2 * spread, orders)
    day = list(accumulate(value for _, value in rival))
    return {
        "9.ratio": lambda: ratio.inverse(_end(day), whole, spread, orders),
        "9.hours": lambda: curve.hours_to_share(amounts, squares, GOAL_SHARE, 60, orders),
        "9.rival_hours": lambda: curve.hours_to_amount([minute + 1 for minute, _ in rival], day, goal),
    }


def uplift(control: Arm, treated: Arm) -> Mapping[str, Callable[[], Estimate]]:
    """Figure 19: intention to treat."""

    def caused() -> Estimate:
        if not control.n or not treated.n:
            raise NotEnough("no list with a sealed control was made in the 14 days before the festival")
        return difference.in_proportions((control.n_buyer, control.n), (treated.n_buyer, treated.n)).estimate

    return {"19": caused}


def work_out(
    parts: Iterable[Mapping[str, Callable[[], Estimate]]], planted: Mapping[str, float]
) -> tuple[list[Figure], list[Omitted]]:
    """All figures that can be told, and why the others cannot."""
    told, omitted = [], []
    for name, calculate in ((name, calculate) for part in parts for name, calculate in part.items()):
        title, title_zh, design, unit = _TOLD[name]
        try:
            told.append(Figure(name, title, title_zh, design, unit, calculate(), planted.get(name)))
        except NotEnough as why:
            omitted.append(Omitted(name, title, str(why)))
    return told, omitted


def by_minute(minutes: Sequence[Minute]) -> tuple[list[float], list[float]]:
    """Turnover and squares of every minute of the race, those without an order included."""
    amounts, squares = [0.0] * (RACE_HOURS * 60), [0.0] * (RACE_HOURS * 60)
    for row in minutes:
        amounts[row.minute], squares[row.minute] = float(row.net_fen), row.squares
    return amounts, squares


def _count(rows: Iterable[Registered], days: Sequence[object]) -> int:
    return sum(row.n for row in rows if row.day in days)


def _end(running: Sequence[float]) -> float:
    if not running:
        raise NotEnough("the market's benchmark of the rival's day is not in the lake")
    return running[-1]
