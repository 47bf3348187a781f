"""Reference: the coupons."""

from schemas import columns as c
from schemas.columns import fen
from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "coupon",
    "One coupon: so much off from a threshold on.",
    Source("jd", "csv"),
    c.COUPON_ID,
    c.BRAND_ID,
    fen("threshold_fen", "Least amount of the order"),
    fen("discount_fen", "Amount off"),
    Column("starts_on", "DATE", "First day", Privacy.PUBLIC, example="2015-10-15"),
    Column("ends_on", "DATE", "Last day", Privacy.PUBLIC, example="2015-11-11"),
)
