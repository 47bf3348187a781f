"""Reference: the warehouses."""

from schemas import columns as c
from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "warehouse",
    "One warehouse; forward warehouses hold what a nearby city is predicted to order.",
    Source("jd", "csv"),
    c.WAREHOUSE_ID,
    c.CITY_CODE,
    Column("is_forward", "BOOLEAN", "True for a forward warehouse", Privacy.PUBLIC, example=False),
)
