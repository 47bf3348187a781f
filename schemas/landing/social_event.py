"""Tencent's social behaviour: what people saw, clicked, followed, shared and watched in each scene."""

from schemas import columns as c
from schemas.columns import optional, pseudonym
from schemas.contract import Column, IdentifierType, Source
from schemas.landing import landed

TABLE = landed(
    "social_event",
    "One social action of one Tencent account.",
    Source("tencent", "jsonl"),
    c.EVENT_AT,
    c.OPENID_HASH,
    optional(c.OAID_HASH),
    Column("action", "STRING", "What was done", allowed=c.SOCIAL_ACTIONS, example="click"),
    c.SCENE,
    optional(c.BRAND_ID),
    optional(c.SKU_ID),
    optional(c.CAMPAIGN_ID),
    optional(c.LIVE_SESSION_ID),
    pseudonym("sharer_hash", IdentifierType.OPENID, "Pseudonym of whose link it was", nullable=True, person="mention"),
    Column("group_id", "STRING", "Buying group", nullable=True, example="g1"),
    Column("watch_seconds", "INT", "Seconds watched of a live session", nullable=True, low=0, high=86_400, example=60),
    optional(c.CITY_CODE),
)
