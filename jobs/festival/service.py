"""JD's service events: deliveries against the promise, returns, and ratings, in the days after each order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.festival import clock, tables
from jobs.festival.catalogue import CENTRAL
from jobs.festival.lines import Lines, joined
from jobs.festival.market import Market
from jobs.festival.quota import Floats, Ints, even, flags, stream
from jobs.festival.truth import MARKET_RATINGS
from jobs.festival.writer import concat, rows
from schemas.landing.service_event import TABLE

REACH = 8
"""A service event comes at most so many days after its order."""
_RATED_SHARE = 0.25


def service_events(market: Market, day: int) -> pa.Table:
    """What follows from the orders of the day, on that day and later: first lines only."""
    rng, orders = stream(market.people.seed, "service", day), market.day(day)
    back = orders.refundable.where(orders.refundable.is_first)
    stays = orders.kept.where(orders.kept.is_first)
    lines = joined([stays, back])
    promised, delivered = _delivery(rng, market, lines, day)
    times = {"promised_at": promised, "delivered_at": delivered}
    rated = np.flatnonzero(flags(rng, _RATED_SHARE, len(stays)))
    chosen = np.isin(np.arange(len(stays)), rated)
    rated_at = delivered[: len(stays)][chosen] + rng.integers(clock.HOUR, 2 * clock.DAY, int(chosen.sum()))
    lag = orders.lag[orders.refundable.is_first]
    returned_at = clock.midnight(day) + lag * clock.DAY + rng.integers(0, 8 * clock.HOUR, len(back))
    batches = [
        _events(market, lines, "delivered", delivered, times),
        _events(market, back, "returned", returned_at, {}),
        _events(market, stays.where(chosen), "rated", rated_at, _ratings(rng, market, int(chosen.sum()))),
    ]
    return concat(batches, TABLE)


def _delivery(rng: np.random.Generator, market: Market, lines: Lines, day: int) -> tuple[Ints, Ints]:
    """Promise and delivery: by 11:00 the same afternoon, by 16:00 the next morning, else the next afternoon."""
    start = clock.midnight(day)
    hour = (lines.at - start) / clock.HOUR
    due = np.select([hour < 11, hour < 16], [18.0, 36.0], 42.0)
    truth, kept = market.plan.truth, np.zeros(len(lines), np.bool_)
    is_central = lines.warehouse < len(CENTRAL)
    for group, share in ((is_central, truth.promise_central), (~is_central, truth.promise_forward)):
        kept[group] = flags(rng, share, int(group.sum()))
    late = due + rng.exponential(5.0, len(lines)).clip(0.2, 24)
    early = np.maximum(due - rng.uniform(0.1, 6.0, len(lines)), hour + (due - hour) * 0.3)
    at = start + np.rint(np.where(kept, early, late) * clock.HOUR).astype(np.int64)
    return start + np.rint(due * clock.HOUR).astype(np.int64), at


def _ratings(rng: np.random.Generator, market: Market, n: int) -> dict[str, Any]:
    """Ratings with the planned means; only some have met the service after the sale."""
    truth = market.plan.truth
    met = flags(rng, 0.4, n)
    aftersale = np.zeros(n, np.int64)
    aftersale[met] = _stars(even(rng, int(met.sum())), MARKET_RATINGS["aftersale"] * truth.aftersale_index / 100)
    return {
        "product_rating": _stars(even(rng, n), MARKET_RATINGS["product"] * truth.product_index / 100),
        "logistics_rating": _stars(even(rng, n), MARKET_RATINGS["logistics"] * truth.logistics_index / 100),
        "aftersale_rating": pa.array(aftersale, pa.int32(), mask=~met),
    }


def _stars(chance: Floats, mean: float) -> Ints:
    """Whole stars 1 to 5 with the mean: mostly 5 and 4, a few very low."""
    low = min(0.05, max(5 - mean, 0) / 4)
    rest = (mean - low) / (1 - low)
    upper = np.where(chance < low, 1, np.floor(rest + (chance - low) / (1 - low)))
    return upper.clip(1, 5).astype(np.int64)


def _events(market: Market, lines: Lines, kind: str, at: Ints, further: dict[str, Any]) -> pa.Table:
    columns = {
        "event_id": pc.binary_join_element_wise(lines.order_id, kind[:3], "-"),
        "event_at": at,
        "order_id": lines.order_id,
        "line_no": lines.line_no,
        "jd_pin": tables.account(market.people.jd_pin, lines.person),
        "kind": kind,
        "brand_id": tables.brand(lines.brand),
        "category": tables.article(lines.sku)["category"],
        "warehouse_id": pa.DictionaryArray.from_arrays(pa.array(lines.warehouse, pa.int32()), tables.WAREHOUSE_IDS),
        "city_code": tables.city(market, lines.person),
    }
    return rows(TABLE, len(lines), tables.merged(columns, further))
