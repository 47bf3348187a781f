"""Delivered pseudonyms of forgotten people, to be taken off by whoever received them."""

from schemas import columns as c
from schemas.contract import Column, Privacy, Table

TABLE = Table(
    layer="serving",
    name="recall",
    doc="One forgotten person on a list that one destination received. Written by `brandcube erase`, delivered by export.",
    key=("day", "brand_id", "destination", "audience_encrypted"),
    columns=(
        Column("day", "DATE", "Day from which deliveries carry it", Privacy.PUBLIC, example="2015-11-01"),
        c.BRAND_ID,
        Column("destination", "STRING", "Receiver, a file of conf/destinations", Privacy.PUBLIC, example="brand"),
        Column("audience_encrypted", "BINARY", "The delivered pseudonym, AES-GCM", Privacy.PSEUDONYM, example=None),
    ),
)
