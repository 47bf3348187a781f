"""What an account did over the last days with each brand, scene, category and city: sums over windows of its tiles."""

from dataclasses import replace

from schemas import columns as c
from schemas.columns import count, fen
from schemas.contract import Column, Input, Table, window
from schemas.core.account_window import epoch_days, net

BRAND = "brand_id"
FACETS = (BRAND, "scene", "category", "city_code")


def _of_brands(column: Column) -> Column:
    """What stages ask of brands, and nobody of scenes, categories and cities."""
    return replace(column, nullable=True, doc=f"{column.doc}; NULL but for brands")


TABLE = Table(
    layer="core",
    name="account_facet_window",
    doc="One account and one value of one facet, as of the end of the day; there while any window or day tells of anything.",
    key=("day", "account_type", "account_hash", "facet", "value"),
    columns=(
        c.DAY,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        Column("facet", "STRING", "Column of the tiles", allowed=FACETS, example="brand_id"),
        Column("value", "STRING", "Its value; 'unknown' where the party tells none", example="b01"),
        *(_of_brands(count(f"n_touch_{days}d", f"Contacts in {days} days")) for days in (7, 30)),
        *(count(f"n_touch_{days}d", f"Contacts in {days} days") for days in (90, 365)),
        _of_brands(count("n_interest_30d", "Signs of interest in 30 days")),
        count("n_interest_90d", "Signs of interest in 90 days"),
        _of_brands(net("n_order_30d", "Orders in 30 days, net")),
        *(net(f"n_order_{days}d", f"Orders in {days} days, net") for days in (90, 365)),
        net("n_item_365d", "Pieces in 365 days, net"),
        _of_brands(fen("spend_30d_fen", "Money spent in 30 days, net", signed=True)),
        *(fen(f"spend_{days}d_fen", f"Money spent in {days} days, net", signed=True) for days in (90, 365)),
        _of_brands(epoch_days("active_days", "Days with a tile")),
        _of_brands(epoch_days("order_days", "Days with a tile of more orders than were given back")),
        c.IS_GONE,
    ),
    inputs=(Input("core.user_brand_day", window(365)),),
    kept="changes",
)
