"""Every table of the lake, found by walking the layer packages: ``schemas/<layer>/<table>.py`` holds one ``TABLE``."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from schemas.contract import LAYERS, Table


@cache
def tables() -> dict[str, Table]:
    """All tables by full name, by layer, then by name."""
    found = {}
    for layer in LAYERS:
        for path in sorted((Path(__file__).parent / layer).glob("[a-z]*.py")):
            table: Table = import_module(f"schemas.{layer}.{path.stem}").TABLE
            found[table.full_name] = table
    return found


def find(name: str) -> Table:
    """The table named ``core.touch`` or, where only one layer has it, ``touch``; ``LookupError`` otherwise."""
    everything = tables()
    if name in everything:
        return everything[name]
    matches = [table for table in everything.values() if table.name == name]
    if len(matches) == 1:
        return matches[0]
    raise LookupError(f"no table is named {name!r}; `brandcube tables` lists them")


def layer(name: str) -> tuple[Table, ...]:
    """The tables of one layer."""
    return tuple(table for table in tables().values() if table.layer == name)


def build_order() -> tuple[Table, ...]:
    """The tables above landing, each after everything that it reads on the same day."""
    ordered: dict[str, Table] = {}
    waiting = {name: table for name, table in tables().items() if table.inputs}
    while waiting:
        ready = [name for name, table in waiting.items() if not reads_today(table) & waiting.keys()]
        if not ready:
            raise ValueError(f"the inputs of {', '.join(sorted(waiting))} form a circle")
        for name in ready:
            ordered[name] = waiting.pop(name)
    return tuple(ordered.values())


def reads_today(table: Table) -> set[str]:
    """What must be there before the table is made: its inputs, but for itself and those of which only earlier days are read."""
    read = {item.table for item in table.inputs if isinstance(item.days, str) or max(item.days) >= 0}
    return read - {table.full_name}
