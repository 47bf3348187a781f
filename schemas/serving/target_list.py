"""Whom a brand should meet next: the best of the eligible, within budget, less the sealed control."""

from schemas import columns as c
from schemas.contract import EVERY, Column, Input, Table, window

CAP_DAYS = 14

TABLE = Table(
    layer="serving",
    name="target_list",
    doc="One person on one brand's list of the day; what an export delivers.",
    key=("day", "list_id", "person_id"),
    columns=(
        c.DAY,
        c.LIST_ID,
        c.BRAND_ID,
        c.PERSON_ID,
        c.AUDIENCE_HASH,
        c.SCORE,
        Column("rank", "INT", "Place by score among the chosen, from 1", low=1, example=1),
        c.MODEL_VERSION,
    ),
    inputs=(
        Input("mart.propensity"),
        Input("mart.brand_stage"),
        Input("landing.consent", EVERY),
        Input("core.person"),
        Input("serving.target_list", window(CAP_DAYS + 1)[1:]),
        Input("serving.sealed_control", window(CAP_DAYS + 1)[1:]),
    ),
)
