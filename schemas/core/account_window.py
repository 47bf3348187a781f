"""What an account did over the last days: sums over windows of its tiles, and the days on which it did anything."""

from schemas import columns as c
from schemas.columns import count, fen
from schemas.contract import Column, Input, Table, window

EPOCH_DAYS = "days since 1970-01-01, ascending, of the last 365"


def net(name: str, doc: str) -> Column:
    """Orders or pieces, less what was given back."""
    return Column(name, "BIGINT", doc, example=1)


def epoch_days(name: str, doc: str) -> Column:
    """The days of a year on which something was so."""
    return Column(name, "ARRAY<INT>", f"{doc}: {EPOCH_DAYS}", example=[16740])


TABLE = Table(
    layer="core",
    name="account_window",
    doc="One account that has a tile in the last 365 days, as of the end of the day.",
    key=("day", "account_type", "account_hash"),
    columns=(
        c.DAY,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        *(count(f"n_touch_{days}d", f"Contacts in {days} days") for days in (1, 7, 30, 90, 365)),
        *(net(f"n_order_{days}d", f"Orders in {days} days, net") for days in (1, 7, 30, 90, 365)),
        *(fen(f"spend_{days}d_fen", f"Money spent in {days} days, net", signed=True) for days in (1, 7, 30, 90, 365)),
        count("n_share_90d", "Links shared and groups opened in 90 days"),
        count("n_live_90d", "Live sessions watched in 90 days"),
        count("n_opened_365d", "Buying groups opened in 365 days"),
        count("n_joined_365d", "Buying groups joined in 365 days"),
        count("n_brought_365d", "Contacts of others through a link of this account in 365 days"),
        count("n_led_365d", "Joinings of groups in 365 days that lead back to a link of this account"),
        count("n_led_link_365d", "Links between this account and those who joined so, in all"),
        net("n_coupon_365d", "Orders with a coupon in 365 days, net"),
        count("n_promised_365d", "Deliveries with a promised time in 365 days"),
        count("n_kept_365d", "Deliveries in the promised time in 365 days"),
        count("n_returned_365d", "Returns in 365 days"),
        count("n_rated_365d", "Ratings given in 365 days"),
        count("n_star_365d", "Stars of those ratings, in all"),
        epoch_days("active_days", "Days with a tile"),
        epoch_days("order_days", "Days with a tile of more orders than were given back"),
        c.IS_GONE,
    ),
    inputs=(Input("core.user_brand_day", window(365)),),
    kept="changes",
)
