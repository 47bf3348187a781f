"""JD's shopping behaviour: registrations, views, carts and favourites, by the scene they came through."""

from schemas import columns as c
from schemas.columns import optional
from schemas.contract import Column, Source
from schemas.landing import landed

TABLE = landed(
    "shopping_event",
    "One shopping action of one JD account. `order` is sent only by parties that send no order lines.",
    Source("jd", "jsonl"),
    c.EVENT_AT,
    c.JD_PIN_HASH,
    optional(c.OAID_HASH),
    Column("action", "STRING", "What was done", allowed=c.SHOPPING_ACTIONS, example="view"),
    c.SCENE,
    optional(c.BRAND_ID),
    optional(c.SKU_ID),
    optional(c.CATEGORY),
    optional(c.CAMPAIGN_ID),
    optional(c.LIVE_SESSION_ID),
    optional(c.CITY_CODE),
)
