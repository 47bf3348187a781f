"""What a person allowed, to whom, for what."""

from schemas import columns as c
from schemas.columns import optional
from schemas.contract import Column, Source
from schemas.landing import landed

PURPOSES = ("link", "portrait", "measure", "activate")

TABLE = landed(
    "consent",
    "One grant or withdrawal. The subject is the account that is given; the newest statement counts; default deny.",
    Source("jd", "csv"),
    c.EVENT_AT,
    optional(c.JD_PIN_HASH),
    optional(c.OPENID_HASH),
    Column("purpose", "STRING", "For what", allowed=PURPOSES, example="portrait"),
    optional(c.BRAND_ID),
    Column("is_granted", "BOOLEAN", "True for a grant, false for a withdrawal", example=True),
)
