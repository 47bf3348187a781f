"""JD's service: what was promised and kept, returned, and rated."""

from schemas import columns as c
from schemas.columns import optional
from schemas.contract import Column, Source
from schemas.landing import landed


def _rating(name: str, what: str) -> Column:
    return Column(name, "INT", f"Satisfaction with {what}, 1 to 5", nullable=True, low=1, high=5, example=5)


TABLE = landed(
    "service_event",
    "One service event of one order line: delivered, returned or rated.",
    Source("jd", "jsonl"),
    c.EVENT_AT,
    c.ORDER_ID,
    c.LINE_NO,
    c.JD_PIN_HASH,
    Column("kind", "STRING", "What happened", allowed=("delivered", "returned", "rated"), example="delivered"),
    c.BRAND_ID,
    optional(c.CATEGORY),
    optional(c.WAREHOUSE_ID),
    optional(c.CITY_CODE),
    Column("promised_at", "TIMESTAMP", "Promised delivery", nullable=True, example="2015-11-01 08:00:00"),
    Column("delivered_at", "TIMESTAMP", "Actual delivery", nullable=True, example="2015-11-01 07:00:00"),
    _rating("product_rating", "the product"),
    _rating("logistics_rating", "the delivery"),
    _rating("aftersale_rating", "the service after the sale"),
)
