"""Reference: the campaigns, co-brand campaigns included."""

from schemas import columns as c
from schemas.columns import fen
from schemas.contract import Column, Privacy, Source
from schemas.landing import landed

TABLE = landed(
    "campaign",
    "One brand's part in one campaign; a co-brand campaign has a row for each of its brands.",
    Source("tencent", "csv"),
    c.CAMPAIGN_ID,
    c.BRAND_ID,
    Column("title", "STRING", "Name", Privacy.PUBLIC, example="Singles' Day teaser"),
    c.SCENE,
    Column("starts_on", "DATE", "First day", Privacy.PUBLIC, example="2015-11-01"),
    Column("ends_on", "DATE", "Last day", Privacy.PUBLIC, example="2015-11-11"),
    fen("budget_fen", "Budget of the brand's part"),
)
