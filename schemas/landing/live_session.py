"""Reference: the live sessions."""

from schemas import columns as c
from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "live_session",
    "One live selling session of one brand.",
    Source("jd", "csv"),
    c.LIVE_SESSION_ID,
    c.BRAND_ID,
    Column("starts_at", "TIMESTAMP", "Start", Privacy.PUBLIC, example="2015-11-05 12:00:00"),
    Column("ends_at", "TIMESTAMP", "End", Privacy.PUBLIC, example="2015-11-05 15:00:00"),
)
