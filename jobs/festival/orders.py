"""JD's order events: each line paid, and what was cancelled or given back."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.festival import clock, tables
from jobs.festival.lines import PRICES, Lines, joined
from jobs.festival.market import Market
from jobs.festival.quota import Ints, stream
from jobs.festival.writer import coded, concat, rows
from schemas.landing.order_event import TABLE


def order_events(market: Market, day: int, further: Lines | None = None) -> pa.Table:
    """All order events of the day; ``further`` are paid lines beyond the plan."""
    rng = stream(market.people.seed, "order events", day)
    orders, back = market.day(day), market.given_back(day)
    paid = joined([orders.kept, orders.refundable, orders.cancelled, *([further] if further is not None else [])])
    later = orders.cancelled.at + (rng.uniform(0.2, 2.0) * clock.HOUR * np.ones(len(orders.cancelled))).astype(np.int64)
    returned = clock.office(rng, day, int(back.order.max(initial=-1)) + 1)[back.order]
    batches = [
        _events(market, paid, paid.at, "paid"),
        _events(market, orders.cancelled, later, "cancelled"),
        _events(market, back, returned, "refunded"),
    ]
    return concat(batches, TABLE)


def _events(market: Market, lines: Lines, at: Ints, status: str) -> pa.Table:
    number = pc.cast(pa.array(lines.line_no), pa.string())
    columns = {
        "event_id": pc.binary_join_element_wise(lines.order_id, number, status[0], "-"),
        "event_at": at,
        "order_id": lines.order_id,
        "line_no": lines.line_no,
        "jd_pin": tables.account(market.people.jd_pin, lines.person),
        "status": status,
        "brand_id": tables.brand(lines.brand),
        "scene": tables.scene(lines.scene),
        "quantity": lines.quantity,
        "unit_price_fen": PRICES[lines.sku].astype(np.int64),
        "paid_fen": lines.paid,
        "coupon_id": coded(lines.brand, [f"k{place + 1:02d}" for place in range(len(tables.BRAND_IDS))], ~lines.has_coupon),
        "warehouse_id": coded(lines.warehouse, tables.WAREHOUSE_IDS),
        "city_code": tables.city(market, lines.person),
    }
    more = tables.merged(tables.article(lines.sku), tables.occasion(market, lines.campaign, lines.session))
    return rows(TABLE, len(lines), tables.merged(columns, more))
