"""What a tag is: one thing that a portrait says of a person, with its meaning, its source and its window."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.contract import Column, Value


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its ``column`` (meaning, type, values), the tables it is made from, and the days that it looks back.

    ``days`` is None where it looks back on everything that is known. ``unknown`` is the value that, like NULL, says that
    nothing is known. A tag that changes with every day is not stored: it is told from stored dates for the day asked for.
    """

    column: Column
    source: str
    days: int | None = None
    unknown: Value = None
    is_stored: bool = True

    @property
    def name(self) -> str:
        """The tag's name: that of its column."""
        return self.column.name

    @property
    def window(self) -> str:
        """The days that it looks back, in words."""
        return f"{self.days} days" if self.days else "all that is known"

    @property
    def is_group(self) -> bool:
        """True where its few values make groups of people."""
        return bool(self.column.allowed) or self.column.type == "BOOLEAN"
