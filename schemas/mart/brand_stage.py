"""How far a person has come with a brand, under every scheme of stages in ``conf/lifecycle``."""

from schemas import columns as c
from schemas.columns import count, fen
from schemas.contract import Column, Input, Table


def _net(name: str, doc: str) -> Column:
    return Column(name, "BIGINT", doc, example=1)


TABLE = Table(
    layer="mart",
    name="brand_stage",
    doc="One person with a portrait and one brand that the person met in the last 365 days, as of the end of the day.",
    key=("day", "person_id", "brand_id"),
    columns=(
        c.DAY,
        c.PERSON_ID,
        c.BRAND_ID,
        c.STAGE,
        Column("stage_rank", "INT", "The stage's place in its scheme, 1 for the lowest", low=1, example=2),
        Column(
            "stages",
            "ARRAY<STRUCT<scheme: STRING, stage: STRING>>",
            "The stage in every scheme, by the scheme's name",
            example=[{"scheme": "aipl", "stage": "interest"}],
        ),
        *(count(f"n_touch_{days}d", f"Contacts in {days} days") for days in (7, 30, 90, 365)),
        *(count(f"n_interest_{days}d", f"Signs of interest in {days} days") for days in (30, 90)),
        *(_net(f"n_order_{days}d", f"Orders in {days} days, net") for days in (30, 90, 365)),
        *(fen(f"spend_{days}d_fen", f"Money spent in {days} days, net", signed=True) for days in (30, 90, 365)),
        Column("last_day", "DATE", "Last day with a contact or order", example="2015-11-01"),
        Column("last_order_day", "DATE", "Day of the last order", nullable=True, example="2015-11-01"),
        c.IS_GONE,
    ),
    inputs=(Input("core.account_facet_window"), Input("core.person"), Input("mart.user_portrait")),
    kept="changes",
)
