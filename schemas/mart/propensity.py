"""How likely a person is to buy a brand in the next 14 days."""

from schemas import columns as c
from schemas.contract import Input, Table

TABLE = Table(
    layer="mart",
    name="propensity",
    doc="One person and brand with the champion model's score, as of the end of the day.",
    key=("day", "person_id", "brand_id"),
    columns=(c.DAY, c.PERSON_ID, c.BRAND_ID, c.SCORE, c.MODEL_VERSION),
    inputs=(Input("mart.brand_stage"), Input("mart.user_portrait")),
    needs=("model",),
)
