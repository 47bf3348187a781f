"""What an account did over the last days with each brand, scene, category and city: sums over windows of its tiles."""

from schemas import columns as c
from schemas.columns import count, fen
from schemas.contract import Column, Input, Table, window
from schemas.core.account_window import epoch_days, net

FACETS = ("brand_id", "scene", "category", "city_code")

TABLE = Table(
    layer="core",
    name="account_facet_window",
    doc="One account and one value of one facet that it has a tile with in the last 365 days, as of the end of the day.",
    key=("day", "account_type", "account_hash", "facet", "value"),
    columns=(
        c.DAY,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        Column("facet", "STRING", "Column of the tiles", allowed=FACETS, example="brand_id"),
        Column("value", "STRING", "Its value; 'unknown' where the party tells none", example="b01"),
        *(count(f"n_touch_{days}d", f"Contacts in {days} days") for days in (7, 30, 90, 365)),
        *(count(f"n_interest_{days}d", f"Signs of interest in {days} days") for days in (30, 90)),
        *(net(f"n_order_{days}d", f"Orders in {days} days, net") for days in (30, 90, 365)),
        net("n_item_365d", "Pieces in 365 days, net"),
        *(fen(f"spend_{days}d_fen", f"Money spent in {days} days, net", signed=True) for days in (30, 90, 365)),
        epoch_days("active_days", "Days with a tile"),
        epoch_days("order_days", "Days with a tile of more orders than were given back"),
        c.IS_GONE,
    ),
    inputs=(Input("core.user_brand_day", window(365)),),
    kept="changes",
)
