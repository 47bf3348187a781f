"""JD's shopping events: registrations, looking around, and what leads up to each order."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jobs.festival import clock, tables
from jobs.festival.lines import articles, bands_of, brands_of
from jobs.festival.market import Market
from jobs.festival.quota import Ints, draw, flags, pick, stream
from jobs.festival.writer import coded, concat, ids, rows
from schemas.landing.shopping_event import TABLE

ACTIONS = ("view", "click", "cart", "favourite", "uncart", "register")
_ACTION_WEIGHTS = (0.62, 0.21, 0.10, 0.04, 0.03)
_SCENE_WEIGHTS = (0.09, 0.06, 0.03, 0.03, 0.06, 0.02, 0.02, 0.02, 0.16, 0.38, 0.09, 0.02, 0.02)


def shopping_events(market: Market, day: int) -> pa.Table:
    """All shopping events of the day."""
    stamp = clock.text(day).replace("-", "")
    batches = [_registers(market, day, stamp), _towards_orders(market, day, stamp)]
    left = max(int(market.plan.shopping[day]) - sum(len(batch) for batch in batches), 0)
    return concat([*batches, _browsing(market, day, left, stamp)], TABLE)


def _registers(market: Market, day: int, stamp: str) -> pa.Table:
    rng, person = stream(market.people.seed, "registers", day), market.people.newcomers(day)
    at, none = clock.usual(rng, day, len(person)), np.full(len(person), -1, np.int64)
    action = np.full(len(person), ACTIONS.index("register"))
    return _events(market, rng, f"j{stamp}r", (person, at, action, market.people.door[person], none, none))


def _towards_orders(market: Market, day: int, stamp: str) -> pa.Table:
    """Each order's article was looked at shortly before, and mostly put into the cart."""
    rng, orders = stream(market.people.seed, "towards orders", day), market.day(day)
    parts = [lines.where(lines.is_first) for lines in (orders.kept, orders.refundable, orders.cancelled)]
    person, at, scene, sku, session = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "at", "scene", "sku", "session")
    )
    carts = np.flatnonzero(flags(rng, 0.6, len(person)))
    who = np.r_[np.arange(len(person)), carts]
    action = np.r_[np.zeros(len(person), np.int64), np.full(len(carts), ACTIONS.index("cart"))]
    before = np.r_[rng.integers(60_000, 1_800_000, len(person)), rng.integers(5_000, 55_000, len(carts))]
    moment = np.maximum(at[who] - before, clock.midnight(day))
    return _events(market, rng, f"j{stamp}o", (person[who], moment, action, scene[who], sku[who], session[who]))


def _browsing(market: Market, day: int, n: int, stamp: str) -> pa.Table:
    rng = stream(market.people.seed, "browsing", day)
    person = draw(rng, market.people.shopping_weights(day), n)
    brand = brands_of(rng, market.people, person)
    sku = articles(rng, brand, bands_of(rng, market.people.means[person], 0.5))
    none = np.full(n, -1, np.int64)
    action, scene = pick(rng, _ACTION_WEIGHTS, n), pick(rng, _SCENE_WEIGHTS, n)
    return _events(market, rng, f"j{stamp}b", (person, clock.usual(rng, day, n), action, scene, sku, none))


def _events(market: Market, rng: np.random.Generator, prefix: str, what: tuple[Ints, Ints, Ints, Ints, Ints, Ints]) -> pa.Table:
    person, at, action, scene, sku, session = what
    brand = np.where(sku < 0, -1, sku // 15)
    campaign = market.campaign(rng, int(clock.day_of(at[:1])[0]) if len(at) else 0, brand, scene)
    columns = {
        "event_id": ids(prefix, len(person)),
        "event_at": at,
        "jd_pin": tables.account(market.people.jd_pin, person),
        "oaid": tables.device(market, rng, person),
        "action": coded(action, ACTIONS),
        "scene": tables.scene(scene),
        "brand_id": tables.brand(brand),
        "city_code": tables.city(market, person),
    }
    more = tables.merged(tables.article(sku), tables.occasion(market, campaign, session))
    return rows(TABLE, len(person), tables.merged(columns, more))
