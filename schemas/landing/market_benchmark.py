"""Reference: figures of the market that no party's log holds, such as a rival's single day."""

from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "market_benchmark",
    "One published figure of the market: a rival's turnover by minute, annual active buyers by quarter, stock placed.",
    Source("jd", "csv"),
    Column("metric", "STRING", "What is measured", Privacy.PUBLIC, example="rival_day_gmv_fen"),
    Column("period", "STRING", "When or where: minute of the day, quarter, city and SKU", Privacy.PUBLIC, example="0540"),
    Column("figure", "DOUBLE", "The figure, sent as `value`", Privacy.PUBLIC, example=1000.0, raw="value"),
)
