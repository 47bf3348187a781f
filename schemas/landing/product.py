"""Reference: the articles."""

from schemas import columns as c
from schemas.columns import fen
from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "product",
    "One article, as JD last sent it.",
    Source("jd", "parquet"),
    c.SKU_ID,
    c.BRAND_ID,
    c.CATEGORY,
    Column("title", "STRING", "Name in the shop", Privacy.PUBLIC, example="Phone 5"),
    fen("list_price_fen", "List price", nullable=True),
)
