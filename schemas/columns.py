"""Columns that mean the same everywhere, and the words that they may hold."""

from __future__ import annotations

from dataclasses import replace

from schemas.contract import Column, IdentifierType, Privacy, Role

WECHAT_DISCOVERY = "wechat_discovery"
MOBILE_QQ = "mobile_qq"
ENTRANCES = (WECHAT_DISCOVERY, MOBILE_QQ)
"""The two shopping entrances that the plan opened on level one of WeChat and mobile QQ."""

UNKNOWN = "unknown"
SCENES = (
    *ENTRANCES,
    "moments_ad",
    "official_account",
    "mini_program",
    "qq_zone",
    "live",
    "group_share",
    "search",
    "jd_app",
    "jd_web",
    "jd_home_store",
    "partner_store",
    UNKNOWN,
)
SOCIAL_ACTIONS = (
    "impression",
    "click",
    "follow",
    "share",
    "group_open",
    "group_join",
    "group_fail",
    "live_watch",
)
SHOPPING_ACTIONS = ("register", "view", "click", "cart", "uncart", "favourite", "order")
ORDER_STATUSES = ("paid", "cancelled", "refunded")
ACCOUNT_TYPES = (IdentifierType.JD_PIN, IdentifierType.OPENID, IdentifierType.MEMBER)
CITY_TIERS = (0, 1, 2, 3, 4, 5, 6)
PRICE_BANDS = (0, 1, 2, 3, 4, 5)
SEVERITIES = ("critical", "warning", "info")
"""What the breach of a rule means, the gravest first: a critical one refuses the row or stops the night."""

HASH_EXAMPLE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def optional(column: Column) -> Column:
    """The same column where it may be missing."""
    return replace(column, nullable=True)


def pseudonym(name: str, identifier: str, doc: str, *, nullable: bool = False, person: Role | None = "subject") -> Column:
    """A landing column that holds the keyed pseudonym (64 hex characters) of the party's raw identifier."""
    role = None if identifier in IdentifierType.SHARED else person
    told = Column(name, "STRING", doc, Privacy.PSEUDONYM, nullable=nullable, example=HASH_EXAMPLE, identifier=identifier)
    return replace(told, person=role)


def count(name: str, doc: str) -> Column:
    """A number of things, never negative."""
    return Column(name, "BIGINT", doc, low=0, example=1)


def fen(name: str, doc: str, *, signed: bool = False, nullable: bool = False) -> Column:
    """An amount of money in integer fen (1/100 CNY)."""
    return Column(name, "BIGINT", doc, nullable=nullable, low=None if signed else 0, example=9900)


DAY = Column("day", "DATE", "Business day (Asia/Shanghai)", Privacy.PUBLIC, example="2015-11-01")
ARRIVAL_DAY = Column("day", "DATE", "Day on which the file arrived", Privacy.PUBLIC, example="2015-11-01")
EVENT_DAY = Column("event_day", "DATE", "Business day (Asia/Shanghai) of the event", Privacy.PUBLIC, example="2015-11-01")
IS_GONE = Column(
    "is_gone", "BOOLEAN", "True where the key ends: it holds from this day on no more", Privacy.PUBLIC, example=False
)
PARTY = Column("party", "STRING", "Who sent the row", Privacy.PUBLIC, example="jd")
EVENT_ID = Column("event_id", "STRING", "The sender's id of the row, unique within the party's table", example="e-1")
EVENT_AT = Column(
    "event_at", "TIMESTAMP", "Instant of the event (sent as epoch milliseconds, UTC)", example="2015-11-01 04:00:00"
)
ATTRIBUTES = Column(
    "attributes", "MAP<STRING,STRING>", "Further facts as the party sent them", nullable=True, example={"level": "3"}
)

PERSON_ID = Column(
    "person_id",
    "STRING",
    "Pseudonym of the person within the bank",
    Privacy.PSEUDONYM,
    example=HASH_EXAMPLE,
    person="subject",
)
ACCOUNT_TYPE = Column("account_type", "STRING", "Kind of party account", allowed=ACCOUNT_TYPES, example="jd_pin")
ACCOUNT_HASH = Column(
    "account_hash", "STRING", "Pseudonym of the party account", Privacy.PSEUDONYM, example=HASH_EXAMPLE, person="subject"
)
AUDIENCE_HASH = Column(
    "audience_hash",
    "STRING",
    "Pseudonym of the person under the brand's own key, pv1_<key version>_<64 hex>",
    Privacy.PSEUDONYM,
    example=f"pv1_1_{HASH_EXAMPLE}",
    person="subject",
)
OPENID_HASH = pseudonym("openid_hash", IdentifierType.OPENID, "Pseudonym of the WeChat or QQ openid")
JD_PIN_HASH = pseudonym("jd_pin_hash", IdentifierType.JD_PIN, "Pseudonym of the JD account")
PHONE_HASH = pseudonym("phone_hash", IdentifierType.PHONE, "Pseudonym of the mobile number")
EMAIL_HASH = pseudonym("email_hash", IdentifierType.EMAIL, "Pseudonym of the e-mail address")
OAID_HASH = pseudonym("oaid_hash", IdentifierType.OAID, "Pseudonym of the device's OAID")
MEMBER_HASH = pseudonym("member_hash", IdentifierType.MEMBER, "Pseudonym of the brand's member number")

BRAND_ID = Column("brand_id", "STRING", "Brand", Privacy.PUBLIC, example="b01", pattern=r"^[a-z0-9][a-z0-9-]{0,62}(?![\s\S])")
SKU_ID = Column("sku_id", "STRING", "Article", Privacy.PUBLIC, example="s0001")
CATEGORY = Column("category", "STRING", "Article category", Privacy.PUBLIC, example="phone")
SCENE = Column("scene", "STRING", "Scene in which it happened", Privacy.PUBLIC, allowed=SCENES, example="jd_app")
CAMPAIGN_ID = Column("campaign_id", "STRING", "Campaign", Privacy.PUBLIC, example="c01")
LIVE_SESSION_ID = Column("live_session_id", "STRING", "Live session", Privacy.PUBLIC, example="l01")
COUPON_ID = Column("coupon_id", "STRING", "Coupon", Privacy.PUBLIC, example="k01")
WAREHOUSE_ID = Column("warehouse_id", "STRING", "Warehouse", Privacy.PUBLIC, example="w01")
CITY_CODE = Column("city_code", "STRING", "City (GB/T 2260 code)", example="510100")
CITY_TIER = Column("city_tier", "INT", "City tier 1 to 6, 0 where unknown", allowed=CITY_TIERS, example=3)
PRICE_BAND = Column(
    "price_band", "INT", "Price band 1 (cheapest) to 5, 0 where nothing was bought", allowed=PRICE_BANDS, example=2
)
STAGE = Column("stage", "STRING", "Stage of a person with a brand in the scheme that base.toml names", example="interest")
ORDER_ID = Column("order_id", "STRING", "JD order", example="o1")
LINE_NO = Column("line_no", "INT", "Line within the order, from 1", low=1, example=1)
DESTINATION = Column("destination", "STRING", "Receiver, a file of conf/destinations", Privacy.PUBLIC, example="brand")
LIST_ID = Column("list_id", "STRING", "Target list: brand and day of making", Privacy.PUBLIC, example="b01-20151031")
MODEL_VERSION = Column("model_version", "STRING", "MLflow version of the model that scored", Privacy.PUBLIC, example="1")
SCORE = Column(
    "score", "DOUBLE", "Predicted probability that the person buys the brand in the next 14 days", low=0, high=1, example=0.1
)

LANDED = (ARRIVAL_DAY, EVENT_DAY, PARTY, EVENT_ID)
"""The first columns of every landing table."""
