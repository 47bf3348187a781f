"""JD's order lines, and what became of them: paid, cancelled, refunded, each an event of its own day."""

from schemas import columns as c
from schemas.columns import fen, optional
from schemas.contract import Column, Source
from schemas.landing import landed

TABLE = landed(
    "order_event",
    "One change of one order line: paid, cancelled before delivery, or refunded after it.",
    Source("jd", "parquet"),
    c.EVENT_AT,
    c.ORDER_ID,
    c.LINE_NO,
    c.JD_PIN_HASH,
    Column("status", "STRING", "What happened to the line", allowed=c.ORDER_STATUSES, example="paid"),
    c.BRAND_ID,
    c.SKU_ID,
    c.CATEGORY,
    c.SCENE,
    Column("quantity", "INT", "Pieces", low=1, high=10_000, example=1),
    fen("unit_price_fen", "List price of a piece"),
    fen("paid_fen", "Paid, or given back, for the whole line"),
    optional(c.COUPON_ID),
    optional(c.CAMPAIGN_ID),
    optional(c.LIVE_SESSION_ID),
    optional(c.WAREHOUSE_ID),
    optional(c.CITY_CODE),
)
