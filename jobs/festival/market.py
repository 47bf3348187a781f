"""JD's orders of each day: the plan's quotas filled by people, priced so that every planned amount comes out to the fen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from jobs.festival import clock
from jobs.festival.catalogue import BANDS, SCENES, campaigns, sessions
from jobs.festival.lines import PRICES, Lines, baskets, joined, list_amounts
from jobs.festival.people import People
from jobs.festival.plan import CANCELLED_SHARE, LIVE, PEAK, REFUND_LAGS, Lane, Plan, number
from jobs.festival.quota import Flags, Floats, Ints, draw, even, grouped, pick, scaled, stream

ENTRANCE_WEIGHTS = (0.6, 0.4)
_ELSEWHERE = (0.05, 0.05, 0.07, 0.02, 0.04, 0.05, 0.12, 0.48, 0.08, 0.02, 0.02)
_FLAGSHIP_BANDS = (3, 4)


@dataclass(frozen=True, eq=False)
class Orders:
    """One day's order lines: those that stay, those cancelled the same day, those given back later (with their lag)."""

    day: int
    kept: Lines
    cancelled: Lines
    refundable: Lines
    lag: Ints


class Market:
    """Makes the orders of any day; two calls for one day tell the same."""

    def __init__(self, plan: Plan, people: People) -> None:
        self.plan, self.people = plan, people
        self.sessions = sessions(plan.truth.live_hours)
        self.campaigns = campaigns(plan.truth.cobrand_brands)
        self.nothing = self._bought(stream(people.seed), 0, 0, 0, "o")
        self.day = lru_cache(maxsize=16)(self._day)
        self.refundable = lru_cache(maxsize=32)(self._refundable)

    def given_back(self, day: int) -> Lines:
        """The lines of earlier days that are given back on the day."""
        batches = [self.nothing]
        for lag in REFUND_LAGS:
            if day >= lag:
                lines, lags = self.refundable(day - lag)
                batches.append(lines.where(lags == lag))
        return joined(batches)

    def campaign(self, rng: np.random.Generator, day: int, brand: Ints, scene: Ints) -> Ints:
        """The campaign that each contact with a brand belongs to, -1 for none."""
        found = np.full(len(brand), -1, np.int64)
        shared = rng.random(len(brand)) < 0.4
        for place, campaign in enumerate(self.campaigns):
            if number(campaign.starts_on) <= day <= number(campaign.ends_on):
                fits = np.isin(brand, campaign.brands) & (scene == SCENES.index(campaign.scene))
                found[fits & shared if len(campaign.brands) > 1 else fits] = place
        return found

    def _day(self, day: int) -> Orders:
        rng = stream(self.people.seed, "orders", day)
        refundable, lag = self.refundable(day)
        main = [self._lane(rng, day, lane, place) for place, lane in enumerate((self.plan.entrance, self.plan.other))]
        live = self._flagship(rng) if day == LIVE else self.nothing
        main = self._priced(rng, day, main, refundable, live)
        timed, refunded = self._timed(rng, day, joined(main), refundable)
        finish = [self._finished(rng, day, lines) for lines in (timed, refunded)]
        cancelled = self._finished(rng, day, self._cancelled(rng, day))
        return Orders(day, joined([finish[0], live]), cancelled, finish[1], lag)

    def _refundable(self, day: int) -> tuple[Lines, Ints]:
        """Orders of the day that will be given back, and after how many days; they hang on no other day's orders."""
        rng = stream(self.people.seed, "refundable", day)
        batches: list[Lines] = []
        lags: list[int] = []
        for place, lane in enumerate((self.plan.entrance, self.plan.other)):
            n = int(lane.refundable[day])
            lines = self._bought(rng, day, n, place, f"o{self._stamp(day)}r{place}")
            usual = 0.8 * lane.net_fen[day] / max(int(lane.net_orders[day]), 1)
            batches.append(_paid(lines, scaled(list_amounts(rng, lines), round(n * usual))))
            lags += lane.lags[day]
        return joined(batches), np.array(lags, np.int64)[joined(batches).order]

    def _lane(self, rng: np.random.Generator, day: int, lane: Lane, place: int) -> Lines:
        """One side's orders that stay, not yet priced."""
        n = int(lane.net_orders[day] - lane.refundable[day] + lane.refunds[day])
        n -= self.plan.live_customers if place and day == LIVE else 0
        return self._bought(rng, day, max(n, 0), place, f"o{self._stamp(day)}m{place}")

    def _bought(self, rng: np.random.Generator, day: int, n: int, place: int, prefix: str) -> Lines:
        buyer = draw(rng, self.people.buying_weights(day), n)
        scene = len(ENTRANCE_WEIGHTS) + pick(rng, _ELSEWHERE, n) if place else pick(rng, ENTRANCE_WEIGHTS, n)
        return baskets(rng, self.people, buyer, scene, day, prefix, float(self.plan.pieces[day]))

    def _flagship(self, rng: np.random.Generator) -> Lines:
        """The orders of live session l01: one a customer, together the planned mean price times the customers."""
        session, n = self.sessions[0], self.plan.live_customers
        liking = self.people.affinity[:, session.brand] * self.people.buying_weights(LIVE)
        rank = np.log(np.maximum(liking, 1e-300)) + rng.gumbel(size=len(liking))
        buyer = np.argsort(-rank, kind="stable")[:n].astype(np.int64)
        scene = np.full(n, SCENES.index("live"))
        lines = baskets(rng, self.people, buyer, scene, LIVE, f"o{self._stamp(LIVE)}v", 1.0 / 1.25)
        lines = replace(lines, sku=pick(rng, [0.6, 0.4], n) + _FLAGSHIP_BANDS[0] + session.brand * 3 * BANDS)
        paid = scaled(rng.uniform(0.75, 1.25, n), n * self.plan.truth.live_customer_price * 100)
        start = clock.midnight(LIVE) + int(session.start * clock.HOUR)
        at = start + (even(rng, n) * session.hours * clock.HOUR).astype(np.int64)
        return replace(_paid(lines, paid), at=at, session=np.zeros(n, np.int64))

    def _priced(self, rng: np.random.Generator, day: int, main: list[Lines], refundable: Lines, live: Lines) -> list[Lines]:
        """The day's orders with what they cost: sides and tiers add up to the plan, whatever is given back."""
        back, low = self.given_back(day), self.people.is_low_tier
        entrance = _of_entrance(back).sum() - _of_entrance(refundable).sum() + int(self.plan.entrance.net_fen[day])
        total = int(back.paid.sum() - refundable.paid.sum() - live.paid.sum()) + int(self.plan.daily_fen[day])
        wanted = self.plan.truth.low_tier_gmv * int(self.plan.daily_fen[day])
        signed = ((1, back), (-1, refundable), (-1, live))
        wanted += sum(sign * int(lines.paid[low[lines.person]].sum()) for sign, lines in signed)
        goals = [int(entrance), total - int(entrance)]
        first = _divided(low[main[0].person], goals[0], self.plan.truth.low_tier_gmv * goals[0])
        second = _divided(low[main[1].person], goals[1], wanted - first)
        return [
            _split_paid(list_amounts(rng, lines), lines, low[lines.person], goal, lower)
            for lines, goal, lower in zip(main, goals, (first, second), strict=True)
        ]

    def _timed(self, rng: np.random.Generator, day: int, main: Lines, refundable: Lines) -> tuple[Lines, Lines]:
        """The lines with their instants; on the peak day they follow the money, so that the goal falls on its hour."""
        both = joined([main, refundable])
        n = int(both.order.max(initial=-1)) + 1
        at = clock.usual(rng, day, n)
        if day == PEAK:
            amounts = grouped_sum(both.order, both.paid, n)
            early = self.plan.early_share * int(self.plan.daily_fen[day]) / max(int(amounts.sum()), 1)
            shuffled = _passing_neatly(rng, amounts, early)
            share = (np.cumsum(amounts[shuffled]) - amounts[shuffled] / 2) / max(int(amounts.sum()), 1)
            at[shuffled] = clock.peak(day, share, self.plan.truth.goal_hours - 240, early)
        timed = at[both.order]
        return replace(main, at=timed[: len(main)]), replace(refundable, at=timed[len(main) :])

    def _cancelled(self, rng: np.random.Generator, day: int) -> Lines:
        n = round(CANCELLED_SHARE * int(self.plan.other.net_orders[day] + self.plan.entrance.net_orders[day]))
        stamp = f"o{self._stamp(day)}c"
        lines = joined([self._bought(rng, day, k, place, f"{stamp}{place}") for place, k in enumerate((n // 8, n - n // 8))])
        lines = _paid(lines, np.rint(list_amounts(rng, lines)).astype(np.int64))
        return replace(lines, at=clock.office(rng, day, int(lines.order.max(initial=-1)) + 1)[lines.order])

    def _finished(self, rng: np.random.Generator, day: int, lines: Lines) -> Lines:
        """With the campaign, and within a small live session's hours where one of the brand is on."""
        session, at = lines.session.copy(), lines.at.copy()
        for place, small in enumerate(self.sessions[1:], start=1):
            if small.day == day:
                watching = (lines.scene == SCENES.index("live")) & (lines.brand == small.brand)
                session[watching] = place
                into = (rng.random(int(lines.order.max(initial=-1)) + 1) * small.hours * clock.HOUR).astype(np.int64)
                at = np.where(watching, clock.midnight(day) + int(small.start * clock.HOUR) + into[lines.order], at)
        return replace(lines, at=at, session=session, campaign=self.campaign(rng, day, lines.brand, lines.scene))

    @staticmethod
    def _stamp(day: int) -> str:
        return clock.text(day).replace("-", "")


def grouped_sum(groups: Ints, amounts: Ints, n: int) -> Ints:
    """The amounts summed by group."""
    return np.rint(np.bincount(groups, weights=amounts, minlength=n)).astype(np.int64)


def _passing_neatly(rng: np.random.Generator, amounts: Ints, early: float) -> Ints:
    """A random order of the amounts in which no great one straddles the goal: the best of some."""
    orders = [rng.permutation(len(amounts)) for _ in range(16)]
    goal = early * int(amounts.sum())
    return min(
        orders, key=lambda order: int(amounts[order][np.searchsorted(np.cumsum(amounts[order]), goal).clip(max=len(order) - 1)])
    )


def _of_entrance(lines: Lines) -> Ints:
    return lines.paid[lines.scene < len(ENTRANCE_WEIGHTS)]


def _paid(lines: Lines, paid: Ints) -> Lines:
    """The lines at their price; where it passes the list price, more pieces were bought."""
    pieces = -(-paid // PRICES[lines.sku].astype(np.int64))
    return replace(lines, paid=paid, quantity=np.maximum(lines.quantity, pieces))


def _divided(is_low: Flags, goal: int, lower: float) -> int:
    """What the lower tiers pay of the goal: as wanted, as far as there are buyers of either kind."""
    n = grouped(is_low.astype(np.int64), 2)
    if not n[0] or not n[1]:
        return goal if n[1] else 0
    return int(np.clip(round(lower), min(100 * int(n[1]), goal), max(goal - 100 * int(n[0]), 0)))


def _split_paid(amounts: Floats, lines: Lines, is_low: Flags, goal: int, lower: int) -> Lines:
    paid = np.zeros(len(lines), np.int64)
    paid[is_low] = scaled(amounts[is_low], lower)
    paid[~is_low] = scaled(amounts[~is_low], goal - lower)
    return _paid(lines, paid)
