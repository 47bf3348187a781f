"""What was delivered to whom: one row for each export."""

from schemas import columns as c
from schemas.columns import count
from schemas.contract import Column, Privacy, Table

TABLE = Table(
    layer="serving",
    name="export_manifest",
    doc="One delivery of a day, a list or removals alone, to one destination. Written by `brandcube export`.",
    key=("day", "list_id", "destination"),
    columns=(
        c.DAY,
        c.LIST_ID,
        c.BRAND_ID,
        c.DESTINATION,
        Column(
            "file_name",
            "STRING",
            "Delivered list; where there was none, the removals",
            Privacy.PUBLIC,
            example="b01-20151031.csv",
        ),
        count("n_row", "People delivered"),
        count("n_withheld", "People not delivered because the list was under the floor"),
        Column("n_bytes", "BIGINT", "Size of the file", low=0, example=1024),
        Column("sha256", "STRING", "SHA-256 of the file's bytes", nullable=True, example=c.HASH_EXAMPLE),
    ),
)
