"""The ledger: what became of each file's rows."""

from schemas import columns as c
from schemas.columns import count
from schemas.contract import Column, Privacy, Table

TABLE = Table(
    layer="landing",
    name="file",
    doc="One file that was landed; n_in = n_accepted + n_quarantined + n_duplicate, always.",
    key=("day", "table_name", "file_name"),
    columns=(
        c.ARRIVAL_DAY,
        Column("table_name", "STRING", "Landing table that took the rows", Privacy.PUBLIC, example="social_event"),
        c.PARTY,
        Column("file_name", "STRING", "Name of the file, without its folder", Privacy.PUBLIC, example="2015-11-01.jsonl.gz"),
        Column("n_bytes", "BIGINT", "Size of the file", low=0, example=1024),
        Column("sha256", "STRING", "SHA-256 of the file's bytes", example=c.HASH_EXAMPLE),
        count("n_in", "Rows in the file"),
        count("n_accepted", "Rows that landed"),
        count("n_quarantined", "Rows that broke the contract, or 1 for a file that is refused whole"),
        count("n_duplicate", "Rows that had landed before, or stand twice in the file"),
        count("n_late", "Accepted rows of an earlier day than the file's, by at most `landing.late_days`"),
        count("n_beyond", "Accepted rows that are later than that"),
        Column("n_by_reason", "MAP<STRING,BIGINT>", "Quarantined rows by the first rule of each; sums to n_quarantined"),
        Column("n_by_warning", "MAP<STRING,BIGINT>", "Rows that kept what is critical, by each rule besides that they broke"),
        Column("new_columns", "ARRAY<STRING>", "Fields beyond the contract that its rows came with"),
        Column(
            "delta_version", "BIGINT", "Version of the landing table that took the rows", low=0, example=1, is_physical=True
        ),
    ),
)
