"""Which accounts the two parties know to belong together."""

from schemas import columns as c
from schemas.columns import optional
from schemas.contract import Source
from schemas.landing import landed

TABLE = landed(
    "identity_binding",
    "One binding of at least two of: a Tencent openid, a JD account, a mobile number.",
    Source("tencent", "jsonl"),
    c.EVENT_AT,
    optional(c.OPENID_HASH),
    optional(c.JD_PIN_HASH),
    optional(c.PHONE_HASH),
)
