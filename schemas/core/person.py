"""Who is who: every account and hashed identifier, with the person that it belongs to."""

from schemas import columns as c
from schemas.contract import EVERY, Column, IdentifierType, Input, Privacy, Table

CROWDS = ("crowd", "accounts")
"""Why a group is not one person: it has too many identifiers, or too many accounts of one party."""

TABLE = Table(
    layer="core",
    name="person",
    doc="One bound identifier and its person at the end of the day. Any other account is a person under its own hash.",
    key=("day", "identifier_type", "identifier_hash"),
    columns=(
        c.DAY,
        Column("identifier_type", "STRING", "Kind of identifier", allowed=IdentifierType.ALL, example="jd_pin"),
        Column("identifier_hash", "STRING", "Its pseudonym", Privacy.PSEUDONYM, example=c.HASH_EXAMPLE, person="subject"),
        c.PERSON_ID,
        Column("group_no", "BIGINT", "The identifiers that the evidence joins bear one number", example=1),
        Column(
            "refused",
            "STRING",
            "Why the group is not one person and each of it stays its own; NULL where it is one",
            nullable=True,
            allowed=CROWDS,
            example="crowd",
        ),
        c.IS_GONE,
    ),
    inputs=(Input("core.identity_edge"), Input("landing.consent", EVERY)),
    kept="changes",
)
