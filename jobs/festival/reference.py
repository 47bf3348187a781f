"""Reference data: what the parties say once about brands, articles, campaigns, places and the market."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from jobs.festival import catalogue, clock, tables
from jobs.festival.catalogue import BRANDS, CENTRAL, CITIES, COUPON_DAYS, FORWARD
from jobs.festival.lines import LINES_PER_ORDER, PIECES_PER_LINE
from jobs.festival.market import Market
from jobs.festival.plan import ORDERS_PER_PERSON_DAY
from jobs.festival.quota import Floats
from jobs.festival.truth import GOAL_SHARE, MARKET_RATINGS
from jobs.festival.writer import rows
from schemas.catalogue import find

BUYERS_UNIT = 362.0
QUARTERS = ("2014Q1", "2014Q2", "2015Q1", "2015Q2")


def reference_tables(market: Market) -> dict[str, pa.Table]:
    """Each reference table by its landing name."""
    makers: dict[str, Callable[[Market], list[dict[str, object]]]] = {
        "brand": _brands, "product": _products, "city": _cities, "warehouse": _warehouses, "coupon": _coupons,
        "campaign": _campaigns, "live_session": _sessions, "market_benchmark": _benchmarks,
    }  # fmt: skip
    return {name: _table(name, make(market)) for name, make in makers.items()}


def _table(name: str, records: list[dict[str, object]]) -> pa.Table:
    columns = {field: [record[field] for record in records] for field in records[0]}
    return rows(find(f"landing.{name}"), len(records), columns)


def _brands(market: Market) -> list[dict[str, object]]:
    return [
        {"event_id": f"brand-{name}", "brand_id": name, "title": title, "title_zh": title_zh, "industry": industry}
        for name, title, title_zh, industry, _ in BRANDS
    ]


def _products(market: Market) -> list[dict[str, object]]:
    kinds = tables.CATEGORY_NAMES.to_pylist()
    per_brand = catalogue.SLOTS * catalogue.BANDS
    return [
        {
            "event_id": f"product-{sku}",
            "sku_id": sku,
            "brand_id": BRANDS[place // per_brand][0],
            "category": kinds[place],
            "title": f"{BRANDS[place // per_brand][1]} {kinds[place]} {place % catalogue.BANDS + 1}",
            "list_price_fen": int(price),
        }
        for place, (sku, price) in enumerate(zip(tables.SKU_IDS.to_pylist(), catalogue.sku_prices(), strict=True))
    ]


def _cities(market: Market) -> list[dict[str, object]]:
    return [
        {"event_id": f"city-{code}", "city_code": code, "title_zh": name, "province": province, "city_tier": tier}
        for code, name, province, tier, _ in CITIES
    ]


def _warehouses(market: Market) -> list[dict[str, object]]:
    return [
        {"event_id": f"warehouse-{name}", "warehouse_id": name, "city_code": code, "is_forward": code in FORWARD}
        for name, code in zip(tables.WAREHOUSE_IDS.to_pylist(), (*CENTRAL, *FORWARD), strict=True)
    ]


def _coupons(market: Market) -> list[dict[str, object]]:
    first, last = (day.isoformat() for day in COUPON_DAYS)
    return [
        {
            "event_id": f"coupon-k{place + 1:02d}",
            "coupon_id": f"k{place + 1:02d}",
            "brand_id": brand[0],
            "threshold_fen": catalogue.coupon_terms(place)[0],
            "discount_fen": catalogue.coupon_terms(place)[1],
            "starts_on": first,
            "ends_on": last,
        }
        for place, brand in enumerate(BRANDS)
    ]


def _campaigns(market: Market) -> list[dict[str, object]]:
    return [
        {
            "event_id": f"campaign-{item.name}-{BRANDS[brand][0]}",
            "campaign_id": item.name,
            "brand_id": BRANDS[brand][0],
            "title": item.title,
            "scene": item.scene,
            "starts_on": item.starts_on.isoformat(),
            "ends_on": item.ends_on.isoformat(),
            "budget_fen": 20_000 * market.people.n // len(item.brands),
        }
        for item in market.campaigns
        for brand in item.brands
    ]


def _sessions(market: Market) -> list[dict[str, object]]:
    return [
        {
            "event_id": f"live-{item.name}",
            "live_session_id": item.name,
            "brand_id": BRANDS[item.brand][0],
            "starts_at": clock.midnight(item.day) + int(item.start * clock.HOUR),
            "ends_at": clock.midnight(item.day) + int((item.start + item.hours) * clock.HOUR),
        }
        for item in market.sessions
    ]


def _benchmarks(market: Market) -> list[dict[str, object]]:
    told = {("rival_day_gmv_fen", f"{minute:04d}"): value for minute, value in enumerate(_rival(market).tolist())}
    buyers = zip(QUARTERS, market.plan.truth.active_buyers, strict=True)
    told |= {("annual_active_buyers", quarter): value / BUYERS_UNIT * market.people.n for quarter, value in buyers}
    told |= {("market_mean_rating", name): value for name, value in MARKET_RATINGS.items()}
    told |= {("stock_placed", where): value for where, value in _stock(market).items()}
    return [
        {"event_id": f"benchmark-{metric}-{period}", "metric": metric, "period": period, "value": float(value)}
        for (metric, period), value in told.items()
    ]


def _rival(market: Market) -> Floats:
    """The rival's turnover in each minute of the one day, fen: it passes our goal when its planned hours are over."""
    truth, ours = market.plan.truth, market.plan.festival_fen
    minutes = round(truth.rival_hours * 60)
    total, goal = truth.rival_ratio * ours, GOAL_SHARE * ours
    falling = 1.6 - np.arange(minutes) / minutes
    rising = 0.6 + np.arange(1440 - minutes) / (1440 - minutes)
    turnover: Floats = np.r_[falling / falling.sum() * goal, rising / rising.sum() * (total - goal)]
    return turnover


def _stock(market: Market) -> dict[str, float]:
    """Pieces placed ahead in the forward warehouses' cities for 1 to 12 November, by city and article."""
    cities = {code: (tier, weight) for code, _, _, tier, weight in CITIES if code in FORWARD}
    share = {3: 1 - market.plan.truth.tier4_stock_share, 4: market.plan.truth.tier4_stock_share}
    weights = {tier: sum(weight for other, weight in cities.values() if other == tier) for tier in share}
    bands = np.full(catalogue.BANDS, 1 / catalogue.BANDS)
    mix = np.einsum("b,bs,k->bsk", catalogue.brand_weights(), catalogue.slot_weights(), bands).ravel()
    pieces = market.people.n * ORDERS_PER_PERSON_DAY * 12 * 2.5 * LINES_PER_ORDER * PIECES_PER_LINE * 0.2
    return {
        f"{code}:{sku}": float(pieces * share[tier] * weight / weights[tier] * part)
        for code, (tier, weight) in cities.items()
        for sku, part in zip(tables.SKU_IDS.to_pylist(), mix, strict=True)
    }
