"""What an account did over the last days with each brand, scene, category and city: sums over windows of its tiles."""

from dataclasses import replace

from schemas import columns as c
from schemas.columns import count, fen
from schemas.contract import Column, Input, Table, window
from schemas.core.account_window import epoch_days, net

BRAND = "brand_id"
_ASKED = {
    "scene": ("n_touch_90d",),
    "category": ("n_touch_90d", "n_item_365d", "spend_365d_fen"),
    "city_code": ("n_touch_365d",),
}
"""What portraits ask of a facet. Of brands stages ask all; what nobody asks for is not told: each sum that moves is a row."""

FACETS = (BRAND, *_ASKED)


def asking(column: str) -> tuple[str, ...]:
    """The facets of which the column is told."""
    return (BRAND, *(facet for facet, names in _ASKED.items() if column in names))


def _of_those_who_ask(column: Column) -> Column:
    return replace(column, nullable=True, doc=f"{column.doc}; NULL but for the facets {', '.join(asking(column.name))}")


_TOLD = (
    *(count(f"n_touch_{days}d", f"Contacts in {days} days") for days in (7, 30, 90, 365)),
    *(count(f"n_interest_{days}d", f"Signs of interest in {days} days") for days in (30, 90)),
    *(net(f"n_order_{days}d", f"Orders in {days} days, net") for days in (30, 90, 365)),
    net("n_item_365d", "Pieces in 365 days, net"),
    *(fen(f"spend_{days}d_fen", f"Money spent in {days} days, net", signed=True) for days in (30, 90, 365)),
    epoch_days("active_days", "Days with a tile"),
    epoch_days("order_days", "Days with a tile of more orders than were given back"),
)

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
        *map(_of_those_who_ask, _TOLD),
        c.IS_GONE,
    ),
    inputs=(Input("core.user_brand_day", window(365)),),
    kept="changes",
)
