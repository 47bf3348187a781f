"""Renders the HTML pages that leave the bank: everything escaped, nothing fetched from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(template: str, **facts: Any) -> bytes:
    """A template of this package filled with facts, as UTF-8 with LF."""
    return _environment().get_template(template).render(**facts).encode()


@cache
def _environment() -> Environment:
    pages = Environment(
        loader=PackageLoader("jobs.serving"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    pages.filters["grouped"] = lambda number: f"{number:,}"
    pages.filters["yuan"] = lambda amount: f"¥{amount / 100:,.0f}"
    return pages
