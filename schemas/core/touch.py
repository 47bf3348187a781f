"""Every contact of an account with a brand or shop, social and shopping alike."""

from schemas import columns as c
from schemas.columns import optional
from schemas.contract import Column, Input, Privacy, Table

TABLE = Table(
    layer="core",
    name="touch",
    doc="One contact of one party account on one business day.",
    key=("day", "party", "event_id"),
    columns=(
        c.DAY,
        c.PARTY,
        c.EVENT_ID,
        c.EVENT_AT,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        Column(
            "action",
            "STRING",
            "What was done",
            allowed=tuple(dict.fromkeys(c.SOCIAL_ACTIONS + c.SHOPPING_ACTIONS)),
            example="view",
        ),
        c.SCENE,
        optional(c.BRAND_ID),
        optional(c.SKU_ID),
        optional(c.CATEGORY),
        optional(c.CAMPAIGN_ID),
        optional(c.LIVE_SESSION_ID),
        optional(c.CITY_CODE),
        Column(
            "sharer_hash",
            "STRING",
            "Pseudonym of the openid whose link it was",
            Privacy.PSEUDONYM,
            nullable=True,
            example=c.HASH_EXAMPLE,
            person="mention",
        ),
        Column("group_id", "STRING", "Buying group", nullable=True, example="g1"),
        Column("watch_seconds", "INT", "Seconds watched of a live session", nullable=True, low=0, high=86_400, example=60),
    ),
    inputs=(Input("landing.social_event"), Input("landing.shopping_event")),
)
