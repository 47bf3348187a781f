"""The tiles that all windows are summed from: integer counts and fen per account, brand, scene, category, city and day."""

from schemas import columns as c
from schemas.columns import count, fen
from schemas.contract import Column, Input, Table


def _net(name: str, doc: str) -> Column:
    return Column(name, "BIGINT", doc, example=1)


TABLE = Table(
    layer="core",
    name="user_brand_day",
    doc="One account's day with one brand in one scene, category and city; 'unknown' where the party tells none.",
    key=("day", "account_type", "account_hash", "brand_id", "scene", "category", "city_code"),
    columns=(
        c.DAY,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        c.BRAND_ID,
        c.SCENE,
        c.CATEGORY,
        c.CITY_CODE,
        count("n_touch", "Contacts of any kind"),
        count("n_impression", "Advertisements seen"),
        count("n_click", "Clicks and views"),
        count("n_interest", "Follows, favourites, carts and group joins"),
        count("n_share", "Links shared and groups opened"),
        count("n_live", "Live sessions watched"),
        _net("n_order", "Orders, net of cancellations and refunds"),
        _net("n_item", "Pieces, net"),
        fen("net_fen", "Money spent, net", signed=True),
        count("n_opened", "Buying groups opened"),
        count("n_joined", "Buying groups joined"),
        count("n_brought", "Contacts of others through a link of this account; no contact of its own"),
        count(
            "n_led",
            "Others who joined a group by a link of this account, or by one of somebody who came so; no contact of its own",
        ),
        count("n_led_link", "Links between this account and them, in all: 1 for each who came by its own"),
        _net("n_coupon", "Orders with a coupon, net"),
        count("n_promised", "Deliveries with a promised time"),
        count("n_kept", "Deliveries in the promised time"),
        count("n_returned", "Returns"),
        count("n_rated", "Ratings given to a product"),
        count("n_star", "Stars of those ratings, in all"),
    ),
    inputs=(Input("core.touch"), Input("core.order_line"), Input("landing.service_event")),
)
