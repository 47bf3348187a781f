"""Rows that broke their contract, each with its reason and encrypted."""

from schemas import columns as c
from schemas.contract import Column, Privacy, Table

TABLE = Table(
    layer="landing",
    name="quarantine",
    doc="One row of a party's file that broke the contract; the row itself is encrypted.",
    key=("day", "table_name", "file_name", "row_hash", "n_copy"),
    columns=(
        c.ARRIVAL_DAY,
        Column("table_name", "STRING", "Landing table that refused the row", Privacy.PUBLIC, example="social_event"),
        c.PARTY,
        Column("file_name", "STRING", "Name of the file, without its folder", Privacy.PUBLIC, example="2015-11-01.jsonl.gz"),
        Column("reasons", "ARRAY<STRING>", "The rules it broke, the gravest first, as in missing:event_id, never a value"),
        Column("severity", "STRING", "The gravest of theirs", Privacy.PUBLIC, allowed=c.SEVERITIES, example="critical"),
        Column("suite_sha256", "STRING", "SHA-256 of the suite that judged it", Privacy.PUBLIC, example=c.HASH_EXAMPLE),
        Column(
            "row_hash", "STRING", "Keyed hash of the row, to tell it from others", Privacy.PSEUDONYM, example=c.HASH_EXAMPLE
        ),
        Column("n_copy", "INT", "Which of several equal rows of the file it is, from 1", low=1, example=1),
        Column("row_encrypted", "BINARY", "The row as it came, AES-GCM", Privacy.PSEUDONYM, example=None),
    ),
)
