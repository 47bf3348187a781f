"""The vault is written by landing and forgotten by erasure; nothing else so much as names it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.catalogue import tables

ROOT = Path(__file__).parents[2]
KEEPERS = {"jobs/landing/vault.py", "jobs/landing/steps.py"}
"""Who writes it. The exporter is not among them yet: it hands out brand pseudonyms only."""
ERASURE = "jobs/erasure"


def _names_the_vault(source: str) -> bool:
    """True where a module imports the vault's contract, or has its name as a string."""
    return any(_is_vault(node) for node in ast.walk(ast.parse(source)))


def _is_vault(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        named = {f"{node.module}.{item.name}" for item in node.names} | {node.module}
        return bool(named & {"schemas.landing.vault", "jobs.landing.vault"})
    if isinstance(node, ast.Import):
        return any(item.name in ("schemas.landing.vault", "jobs.landing.vault") for item in node.names)
    return isinstance(node, ast.Constant) and node.value in ("landing.vault", "landing/vault")


def _modules() -> Iterator[str]:
    for folder in ("jobs", "dags", "notebooks", "expectations"):
        yield from (str(path.relative_to(ROOT)) for path in sorted((ROOT / folder).rglob("*.py")))


def test_no_module_but_its_keepers_reads_the_vault() -> None:
    named = {module for module in _modules() if _names_the_vault((ROOT / module).read_text("utf-8"))}
    assert {module for module in named if not module.startswith(ERASURE)} <= KEEPERS


def test_no_table_is_made_of_it() -> None:
    assert [table.full_name for table in tables().values() if any(item.table == "landing.vault" for item in table.inputs)] == []


@pytest.mark.parametrize(
    "source",
    [
        "from schemas.landing.vault import TABLE",
        "import schemas.landing.vault",
        "from schemas.landing import vault",
        "from jobs.landing import vault",
        'rows = lake.read(find("landing.vault"))',
    ],
)
def test_a_module_that_read_it_would_be_seen(source: str) -> None:
    assert _names_the_vault(source)
