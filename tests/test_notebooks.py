from __future__ import annotations

from pathlib import Path

import jupytext  # type: ignore[import-untyped]
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_defines_no_functions(file: Path) -> None:
    lines = file.read_text("utf-8").splitlines()
    assert not [line for line in lines if line.lstrip().startswith(("def ", "class ")) or "lambda" in line]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_runs_from_its_first_cell_to_its_last(file: Path, night_lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BRANDCUBE_LAKE", str(night_lake))
    notebook = jupytext.read(file)
    NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in code)
    assert [output for output in code[-1].outputs if output.output_type == "execute_result"]
