"""Who is forgotten, so that no file brings them back; nobody can be told from it without its key."""

from schemas import columns as c
from schemas.contract import Column, Privacy, Table

TABLE = Table(
    layer="landing",
    name="erasure",
    doc="One pseudonym of one forgotten person, hashed once more under the key of erasure. Written by `brandcube erase`.",
    key=("erased_hash",),
    columns=(
        Column("day", "DATE", "Day from which deliveries ask for removal", Privacy.PUBLIC, example="2015-11-01"),
        Column("erased_hash", "STRING", "Keyed hash of the pseudonym", Privacy.PSEUDONYM, example=c.HASH_EXAMPLE),
        Column("is_named", "BOOLEAN", "True for what the request named, false for what was found with it", example=True),
    ),
    retention_days=36_500,
)
