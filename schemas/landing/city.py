"""Reference: the cities and their tiers."""

from schemas import columns as c
from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "city",
    "One city with its tier.",
    Source("jd", "csv"),
    c.CITY_CODE,
    Column("title_zh", "STRING", "Name in Chinese", Privacy.PUBLIC, example="成都"),
    Column("province", "STRING", "Province in Chinese", Privacy.PUBLIC, example="四川"),
    c.CITY_TIER,
)
