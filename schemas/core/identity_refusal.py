"""The evidence that joins nobody, counted: nothing is left out in silence."""

from schemas import columns as c
from schemas.columns import count
from schemas.contract import EVERY, Column, IdentifierType, Input, Table
from schemas.core.identity_edge import SOURCES
from schemas.core.person import CROWDS

REASONS = ("nobody", "self", "consent", "weak", "contradiction", "degree", *CROWDS)
"""It names one identifier only, or one twice; an account does not allow it; its source is not sure enough; a newer row, or
one of the same day, says otherwise; an identifier has too many others beside it; the group is too large to be one person."""

TABLE = Table(
    layer="core",
    name="identity_refusal",
    doc="One reason for which evidence that would count on the day joins nobody, by its source and kind of identifier.",
    key=("day", "reason", "source", "identifier_type"),
    columns=(
        c.DAY,
        Column("reason", "STRING", "Why", allowed=REASONS, example="degree"),
        Column("source", "STRING", "What named them; `group` is all evidence", allowed=(*SOURCES, "group"), example="device"),
        Column("identifier_type", "STRING", "Kind of what was refused", allowed=IdentifierType.ALL, example="oaid"),
        count("n_edge", "Pairs, or rows of one identifier, that were refused; for a group its identifiers of the kind"),
        count("n_identifier", "Identifiers of the kind that they are about"),
        count("n_most", "Pairs of the one that has most, or identifiers of the largest group"),
    ),
    inputs=(
        Input("landing.identity_binding", EVERY),
        Input("landing.crm_member", EVERY),
        Input("landing.consent", EVERY),
        Input("core.identity_edge"),
        Input("core.person"),
    ),
)
