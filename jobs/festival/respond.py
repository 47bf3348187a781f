"""The world's answer to delivered lists: exposures, clicks, what they cost, and the orders that would not have been."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.festival import clock, tables
from jobs.festival.catalogue import SCENES
from jobs.festival.lines import Lines, articles, baskets, joined, list_amounts
from jobs.festival.market import Market
from jobs.festival.plan import DAYS
from jobs.festival.platform import Delivered
from jobs.festival.quota import Flags, Ints, flags, pick, stream
from jobs.festival.social import ACTIONS
from jobs.festival.writer import coded, concat, rows
from schemas.landing import ad_return, social_event

ANSWER_DAYS = 12
"""A list works from the day after it on, for so many days."""
_FEN_PER_IMPRESSION, _FEN_PER_CLICK = 5, 80
_MOMENTS = SCENES.index("moments_ad")


@dataclass(frozen=True, eq=False)
class Shown:
    """One entry a person and day of exposure; ``place`` is the person's place in the delivered list."""

    place: Ints
    day: Ints
    n_impression: Ints
    n_click: Ints

    def on(self, day: int) -> Shown:
        """The day's exposures."""
        mask = self.day == day
        return Shown(self.place[mask], self.day[mask], self.n_impression[mask], self.n_click[mask])


@dataclass(frozen=True, eq=False)
class Answer:
    """What one delivered list brings: exposures, and who buys on which day because of it (places in the list)."""

    delivered: Delivered
    shown: Shown
    buyer: Ints
    bought_on: Ints


def answer(market: Market, delivered: Delivered) -> Answer:
    """The whole answer to a list, whichever days of it are asked for."""
    rng = stream(market.people.seed, "answer", delivered.list_id)
    shown = _shown(rng, market, delivered)
    buyer = _persuaded(rng, market, delivered)
    days = np.array(_answer_days(delivered))
    return Answer(delivered, shown, buyer, days[pick(rng, market.plan.daily_fen[days], len(buyer))])


def ad_returns(market: Market, item: Answer, day: int) -> pa.Table:
    """What the platform reports of the day to the brand."""
    shown, delivered = item.shown.on(day), item.delivered
    n = len(shown.place)
    columns = {
        "event_id": _ids(f"r-{delivered.list_id}-{clock.text(day)}", shown.place),
        "event_at": np.full(n, clock.midnight(day) + 23 * clock.HOUR),
        "list_id": delivered.list_id,
        "brand_id": tables.BRAND_IDS[delivered.brand].as_py(),
        "audience_hash": delivered.audience.take(pa.array(shown.place)),
        "campaign_id": market.campaigns[delivered.brand].name,
        "scene": SCENES[_MOMENTS],
        "n_impression": shown.n_impression,
        "n_click": shown.n_click,
        "cost_fen": shown.n_impression * _FEN_PER_IMPRESSION + shown.n_click * _FEN_PER_CLICK,
    }
    return rows(ad_return.TABLE, n, columns)


def advert_contacts(market: Market, item: Answer, day: int) -> pa.Table:
    """The same exposures and clicks as Tencent's own log has them."""
    shown = item.shown.on(day)
    rng = stream(market.people.seed, "contacts", item.delivered.list_id, day)
    batches = []
    for action, times in (("impression", shown.n_impression), ("click", shown.n_click)):
        place = np.repeat(shown.place, times)
        copy = np.arange(len(place)) - np.repeat(np.cumsum(times) - times, times)
        person = item.delivered.person[place]
        columns = {
            "event_id": _ids(f"a-{item.delivered.list_id}-{clock.text(day)}-{action[0]}", place, copy),
            "event_at": clock.usual(rng, day, len(place)),
            "openid": tables.account(market.people.openid, person),
            "oaid": tables.device(market, rng, person),
            "action": coded(np.full(len(place), ACTIONS.index(action)), ACTIONS),
            "scene": SCENES[_MOMENTS],
            "brand_id": tables.BRAND_IDS[item.delivered.brand].as_py(),
            "campaign_id": market.campaigns[item.delivered.brand].name,
            "city_code": tables.city(market, person),
        }
        batches.append(rows(social_event.TABLE, len(place), columns))
    return concat(batches, social_event.TABLE)


def further_lines(market: Market, answers: list[Answer], day: int) -> Lines:
    """The day's orders that the lists caused: beside the plan's, in the advertisement's scene, one line each."""
    return joined([market.nothing, *(_lines(market, item, day) for item in answers)])


def _lines(market: Market, item: Answer, day: int) -> Lines:
    delivered = item.delivered
    rng = stream(market.people.seed, "caused", delivered.list_id, day)
    person = delivered.person[item.buyer[item.bought_on == day]]
    scene = np.full(len(person), _MOMENTS)
    lines = baskets(rng, market.people, person, scene, day, f"o{delivered.list_id}x{day}-", 0.0)
    brand = np.full(len(person), delivered.brand)
    lines = replace(lines, sku=articles(rng, brand, market.people.means[person]), campaign=brand)
    paid = np.rint(list_amounts(rng, lines)).astype(np.int64)
    return replace(lines, paid=paid, at=clock.usual(rng, day, len(person)))


def _shown(rng: np.random.Generator, market: Market, delivered: Delivered) -> Shown:
    """Of the reachable the planned share sees the advertisement on one to four days, and some click."""
    reachable = np.flatnonzero(delivered.is_reachable)
    seeing = reachable[flags(rng, market.plan.truth.exposed_share, len(reachable))]
    times = 1 + pick(rng, [0.35, 0.3, 0.2, 0.15], len(seeing))
    start = rng.integers(0, ANSWER_DAYS, len(seeing))
    place = np.repeat(seeing, times)
    step = np.arange(len(place)) - np.repeat(np.cumsum(times) - times, times)
    day = delivered.day + 1 + (np.repeat(start, times) + 3 * step) % ANSWER_DAYS
    n_impression = 1 + pick(rng, [0.6, 0.3, 0.1], len(place))
    clicks = flags(rng, market.plan.truth.click_rate, int(n_impression.sum()))
    n_click = np.bincount(np.repeat(np.arange(len(place)), n_impression), weights=clicks, minlength=len(place))
    return Shown(place, day, n_impression, np.rint(n_click).astype(np.int64))


def _persuaded(rng: np.random.Generator, market: Market, delivered: Delivered) -> Ints:
    """Who buys because of the list: the planned share of the persuadables, from all levels of inclination alike."""
    n = round(market.plan.truth.uplift * int(delivered.is_persuadable.sum()))
    free = np.flatnonzero(delivered.is_persuadable & ~_buys_anyway(market, delivered)[delivered.person])
    person = delivered.person[free]
    ranked = free[np.argsort(market.people.buying[person] * market.people.affinity[person, delivered.brand], kind="stable")]
    n = min(n, len(ranked))
    steps = (np.arange(n) + rng.random()) * (len(ranked) / max(n, 1))
    chosen: Ints = ranked[np.floor(steps).astype(np.int64)]
    return chosen


def _buys_anyway(market: Market, delivered: Delivered) -> Flags:
    """Who orders the brand in the list's days without the list."""
    buys = np.zeros(market.people.n, np.bool_)
    for day in _answer_days(delivered):
        orders = market.day(day)
        for lines in (orders.kept, orders.refundable):
            buys[lines.person[lines.brand == delivered.brand]] = True
    return buys


def _answer_days(delivered: Delivered) -> list[int]:
    return [day for day in range(delivered.day + 1, delivered.day + 1 + ANSWER_DAYS) if day < DAYS]


def _ids(prefix: str, *numbers: Ints) -> pa.Array:
    return pc.binary_join_element_wise(prefix, *(pc.cast(pa.array(values), pa.string()) for values in numbers), "-")
