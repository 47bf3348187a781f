"""Where an account's first order came from: the entrance through which it began to buy."""

from schemas import columns as c
from schemas.contract import EVERY, Column, Input, Table

TABLE = Table(
    layer="core",
    name="first_order",
    doc="One account that ever paid an order, cancelled or refunded later or not, as of the end of the day.",
    key=("day", "account_type", "account_hash"),
    columns=(
        c.DAY,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        Column("first_order_at", "TIMESTAMP", "Instant of the first paid line", example="2015-11-01 04:00:00"),
        Column("first_order_day", "DATE", "Business day of it", example="2015-11-01"),
        c.SCENE,
        c.IS_GONE,
    ),
    inputs=(Input("core.order_line", EVERY),),
    kept="changes",
)
