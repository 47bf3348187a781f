"""The brands' own customers."""

from schemas import columns as c
from schemas.columns import optional, pseudonym
from schemas.contract import Column, IdentifierType, Source
from schemas.landing import landed

TABLE = landed(
    "crm_member",
    "One member of one brand's loyalty programme, as the brand last sent it.",
    Source("brand", "csv"),
    c.EVENT_AT,
    c.BRAND_ID,
    c.MEMBER_HASH,
    optional(c.PHONE_HASH),
    optional(c.EMAIL_HASH),
    pseudonym("name_hash", IdentifierType.NAME, "Pseudonym of the member's name", nullable=True),
    Column("member_tier", "INT", "Tier of the programme, 1 lowest", low=1, high=9, example=1),
    Column("joined_on", "DATE", "Day of joining", example="2014-05-01"),
    optional(c.CITY_CODE),
)
