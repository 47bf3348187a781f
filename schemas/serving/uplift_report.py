"""The figures of the festival reports, as they were printed."""

from schemas import columns as c
from schemas.columns import count
from schemas.contract import Column, Privacy, Table

TABLE = Table(
    layer="serving",
    name="uplift_report",
    doc="One figure of one brand's festival report. Written by `brandcube report`.",
    key=("day", "brand_id", "figure_id"),
    columns=(
        c.DAY,
        c.BRAND_ID,
        Column("figure_id", "STRING", "Figure, as in 1 or 7.users", Privacy.PUBLIC, example="1"),
        Column(
            "title",
            "STRING",
            "What it says",
            Privacy.PUBLIC,
            example="Entrance sales on 11 November against October's daily average",
        ),
        Column("estimate", "DOUBLE", "Estimate", example=20.0),
        Column("ci_low", "DOUBLE", "Lower end of the 95 % interval", example=19.0),
        Column("ci_high", "DOUBLE", "Upper end of the 95 % interval", example=21.0),
        count("n", "Rows, people or orders that the estimate rests on"),
        Column("planted", "DOUBLE", "Planted truth, where the lake holds one", nullable=True, example=20.0),
    ),
)
