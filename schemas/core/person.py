"""Who is who: every account and hashed identifier, with the person that it belongs to."""

from schemas import columns as c
from schemas.contract import EVERY, Column, IdentifierType, Input, Privacy, Table

TABLE = Table(
    layer="core",
    name="person",
    doc="One bound identifier and its person, as of the end of the day. Any other account is a person under its own hash.",
    key=("day", "identifier_type", "identifier_hash"),
    columns=(
        c.DAY,
        Column("identifier_type", "STRING", "Kind of identifier", allowed=IdentifierType.ALL, example="jd_pin"),
        Column("identifier_hash", "STRING", "Its pseudonym", Privacy.PSEUDONYM, example=c.HASH_EXAMPLE, person="subject"),
        c.PERSON_ID,
        c.IS_GONE,
    ),
    inputs=(
        Input("landing.identity_binding", EVERY),
        Input("landing.crm_member", EVERY),
        Input("landing.consent", EVERY),
    ),
    kept="changes",
)
