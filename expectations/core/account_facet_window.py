"""An account's windows by facet: each facet has those that are asked of it."""

from expectations import rules
from schemas.core.account_facet_window import TABLE, asking


def _is_amiss(column: str) -> str:
    facets = ", ".join(f"'{facet}'" for facet in asking(column))
    return f"({column} IS NULL) = (facet IN ({facets}))"


RULES = (
    rules.no_rows(
        "A facet's windows are told where they are asked for, and nowhere else.",
        f"WHERE {' OR '.join(_is_amiss(column.name) for column in TABLE.columns if column.nullable)}",
    ),
)
