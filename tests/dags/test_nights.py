"""The DAGs say what the contracts say, and cost nothing to parse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest
from airflow.sdk import DAG, Asset, AssetAll
from jinja2 import Environment

from dags.command import CHECKOUT, BrandcubeOperator
from dags.nights import NIGHTLY
from schemas.catalogue import build_order, layer, tables
from schemas.contract import Table

BUILT = build_order()
PARSED = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag("dags")
heavy = {"pyspark", "delta", "great_expectations", "mlflow", "pandas", "numpy", "pyarrow", "xgboost"}
seconds = sum(file.duration.total_seconds() for file in bag.dagbag_stats)
print(json.dumps({"dags": len(bag.dags), "seconds": seconds, "heavy": sorted(heavy & set(sys.modules))}))
"""


def test_the_dag_files_are_parsed_in_under_a_second_and_load_nothing_heavy() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", PARSED], cwd=CHECKOUT, env=_environment(), capture_output=True, text=True, check=False
    )
    parsed = json.loads(ran.stdout.splitlines()[-1])
    assert parsed["seconds"] < 1
    assert parsed == {"dags": 4, "seconds": parsed["seconds"], "heavy": []}


def test_there_is_one_dag_for_each_layer(dags: dict[str, DAG]) -> None:
    assert sorted(dags) == ["brandcube_core", "brandcube_landing", "brandcube_mart", "brandcube_serving"]
    assert {dag.max_active_runs for dag in dags.values()} == {1}
    assert all({"brandcube"} < dag.tags and not dag.catchup for dag in dags.values())


def test_landing_runs_each_night_in_shanghai_for_the_day_before(dags: dict[str, DAG]) -> None:
    assert dags["brandcube_landing"].timetable == NIGHTLY
    land, judge = (dags["brandcube_landing"].get_task(name) for name in ("land", "judge"))
    assert (land.downstream_task_ids, land.outlets) == ({"judge"}, [])
    assert _names(judge.outlets) == {table.full_name for table in layer("landing")}


@pytest.mark.parametrize("name", ["core", "mart", "serving"])
def test_a_layer_waits_for_all_that_it_reads_from_other_layers(dags: dict[str, DAG], name: str) -> None:
    read = {item.table for table in BUILT if table.layer == name for item in table.inputs}
    condition = dags[f"brandcube_{name}"].timetable.asset_condition
    assert isinstance(condition, AssetAll)
    assert {asset.name for asset in condition.objects if isinstance(asset, Asset)} == {
        table for table in read if not table.startswith(f"{name}.")
    }


@pytest.mark.parametrize("table", BUILT, ids=lambda table: table.full_name)
def test_every_built_table_has_a_task_from_its_inputs_to_itself(dags: dict[str, DAG], table: Table) -> None:
    task = _task(dags, table)
    assert _names(task.inlets) == {item.table for item in table.inputs}
    assert _names(task.outlets) == {table.full_name}
    assert task.owner == "data-engineering"


@pytest.mark.parametrize("table", BUILT, ids=lambda table: table.full_name)
def test_a_task_follows_the_tasks_whose_rows_of_the_day_it_reads(dags: dict[str, DAG], table: Table) -> None:
    today = {item.name for item in table.inputs if isinstance(item.days, str) or 0 in item.days}
    own = {other.name for other in BUILT if other.layer == table.layer} - {table.name}
    assert _task(dags, table).upstream_task_ids == today & own


def test_every_inlet_is_some_tasks_outlet_or_a_commands_and_every_table_is_made_once(dags: dict[str, DAG]) -> None:
    outlets = [asset.name for dag in dags.values() for task in dag.tasks for asset in task.outlets]
    inlets = {asset.name for dag in dags.values() for task in dag.tasks for asset in task.inlets}
    by_command = {table.full_name for table in tables().values() if table.layer == "serving" and not table.inputs}
    assert inlets <= {*outlets, *by_command}
    assert len(outlets) == len(set(outlets))
    assert set(outlets) == set(tables()) - by_command


def test_a_task_runs_the_command_of_the_jobs_environment_for_its_partition(dags: dict[str, DAG]) -> None:
    (touch,) = (table for table in BUILT if table.full_name == "core.touch")
    command = [str(CHECKOUT / ".venv/bin/brandcube"), "--lake", str(CHECKOUT / "lake"), "--conf", "local"]
    assert _rendered(_task(dags, touch), {}) == [*command, "run", "core.touch", "--late", "--day", "2015-11-11", "--json"]


def test_variables_say_where_the_command_the_lake_and_the_inbox_are(dags: dict[str, DAG]) -> None:
    given = {name: f"/srv/{name}" for name in ("brandcube_command", "brandcube_lake", "brandcube_inbox")}
    land = dags["brandcube_landing"].get_task("land")
    assert isinstance(land, BrandcubeOperator)
    assert _rendered(land, {**given, "brandcube_conf": "cluster"}) == [
        *("/srv/brandcube_command", "--lake", "/srv/brandcube_lake", "--conf", "cluster"),
        *("land", "all", "/srv/brandcube_inbox", "--day", "2015-11-11", "--json"),
    ]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(CHECKOUT)}


def _task(dags: dict[str, DAG], table: Table) -> BrandcubeOperator:
    task = dags[f"brandcube_{table.layer}"].get_task(table.name)
    assert isinstance(task, BrandcubeOperator)
    return task


def _names(assets: list[Asset]) -> set[str]:
    return {asset.name for asset in assets}


def _rendered(task: BrandcubeOperator, variables: dict[str, str]) -> list[str]:
    context = {"dag_run": SimpleNamespace(partition_key="2015-11-11"), "var": SimpleNamespace(value=variables)}
    return [Environment(autoescape=False).from_string(word).render(context) for word in task.command]
