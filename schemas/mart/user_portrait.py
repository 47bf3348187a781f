"""The precise portrait: who a person is to the bank, by what the person did. Every tag is declared here, once."""

from schemas import columns as c
from schemas.columns import count, optional
from schemas.contract import EVERY, Column, Input, Table
from schemas.tags import Tag

WINDOWS = (1, 7, 30, 90, 365)
TASTE_DAYS = 90
LIFECYCLES = ("new", "active", "regained", "dormant", "lost")
SHARE_ROLES = ("initiator", "joiner", "both", "none")

_TILES, _PERSON = "core.account_window", "core.person"
_FACETS = "core.account_facet_window"


def _score(name: str, doc: str) -> Tag:
    told = f"{doc}, 1 (worst) to 5, 0 where nothing was bought"
    return Tag(Column(name, "INT", told, allowed=c.PRICE_BANDS, example=3), _TILES, 365, unknown=0)


def _ratio(name: str, doc: str, source: str, days: int, *, high: float | None = 1) -> Tag:
    return Tag(Column(name, "DOUBLE", doc, nullable=True, low=0, high=high, example=0.5), source, days)


def _day(name: str, doc: str, source: str, days: int | None, *, nullable: bool = True) -> Tag:
    return Tag(Column(name, "DATE", doc, nullable=nullable, example="2015-11-01"), source, days)


def _each(name: str, doc: str, *, signed: bool = False) -> list[Tag]:
    """One tag for each window; ``{}`` stands for its length."""
    low = None if signed else 0
    return [Tag(Column(name.format(n), "BIGINT", doc.format(n), low=low, example=1), _TILES, n) for n in WINDOWS]


_PLACE = (
    Tag(c.CITY_TIER, f"{_FACETS}, landing.city", 365, unknown=0),
    _ratio("city_share", "How sure the city is: share of the contacts of a known city that came from it", _FACETS, 365),
)
_TASTE = (
    Tag(
        Column("favourite_scene", "STRING", "Scene with the most contacts", allowed=c.SCENES, example="jd_app"),
        _FACETS,
        TASTE_DAYS,
        unknown=c.UNKNOWN,
    ),
    _ratio("scene_share", "Its share of the contacts of a known scene", _FACETS, TASTE_DAYS),
    Tag(
        Column("favourite_category", "STRING", "Category with the most contacts", example="phone"),
        _FACETS,
        TASTE_DAYS,
        unknown=c.UNKNOWN,
    ),
    _ratio("category_share", "Its share of the contacts of a known category", _FACETS, TASTE_DAYS),
    Tag(optional(Column("favourite_brand_id", "STRING", "Brand with the most contacts", example="b01")), _FACETS, TASTE_DAYS),
    _ratio("brand_share", "Its share of the contacts of a known brand", _FACETS, TASTE_DAYS),
    Tag(c.PRICE_BAND, f"{_FACETS}, landing.product", 365, unknown=0),
    Tag(
        Column(
            "category_price_band",
            "INT",
            "Fifth of the favourite category's list prices that the mean price paid there is in, 0 where nothing was bought",
            allowed=c.PRICE_BANDS,
            example=2,
        ),
        f"{_FACETS}, landing.product",
        365,
        unknown=0,
    ),
)
_BUYING = (
    *_each("n_touch_{}d", "Contacts in {} days"),
    *_each("n_order_{}d", "Orders in {} days, net", signed=True),
    *_each("spend_{}d_fen", "Money spent in {} days, net", signed=True),
    _score("recency_score", "How recently the person bought"),
    _score("frequency_score", "How often the person bought"),
    _score("monetary_score", "How much the person spent"),
    _day("last_order_day", "Day of the last order", _TILES, 365),
    _day("first_order_day", "Day of the first order ever", "core.first_order", None),
    Tag(
        Column("first_order_scene", "STRING", "Entrance of it", nullable=True, allowed=c.SCENES, example="jd_app"),
        "core.first_order",
        unknown=c.UNKNOWN,
    ),
    _ratio("coupon_share", "Coupon sensitivity: share of the orders that a coupon was used for", _TILES, 365),
)
_SHARING = (
    Tag(count("n_share_90d", "Links shared and groups opened in 90 days"), _TILES, 90),
    Tag(count("n_live_90d", "Live sessions watched in 90 days"), _TILES, 90),
    Tag(
        Column("share_role", "STRING", "Opens buying groups, joins them, both or none", allowed=SHARE_ROLES, example="joiner"),
        _TILES,
        365,
    ),
    Tag(count("n_brought_365d", "Contacts of others through the person's links in 365 days"), _TILES, 365),
    _ratio("k_factor", "Contacts of others through the person's links, per buying group opened", _TILES, 365, high=None),
    Tag(
        Column(
            "share_depth",
            "DOUBLE",
            "Mean number of links between the person and those who joined a buying group by a chain that the person began",
            nullable=True,
            low=1,
            example=1.4,
        ),
        _TILES,
        365,
    ),
)
_SERVICE = (
    _ratio("promise_kept_share", "Share of deliveries in the promised time", _TILES, 365),
    Tag(count("n_returned_365d", "Returns in 365 days"), _TILES, 365),
    Tag(Column("mean_stars", "DOUBLE", "Mean of the stars given", nullable=True, low=1, high=5, example=4.5), _TILES, 365),
)
_ACTIVITY = (
    Tag(
        Column(
            "active_days",
            "ARRAY<INT>",
            "Days with a contact or order: days since 1970-01-01, ascending",
            example=[16740],
        ),
        _TILES,
        365,
    ),
    _day("first_day", "First of these days", _TILES, 365, nullable=False),
    _day("last_day", "Last of these days", _TILES, 365, nullable=False),
    _day("regained_day", "Last of these days before which the person was away for dormant_days or more", _TILES, 365),
    Tag(
        Column(
            "lifecycle",
            "STRING",
            "New by the first day; else active, regained (active, lately back from away), dormant or lost by the last",
            allowed=LIFECYCLES,
            example="active",
        ),
        _TILES,
        365,
    ),
    Tag(Column("is_on_wechat", "BOOLEAN", "Has a Tencent account in the bank", example=True), f"{_PERSON}, {_TILES}"),
    Tag(Column("is_on_jd", "BOOLEAN", "Has a JD account in the bank", example=True), f"{_PERSON}, {_TILES}"),
)
_TOLD = (
    Tag(
        Column("recency_days", "INT", "Days since the last order, 0 today", nullable=True, low=0), _TILES, 365, is_stored=False
    ),
    *(
        Tag(count(f"n_active_day_{days}d", f"Days with a contact or order in {days} days"), _TILES, days, is_stored=False)
        for days in WINDOWS
    ),
)
TAGS = (*_PLACE, *_TASTE, *_BUYING, *_SHARING, *_SERVICE, *_ACTIVITY, *_TOLD)

TABLE = Table(
    layer="mart",
    name="user_portrait",
    doc="One person with consent to a portrait who was active in the last 365 days, as of the end of the day.",
    key=("day", "person_id"),
    columns=(c.DAY, c.PERSON_ID, *(tag.column for tag in TAGS if tag.is_stored), c.IS_GONE),
    inputs=(
        Input("core.account_window"),
        Input("core.account_facet_window"),
        Input("core.first_order"),
        Input("core.person"),
        Input("landing.consent", EVERY),
        Input("landing.city", EVERY),
        Input("landing.product", EVERY),
    ),
    kept="changes",
)
