"""The columns that several of the parties' tables share, as the world's arrays write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from jobs.festival.catalogue import BANDS, BRANDS, CATEGORIES, CENTRAL, CITIES, FORWARD, SCENES, SLOTS, sku_categories
from jobs.festival.market import Market
from jobs.festival.quota import Flags, Ints
from jobs.festival.writer import coded

BRAND_IDS = pa.array([brand[0] for brand in BRANDS])
SKU_IDS = pa.array([f"s{place + 1:04d}" for place in range(len(BRANDS) * SLOTS * BANDS)])
CATEGORY_NAMES = pa.array([CATEGORIES[category][0] for category in sku_categories()])
CITY_CODES = pa.array([city[0] for city in CITIES])
SCENE_NAMES = pa.array(SCENES)
WAREHOUSE_IDS = pa.array([f"w{place + 1:02d}" for place in range(len(CENTRAL) + len(FORWARD))])


def scene(codes: Ints) -> pa.Array:
    """The scenes by name."""
    return coded(codes, SCENE_NAMES)


def brand(codes: Ints) -> pa.Array:
    """The brands' ids; -1 is missing."""
    return coded(codes.clip(0), BRAND_IDS, codes < 0)


def article(codes: Ints) -> dict[str, pa.Array]:
    """Article and category; -1 is missing."""
    return {"sku_id": coded(codes.clip(0), SKU_IDS, codes < 0), "category": coded(codes.clip(0), CATEGORY_NAMES, codes < 0)}


def occasion(market: Market, campaign: Ints, session: Ints) -> dict[str, pa.Array]:
    """Campaign and live session; -1 is missing."""
    return {
        "campaign_id": coded(campaign.clip(0), [item.name for item in market.campaigns], campaign < 0),
        "live_session_id": coded(session.clip(0), [item.name for item in market.sessions], session < 0),
    }


def city(market: Market, person: Ints) -> pa.Array:
    """Where the people live."""
    return coded(market.people.city[person], CITY_CODES)


def account(accounts: pa.Array, person: Ints, mask: Flags | None = None) -> pa.Array:
    """The people's accounts of one kind; where ``mask`` is set it is missing."""
    return accounts.take(pa.array(person, pa.int64(), mask=mask))


def device(market: Market, rng: np.random.Generator, person: Ints) -> pa.Array:
    """The people's OAIDs; about a quarter of the rows come from browsers and have none."""
    return account(market.people.oaid, person, rng.random(len(person)) < 0.25)


def merged(*parts: dict[str, Any]) -> dict[str, Any]:
    """Columns of one batch from several places."""
    return {name: values for part in parts for name, values in part.items()}
