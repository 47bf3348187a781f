"""Order lines in money terms: payments add, cancellations and refunds take away, each on its own day."""

from schemas import columns as c
from schemas.columns import fen, optional
from schemas.contract import Column, Input, Table

TABLE = Table(
    layer="core",
    name="order_line",
    doc="One change of one order line. Sums over any days are net of cancellations and refunds.",
    key=("day", "party", "event_id"),
    columns=(
        c.DAY,
        c.PARTY,
        c.EVENT_ID,
        c.EVENT_AT,
        c.ORDER_ID,
        c.LINE_NO,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        Column("status", "STRING", "What happened to the line", allowed=c.ORDER_STATUSES, example="paid"),
        optional(c.BRAND_ID),
        optional(c.SKU_ID),
        optional(c.CATEGORY),
        c.SCENE,
        Column(
            "n_order",
            "BIGINT",
            "+1 on the first line of a paid order, -1 where that line is cancelled or refunded, else 0",
            low=-1,
            high=1,
            example=1,
        ),
        Column("n_item", "BIGINT", "Pieces: positive where paid, negative where cancelled or refunded", example=1),
        fen("net_fen", "Money: positive where paid, negative where given back; 0 where the party tells no price", signed=True),
        optional(c.COUPON_ID),
        optional(c.CAMPAIGN_ID),
        optional(c.LIVE_SESSION_ID),
        optional(c.WAREHOUSE_ID),
        optional(c.CITY_CODE),
    ),
    inputs=(Input("landing.order_event"), Input("landing.shopping_event")),
)
