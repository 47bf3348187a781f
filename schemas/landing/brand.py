"""Reference: the brands."""

from schemas import columns as c
from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "brand",
    "One brand, as JD last sent it.",
    Source("jd", "csv"),
    c.BRAND_ID,
    Column("title", "STRING", "Name in English", Privacy.PUBLIC, example="Northwind"),
    Column("title_zh", "STRING", "Name in Chinese", Privacy.PUBLIC, example="北风"),
    Column("industry", "STRING", "Industry", Privacy.PUBLIC, example="consumer electronics"),
)
