"""The brand-private data cube (品牌私有数据魔方): people, contacts, orders and money of a brand by what they have in common."""

from schemas import columns as c
from schemas.columns import count, fen
from schemas.contract import NEWEST, Column, Input, Table

TABLE = Table(
    layer="mart",
    name="brand_cube",
    doc="One cell: a brand's day in one scene, city tier, price band, category and stage. People do not add up over cells.",
    key=("day", "brand_id", "scene", "city_tier", "price_band", "category", "stage"),
    columns=(
        c.DAY,
        c.BRAND_ID,
        c.SCENE,
        c.CITY_TIER,
        c.PRICE_BAND,
        c.CATEGORY,
        c.STAGE,
        count("n_person", "Distinct people"),
        count("n_event", "Contacts"),
        Column("n_order", "BIGINT", "Orders, net of cancellations and refunds", example=1),
        fen("gmv_fen", "Turnover, net", signed=True),
    ),
    inputs=(
        Input("core.user_brand_day"),
        Input("core.person", NEWEST),
        Input("mart.user_portrait", NEWEST),
        Input("mart.brand_stage", NEWEST),
    ),
)
