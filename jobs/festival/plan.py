"""The year's plan: how much of everything happens on each day, so that the planted figures come out exactly.

Everything here follows from the number of people and the knobs alone, so any range of days tells of the same world.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from conf.errors import BrandcubeError
from jobs.festival.quota import Floats, Ints, apportion, steps
from jobs.festival.truth import GOAL_SHARE, Truth

YEAR = date(2015, 1, 1)
DAYS = 365
LEAST_PEOPLE = 200
ORDERS_PER_PERSON_DAY = 0.03
ENTRANCE_SHARE = 0.12
TOUCHES_PER_PERSON_DAY = (0.22, 0.26, 0.003)
"""Social events, shopping events and buying groups."""
REFUNDED_SHARE, CANCELLED_SHARE = 0.03, 0.02
REFUND_LAGS = (3, 4, 5, 6, 7)

_NOVEMBER = (2.6, 2.0, 1.9, 1.9, 2.0, 2.1, 2.2, 2.3, 2.2, 2.6, 9.5, 2.6, 1.5, 1.3, 1.2)
_PIECES = (1.2, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.1, 1.2, 1.45, 1.2, 1.1, 1.0, 1.0)
_ENTRANCE_NOVEMBER = (1.9, 1.5, 1.4, 1.4, 1.4, 1.5, 1.6, 1.7, 1.6, 1.9, 15.0, 2.2)
_TOUCHES = (2.2, 1.8, 1.7, 1.7, 1.7, 1.8, 1.9, 2.0, 2.0, 2.6, 5.0, 2.2, 1.4, 1.2, 1.1)


class WorldError(BrandcubeError):
    """The world is asked for a size or a day that it does not have."""


def number(day: date) -> int:
    """The day's place in the year, from 0; ``WorldError`` for a day of another year."""
    place = (day - YEAR).days
    if not 0 <= place < DAYS:
        raise WorldError(f"the festival world lasts from 2015-01-01 to 2015-12-31, so it has no {day}: ask for days of 2015")
    return place


def days_from(first: date, n: int) -> slice:
    """The places of ``n`` days from ``first`` on."""
    return slice(number(first), number(first) + n)


OCTOBER, OCTOBER_12 = days_from(date(2015, 10, 1), 31), days_from(date(2015, 10, 1), 12)
NOVEMBER_12, BEFORE_PEAK = days_from(date(2015, 11, 1), 12), days_from(date(2015, 11, 1), 10)
PEAK = number(date(2015, 11, 11))
LIVE = number(date(2015, 11, 6))
REGISTERING = slice(number(date(2015, 9, 1)), number(date(2015, 12, 1)))


@dataclass(frozen=True)
class Lane:
    """The orders of one side, the entrances or all other scenes: net counts and fen a day, and what is given back."""

    net_orders: Ints
    net_fen: Ints
    refundable: Ints

    @property
    def lags(self) -> list[tuple[int, ...]]:
        """For each day, after how many days each of its refundable orders is given back."""
        starts = np.cumsum(self.refundable) - self.refundable
        pairs = zip(starts.tolist(), self.refundable.tolist(), strict=True)
        return [tuple(REFUND_LAGS[(start + i) % len(REFUND_LAGS)] for i in range(n)) for start, n in pairs]

    @property
    def refunds(self) -> Ints:
        """How many orders are given back on each day."""
        given_back = np.zeros(DAYS + max(REFUND_LAGS), dtype=np.int64)
        for day, lags in enumerate(self.lags):
            for lag in lags:
                given_back[day + lag] += 1
        return given_back[:DAYS]


@dataclass(frozen=True)
class Plan:
    """The quotas of every day of the year."""

    people: int
    truth: Truth
    entrance: Lane
    other: Lane
    entrance_registers: Ints
    discovery_registers: Ints
    other_registers: Ints
    social: Ints
    shopping: Ints
    groups: Ints
    pieces: Floats
    live_customers: int

    @property
    def daily_fen(self) -> Ints:
        """Net sales of each day."""
        return self.entrance.net_fen + self.other.net_fen

    @property
    def festival_fen(self) -> int:
        """Net sales of 1 to 11 November."""
        return int(self.daily_fen[BEFORE_PEAK].sum() + self.daily_fen[PEAK])

    @property
    def early_share(self) -> float:
        """Share of the peak day's sales before the hour at which the goal is to be passed."""
        missing = GOAL_SHARE * self.festival_fen - int(self.daily_fen[BEFORE_PEAK].sum())
        return float(np.clip(missing / int(self.daily_fen[PEAK]), 0.01, 0.99))


def make_plan(people: int, truth: Truth, order_fen: float) -> Plan:
    """The plan for a world of so many people whose usual order is worth ``order_fen``."""
    if people < LEAST_PEOPLE:
        raise WorldError(f"a festival world of {people} people is too small for its figures: ask for {LEAST_PEOPLE} or more")
    customers = max(2, round(0.002 * people))
    pieces = _november(np.ones(DAYS), _PIECES)
    entrance = _entrance(people, truth, order_fen)
    other = _other(people, order_fen, entrance, customers * truth.live_customer_price * 100)
    registers = _registers(people, truth)
    touches = _november(np.full(DAYS, 1.0), _TOUCHES) * _weekday()
    social, shopping, groups = (_spread(people * rate * touches) for rate in TOUCHES_PER_PERSON_DAY)
    return Plan(people, truth, entrance, other, *registers, social, shopping, groups, pieces, customers)


def _entrance(people: int, truth: Truth, order_fen: float) -> Lane:
    """Orders and sales through the entrances: October's mean, the 12 days of either month, and the peak are fixed."""
    unit = max(1, round(ENTRANCE_SHARE * ORDERS_PER_PERSON_DAY * people * 12 / 5))
    usual = _weekday()
    orders = _spread(usual * (5 * unit / 12))
    orders[OCTOBER_12] = apportion(5 * unit, usual[OCTOBER_12])
    orders[NOVEMBER_12] = apportion(round(truth.order_ratio * 5 * unit), _ENTRANCE_NOVEMBER)
    october_day = 5 * unit / 12 * order_fen
    fen = np.rint(orders * order_fen).astype(np.int64)
    fen[OCTOBER] = apportion(round(31 * october_day), orders[OCTOBER])
    others = np.r_[NOVEMBER_12.start : PEAK, PEAK + 1]
    fen[others] = np.rint(orders[others] * order_fen * 1.1).astype(np.int64)
    fen[PEAK] = round(truth.entrance_sales_ratio * october_day)
    return Lane(orders, fen, _refundable(orders))


def _other(people: int, order_fen: float, entrance: Lane, live_fen: int) -> Lane:
    """Orders and sales of all other scenes: what is left of each day's level."""
    usual = ORDERS_PER_PERSON_DAY * people
    level = _november(_weekday(), _NOVEMBER)
    per_order = _november(np.ones(DAYS), _PIECES)
    orders = _spread((1 - ENTRANCE_SHARE) * usual * level / per_order)
    whole = np.rint(usual * order_fen * level).astype(np.int64)
    least = np.rint(orders * order_fen * 0.5).astype(np.int64)
    fen = np.where(orders > 0, np.maximum(whole - entrance.net_fen, least), 0)
    fen[LIVE] = max(int(fen[LIVE]), round(1.5 * live_fen))
    return Lane(orders, fen, _refundable(orders))


def _registers(people: int, truth: Truth) -> tuple[Ints, Ints, Ints]:
    """New users a day: through the entrances, of these through wechat_discovery, and elsewhere."""
    unit = max(1, round(people / 2_000))
    usual = np.zeros(DAYS)
    usual[REGISTERING] = 1.0
    entrance, other = _spread(usual * unit * 5 / 12), _spread(usual * unit * 8 / 12)
    discovery = _spread(entrance * 0.6)
    festival = (1.0,) * 10 + (3.0, 1.2)
    through = round(truth.new_user_ratio * 5 * unit)
    found = min(round(truth.discovery_share * 40 * unit), through)
    entrance[OCTOBER_12] = apportion(5 * unit, np.ones(12))
    discovery[OCTOBER_12] = _spread(entrance[OCTOBER_12] * 0.6)
    entrance[NOVEMBER_12] = apportion(through, festival)
    discovery[NOVEMBER_12] = np.minimum(_spread(entrance[NOVEMBER_12] * (found / max(through, 1))), entrance[NOVEMBER_12])
    other[NOVEMBER_12] = apportion(max(round(found / max(truth.discovery_share, 1e-9)) - through, 0), festival)
    return entrance, discovery, other


def _refundable(orders: Ints) -> Ints:
    """Of each day's orders those that will be given back days later; none where a day has too few to bear it."""
    return np.minimum(_spread(orders * REFUNDED_SHARE), orders // 3)


def _spread(amounts: npt.ArrayLike) -> Ints:
    """The amounts in whole numbers, the rounding carried from day to day."""
    return steps(np.cumsum(np.asarray(amounts, dtype=np.float64)))


def _weekday() -> Floats:
    """The level of each day of the year without the festival, about 1."""
    weekday = np.array([(YEAR + timedelta(days=place)).weekday() for place in range(DAYS)])
    level = np.where(weekday >= 5, 1.1, 0.96)
    level[number(date(2015, 10, 15)) : NOVEMBER_12.start] *= 1.05
    level[: number(date(2015, 9, 25))] *= 0.95
    return level


def _november(level: Floats, days: tuple[float, ...]) -> Floats:
    """The level with November's first days set."""
    changed = level.copy()
    changed[days_from(date(2015, 11, 1), len(days))] = days
    return changed
