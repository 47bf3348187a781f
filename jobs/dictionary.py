"""The data dictionary: every table and column of the contracts, as Markdown."""

from __future__ import annotations

from schemas.catalogue import tables
from schemas.contract import Column, Input, Table
from schemas.mart.user_portrait import TAGS
from schemas.tags import Tag


def render() -> str:
    """The whole dictionary: a section for each table, then the catalogue of tags."""
    parts = ["# Data dictionary", "", "Rendered from `schemas/` by `brandcube tables --docs`.", ""]
    for table in tables().values():
        parts += _section(table)
    return "\n".join([*parts, *_tags()])


def _tags() -> list[str]:
    head = [
        "## Tags",
        "",
        "What a portrait says of a person. One that is not stored is told from dates for the day asked for.",
        "",
    ]
    return [*head, "| tag | meaning | source | looks back on | stored |", "|---|---|---|---|---|", *map(_tag, TAGS), ""]


def _tag(tag: Tag) -> str:
    return f"| {tag.name} | {tag.column.doc} | {tag.source} | {tag.window} | {'yes' if tag.is_stored else 'no'} |"


def _section(table: Table) -> list[str]:
    head = [
        f"## {table.full_name}",
        "",
        table.doc,
        "",
        f"Key: {', '.join(table.key)}. Partitioned by {table.partitioned_by}. Kept {table.retention_days} days.",
    ]
    if table.source:
        head.append(f"Sent by {table.source.party} as `{table.source.party}/{table.name}/<day>.{table.source.extension}`.")
    if table.inputs:
        head.append(f"Made from {', '.join(_read(item) for item in table.inputs)}.")
    body = ["", "| column | type | meaning | privacy | may be | example |", "|---|---|---|---|---|---|"]
    return [*head, *body, *(_row(column) for column in table.columns), ""]


def _row(column: Column) -> str:
    kind = column.type + ("" if column.nullable else " NOT NULL")
    example = "" if column.example is None else f"`{column.example}`"
    return f"| {column.name} | {kind} | {column.doc} | {column.privacy.name.lower()} | {_range(column)} | {example} |"


def _range(column: Column) -> str:
    if column.allowed:
        return ", ".join(str(value) for value in column.allowed)
    low, high = column.low, column.high
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'} to {'' if high is None else f'{high:g}'}".strip()


def _read(item: Input) -> str:
    if isinstance(item.days, str):
        return f"{item.table} ({item.days})"
    if item.days == (0,):
        return item.table
    return f"{item.table} (days {item.days[-1]} to {item.days[0]})"
