"""``brandcube keys``: what becomes of a brand's key."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from jobs import console
from jobs.brand_keys import BrandKeys
from jobs.command import Json, check_names, tell

app = typer.Typer(no_args_is_help=True, help="Destroy a brand's key.")


@app.callback()
def keys() -> None:
    """Keys of the brands."""


@app.command()
def offboard(
    context: typer.Context,
    brand: Annotated[str, typer.Option(help="Brand, a file of conf/brands.")],
    as_json: Json = False,
) -> None:
    """Destroy the brand's key for good: no pseudonym of its people can be made or resolved again."""
    check_names(context, brand)
    kept, today = BrandKeys.beside(context.obj.lake), datetime.now(UTC).date()
    kept.destroy(brand, today)
    console.say(f"the key of {brand} is destroyed; what it was given can no longer be told whose it is")
    tell(as_json, {"brand": brand, "day": today, "folder": kept.folder})
