"""The precise portrait: who a person is to the bank, by what the person did."""

from schemas import columns as c
from schemas.columns import count, fen, optional
from schemas.contract import EVERY, Column, Input, Table, window

WINDOWS = (1, 7, 30, 90, 365)
LIFECYCLES = ("new", "active", "dormant", "lost")


def _score(name: str, doc: str) -> Column:
    return Column(name, "INT", f"{doc}, 1 (worst) to 5, 0 where nothing was bought in 365 days", low=0, high=5, example=3)


TABLE = Table(
    layer="mart",
    name="user_portrait",
    doc="One person with consent to a portrait who was active in the last 365 days, as of the end of the day.",
    key=("day", "person_id"),
    columns=(
        c.DAY,
        c.PERSON_ID,
        c.CITY_TIER,
        Column("favourite_scene", "STRING", "Scene with the most contacts in 90 days", allowed=c.SCENES, example="jd_app"),
        Column("favourite_category", "STRING", "Category with the most contacts in 90 days", example="phone"),
        optional(Column("favourite_brand_id", "STRING", "Brand with the most contacts in 90 days", example="b01")),
        c.PRICE_BAND,
        *(count(f"n_touch_{days}d", f"Contacts in {days} days") for days in WINDOWS),
        *(count(f"n_active_day_{days}d", f"Days with a contact or order in {days} days") for days in WINDOWS),
        *(Column(f"n_order_{days}d", "BIGINT", f"Orders in {days} days, net", example=1) for days in WINDOWS),
        *(fen(f"spend_{days}d_fen", f"Money spent in {days} days, net", signed=True) for days in WINDOWS),
        Column("recency_days", "INT", "Days since the last order, 0 today", nullable=True, low=0, high=364, example=3),
        _score("recency_score", "How recently the person bought"),
        _score("frequency_score", "How often the person bought"),
        _score("monetary_score", "How much the person spent"),
        count("n_share_90d", "Links shared in 90 days"),
        count("n_live_90d", "Live sessions watched in 90 days"),
        Column("is_on_wechat", "BOOLEAN", "Has a Tencent account in the bank", example=True),
        Column("is_on_jd", "BOOLEAN", "Has a JD account in the bank", example=True),
        Column(
            "lifecycle",
            "STRING",
            "By activity: first seen in 30 days, seen in 30, in 90, longer ago",
            allowed=LIFECYCLES,
            example="active",
        ),
    ),
    inputs=(
        Input("core.user_brand_day", window(365)),
        Input("core.person"),
        Input("landing.consent", EVERY),
        Input("landing.city", EVERY),
        Input("landing.product", EVERY),
    ),
)
