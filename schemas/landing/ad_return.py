"""What came back from a delivered list: exposure, click and cost."""

from schemas import columns as c
from schemas.columns import count, fen, optional
from schemas.contract import Source
from schemas.landing import landed

TABLE = landed(
    "ad_return",
    "One day's exposure of one person of one delivered list, under the brand's pseudonym.",
    Source("tencent", "csv"),
    c.EVENT_AT,
    c.LIST_ID,
    c.BRAND_ID,
    c.AUDIENCE_HASH,
    optional(c.CAMPAIGN_ID),
    c.SCENE,
    count("n_impression", "Times shown"),
    count("n_click", "Clicks"),
    fen("cost_fen", "What the brand was charged"),
)
