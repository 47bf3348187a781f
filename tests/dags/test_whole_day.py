"""A whole day through Airflow itself: the landing DAG, then the core DAG that it sets off, on a lake of 500 people."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dags.command import CHECKOUT
from schemas.catalogue import build_order

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.sdk import DAG

BRANDCUBE = CHECKOUT / ".venv" / "bin" / "brandcube"
DAY = "2015-10-31"
CORE = [table.full_name for table in build_order() if table.layer == "core"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, dags: dict[str, DAG], tmp_path: Path) -> Callable[[str], DagRun]:
    """Runs a layer's DAG for the day, in this process, on a lake under ``tmp_path``.

    ``DAG.test`` takes no partition key, so the run that it makes is given one before its first task starts.
    """
    from airflow.models import dagrun
    from airflow.utils import db

    db.initdb()
    create = dagrun.get_or_create_dagrun

    def create_with_key(**options: Any) -> DagRun:
        made = create(**options)
        made.partition_key = DAY
        options["session"].commit()
        return made

    monkeypatch.setattr(dagrun, "get_or_create_dagrun", create_with_key)
    for name in ("lake", "inbox"):
        monkeypatch.setenv(f"AIRFLOW_VAR_BRANDCUBE_{name.upper()}", str(tmp_path / name))
    for dag in dags.values():
        for task in dag.tasks:
            monkeypatch.setattr(task, "retries", 0)
    return lambda layer: dags[f"brandcube_{layer}"].test(logical_date=None)


@pytest.mark.timeout(1800)
@pytest.mark.skipif(not BRANDCUBE.exists(), reason="the jobs environment is not there: `make test` makes it")
def test_a_day_is_landed_and_its_core_tables_are_made(
    run: Callable[[str], DagRun], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    world = ("--people", "500", "--from", DAY, "--to", DAY, "--seed", "3")
    _brandcube("generate", "--out", str(tmp_path / "inbox"), *world)
    _known_people("plant", tmp_path / "inbox", DAY)
    landed = run("landing")
    assert (landed.state, landed.partition_key) == ("success", DAY)
    assert ("brandcube_core", DAY) in _set_off()
    made = run("core")
    assert {task.task_id: task.state for task in made.get_task_instances()} == {
        name.removeprefix("core."): "success" for name in CORE
    }
    assert ("brandcube_mart", DAY) in _set_off()
    found = _brandcube("--lake", str(tmp_path / "lake"), "tables", "--json")["tables"]
    assert {table["table"] for table in found if table["layer"] == "core" and table["rows"]} == set(CORE)
    _airflow_tells_of_nobody(tmp_path / "copy", capfd)


def _airflow_tells_of_nobody(copy: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Neither Airflow's database nor its logs hold a known person; once one is put there, the same search says so."""
    home = Path(os.environ["AIRFLOW_HOME"])
    (home / "logs").mkdir(exist_ok=True)
    (home / "logs" / "printed").write_text("".join(capfd.readouterr()), "utf-8")
    told = _known_people("find", home)
    with capfd.disabled():
        print(
            f"\nAirflow: {told['files']} files, {told['bytes'] / 1e6:.1f} MB, {told['patterns']} patterns, hits {told['hits']}"
        )
    assert (told["hits"], told["undecoded"]) == ([], [])
    shutil.copytree(home, copy)
    with sqlite3.connect(copy / "airflow.db") as database:
        database.execute("UPDATE dag_run SET conf = ?", (json.dumps({"phone": "19812340007"}),))
    database.close()
    with (copy / "logs" / "printed").open("a") as log:
        log.write("canary.007@aviary.example.org")
    assert _known_people("find", copy)["hits"] == ["airflow.db", "printed"]


def _known_people(kind: str, folder: Path, *day: str) -> dict[str, Any]:
    """Have the jobs environment plant known people in an inbox, or search a folder for them."""
    command = [str(BRANDCUBE.with_name("python")), "-m", "tests.privacy.searching", kind, str(folder), *day]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout or "{}")
    return told


def _brandcube(*arguments: str) -> dict[str, Any]:
    command = [str(BRANDCUBE), *arguments, *([] if "--json" in arguments else ["--json"])]
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


def _set_off() -> set[tuple[str, str]]:
    """The DAGs that assets have set off, with the partition that each is to make."""
    from airflow.models.asset import AssetPartitionDagRun
    from airflow.utils.session import create_session
    from sqlalchemy import select

    with create_session() as session:
        return {(queued.target_dag_id, queued.partition_key) for queued in session.scalars(select(AssetPartitionDagRun))}
