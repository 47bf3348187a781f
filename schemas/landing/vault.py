"""The vault: the one place that can lead back from a pseudonym to what a party sent, encrypted."""

from schemas import columns as c
from schemas.contract import Column, IdentifierType, Privacy, Table

TABLE = Table(
    layer="landing",
    name="vault",
    doc="One identifier, encrypted, under the pseudonym that stands for it everywhere else.",
    key=("identifier_type", "identifier_hash"),
    columns=(
        c.ARRIVAL_DAY,
        Column("identifier_type", "STRING", "Kind of identifier", allowed=IdentifierType.ALL, example="phone"),
        Column("identifier_hash", "STRING", "Its pseudonym", Privacy.PSEUDONYM, example=c.HASH_EXAMPLE, person="subject"),
        Column("identifier_encrypted", "BINARY", "The normalised identifier, AES-GCM", Privacy.IDENTITY, example=None),
    ),
)
