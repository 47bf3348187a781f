"""How far a person has come with a brand: aware, interest, purchase, loyal."""

from schemas import columns as c
from schemas.columns import fen
from schemas.contract import Column, Input, Table, window

TABLE = Table(
    layer="mart",
    name="brand_stage",
    doc="One person with a portrait and one brand that the person met in the last 365 days, as of the end of the day.",
    key=("day", "person_id", "brand_id"),
    columns=(
        c.DAY,
        c.PERSON_ID,
        c.BRAND_ID,
        c.STAGE,
        *(Column(f"n_touch_{days}d", "BIGINT", f"Contacts in {days} days", low=0, example=1) for days in (7, 30, 90)),
        *(Column(f"n_interest_{days}d", "BIGINT", f"Signs of interest in {days} days", low=0, example=1) for days in (30, 90)),
        *(Column(f"n_order_{days}d", "BIGINT", f"Orders in {days} days, net", example=1) for days in (30, 90, 365)),
        *(fen(f"spend_{days}d_fen", f"Money spent in {days} days, net", signed=True) for days in (30, 90, 365)),
        Column("touch_recency_days", "INT", "Days since the last contact or order, 0 today", low=0, high=364, example=3),
        Column("order_recency_days", "INT", "Days since the last order, 0 today", nullable=True, low=0, high=364, example=3),
    ),
    inputs=(Input("core.user_brand_day", window(365)), Input("core.person"), Input("mart.user_portrait")),
)
