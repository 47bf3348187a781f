"""The nightly DAGs: what has arrived is landed at 02:15 in Shanghai, then each layer follows, day by day, as its assets come.

The partition key of every run is the business day. Which table needs which is read from the contracts; a table's task, its
asset and its files bear one name.

To make days again, land them again, one after the other; the layers follow by themselves::

    airflow backfill create --dag-id brandcube_landing --from-date 2015-11-01 --to-date 2015-11-12T23:59 --max-active-runs 1

A last date without a time ends at midnight, before that day's run, and leaves the day out. Airflow Variables say where things
are: brandcube_lake, brandcube_inbox, brandcube_command and brandcube_conf.
"""

from __future__ import annotations

from airflow.sdk import DAG, Asset, AssetAll, CronPartitionTimetable, PartitionedAssetTimetable
from airflow.sdk.bases.timetable import BaseTimetable

from dags.command import CHECKOUT, BrandcubeOperator, variable
from schemas.catalogue import build_order, layer, reads_today, tables

NIGHTLY = CronPartitionTimetable("15 2 * * *", timezone="Asia/Shanghai", run_offset=-1, key_format="%Y-%m-%d")
ASSETS = {name: Asset(name=name, uri=f"brandcube:{name}", group=table.layer) for name, table in tables().items()}


def landing_dag() -> DAG:
    """One run a day, for yesterday: lands what the parties sent, and so brings every landing asset of that day."""
    with _dag("landing", "Lands what every party sent for the day.", NIGHTLY) as dag:
        land = BrandcubeOperator(task_id="land", arguments=["land", "all", variable("inbox", CHECKOUT / "inbox")])
        judge = BrandcubeOperator(
            task_id="judge", arguments=["judge"], outlets=[ASSETS[table.full_name] for table in layer("landing")]
        )
        land >> judge
    return dag


def layer_dag(name: str) -> DAG:
    """One run for each day of which all that the layer reads from other layers has come; one task per table."""
    built = [table for table in build_order() if table.layer == name]
    read = sorted({item.table for table in built for item in table.inputs if not item.table.startswith(f"{name}.")})
    schedule = PartitionedAssetTimetable(assets=AssetAll(*(ASSETS[table] for table in read)))
    tasks: dict[str, BrandcubeOperator] = {}
    with _dag(name, f"Makes the {name} tables of the day.", schedule) as dag:
        for table in built:
            task = BrandcubeOperator(
                task_id=table.name,
                arguments=["run", table.full_name, "--late"],
                doc_md=table.doc,
                inlets=[ASSETS[item.table] for item in table.inputs],
                outlets=[ASSETS[table.full_name]],
            )
            [tasks[name] for name in sorted(reads_today(table) & tasks.keys())] >> task
            tasks[table.full_name] = task
    return dag


def _dag(name: str, doc: str, schedule: BaseTimetable) -> DAG:
    return DAG(
        dag_id=f"brandcube_{name}",
        description=doc,
        doc_md=__doc__,
        schedule=schedule,
        catchup=False,
        max_active_runs=1,
        tags=["brandcube", name],
        default_args={"owner": "data-engineering"},
    )


landing, core, mart, serving = landing_dag(), layer_dag("core"), layer_dag("mart"), layer_dag("serving")
