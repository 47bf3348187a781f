"""The operator: what the command's exit codes mean to Airflow."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowException, AirflowFailException

from dags.command import BrandcubeOperator


def test_the_commands_last_line_is_the_tasks_result(tmp_path: Path) -> None:
    assert _run(_operator(tmp_path, 'echo "25 rows"; echo \'{"rows": 25}\'')) == '{"rows": 25}'


def test_a_failed_gate_fails_the_task_for_good_with_the_commands_own_sentence(tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="^core.touch of 2015-11-11 broke its key$"):
        _run(_operator(tmp_path, "echo core.touch of 2015-11-11 broke its key >&2; exit 3"))


def test_any_other_end_is_tried_again(tmp_path: Path) -> None:
    operator = _operator(tmp_path, "echo the disk is full; exit 1")
    with pytest.raises(AirflowException, match="exit code 1: the disk is full$") as raised:
        _run(operator)
    assert not isinstance(raised.value, AirflowFailException)
    assert operator.retries == 2


def test_a_run_without_a_partition_key_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(AirflowFailException, match="names no day: trigger it with a partition key such as 2015-11-11"):
        _run(_operator(tmp_path, "echo never"), key=None)


def _operator(folder: Path, script: str) -> BrandcubeOperator:
    program = folder / "brandcube"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    operator = BrandcubeOperator(task_id="touch", arguments=["run", "core.touch"])
    operator.command = [str(program)]
    return operator


def _run(operator: BrandcubeOperator, key: str | None = "2015-11-11") -> str:
    return operator.execute(cast(Context, {"dag_run": SimpleNamespace(partition_key=key)}))
