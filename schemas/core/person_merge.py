"""Which id went into which, and on which night: an account was a person under its own hash until it was joined to another's."""

from dataclasses import replace

from schemas import columns as c
from schemas.contract import Input, Table

TABLE = Table(
    layer="core",
    name="person_merge",
    doc="One account whose own hash names its person no more, since the night that keeps the row; gone where it does again.",
    key=("day", "person_id"),
    columns=(
        c.DAY,
        c.PERSON_ID,
        replace(c.PERSON_ID, name="merged_into_id", doc="Pseudonym of the person that it belongs to now"),
        c.IS_GONE,
    ),
    inputs=(Input("core.person"),),
    kept="changes",
)
