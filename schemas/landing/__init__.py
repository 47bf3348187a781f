"""Tables of the landing layer: each party's rows as they came, checked and pseudonymised; one table a file."""

from schemas.columns import ATTRIBUTES, LANDED
from schemas.contract import Column, Source, Table


def landed(name: str, doc: str, source: Source, *columns: Column) -> Table:
    """A landing table: what every one has, around the columns that the party sends."""
    return Table(
        layer="landing",
        name=name,
        doc=doc,
        key=("party", "event_id"),
        partitioned_by="event_day",
        source=source,
        columns=(*LANDED, *columns, ATTRIBUTES),
    )
