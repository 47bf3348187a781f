"""What the bank knows of who is who: pairs of pseudonyms that some row of a party names together."""

from schemas import columns as c
from schemas.contract import EVERY, Column, IdentifierType, Input, Privacy, Table

SOURCES = ("binding", "member", "device")
"""An account binding, a brand's own customer file, a device that an account was used on."""

TABLE = Table(
    layer="core",
    name="identity_edge",
    doc="One pair of pseudonyms that were named together, whether or not it may be used: an account and what stands beside it.",
    key=("day", "account_type", "account_hash", "linked_type", "linked_hash"),
    columns=(
        c.DAY,
        c.ACCOUNT_TYPE,
        c.ACCOUNT_HASH,
        Column("linked_type", "STRING", "Kind of the other identifier", allowed=IdentifierType.ALL, example="phone"),
        # without a role: a device is several people's, and the row is forgotten with its account
        Column("linked_hash", "STRING", "Pseudonym of the other identifier", Privacy.PSEUDONYM, example=c.HASH_EXAMPLE),
        Column("source", "STRING", "What kind of row named them", allowed=SOURCES, example="binding"),
        Column("first_day", "DATE", "Event day on which they were first named", Privacy.PUBLIC, example="2015-11-01"),
        Column("last_day", "DATE", "Event day on which they were last named", Privacy.PUBLIC, example="2015-11-01"),
        Column(
            "expires_on",
            "DATE",
            "First day on which it counts no more, NULL where it counts for good",
            Privacy.PUBLIC,
            nullable=True,
            example="2016-01-30",
        ),
        Column("confidence", "DOUBLE", "How sure its source makes it", low=0, high=1, example=1.0),
        c.IS_GONE,
    ),
    inputs=(
        Input("landing.identity_binding", EVERY),
        Input("landing.crm_member", EVERY),
        Input("landing.social_event", EVERY),
        Input("landing.shopping_event", EVERY),
    ),
    kept="changes",
)
