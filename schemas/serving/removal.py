"""Whom a receiver must take off what was already delivered to it: a withdrawal or an erasure, in the next export."""

from schemas import columns as c
from schemas.contract import EVERY, Column, Input, Privacy, Table

WITHDRAWAL, ERASURE = "withdrawal", "erasure"

TABLE = Table(
    layer="serving",
    name="removal",
    doc="One person to be taken off one brand's lists at one destination. Encrypted, so that nobody forgotten stays readable.",
    key=("day", "brand_id", "destination", "audience_encrypted"),
    columns=(
        c.DAY,
        c.BRAND_ID,
        c.DESTINATION,
        Column("reason", "STRING", "Why", Privacy.PUBLIC, allowed=(WITHDRAWAL, ERASURE), example=WITHDRAWAL),
        Column("audience_encrypted", "BINARY", "The audience_hash that was delivered, AES-GCM", Privacy.PSEUDONYM),
    ),
    inputs=(
        Input("serving.target_list", EVERY),
        Input("serving.export_manifest", EVERY),
        Input("landing.consent", EVERY),
        Input("core.person"),
        Input("serving.removal", EVERY),
    ),
)
