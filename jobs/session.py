"""The one warm Spark session of a process: Delta from the checkout's jars, noise into a file, keys in a view."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.setup.jars import jar_paths
from jobs.setup.java import find_java

TIME_ZONE = "Asia/Shanghai"
_LOG4J = Path(__file__).parents[1] / "conf" / "log4j2.properties"
_JAVA = f"-XX:+UseParallelGC -Dlog4j2.configurationFile={_LOG4J.as_uri()}"
"""The parallel collector: landing cost 66 CPU seconds a million with it, 72 with Java's own choice, on a shared machine."""
_FIXED = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": TIME_ZONE,
    "spark.sql.ansi.enabled": "true",
    "spark.sql.constraintPropagation.enabled": "false",  # two to the power of the columns that a filter names: never ends
    "spark.sql.maxConcurrentOutputFileWriters": "8",  # rows of few days are written as they lie, not sorted by day first
    "spark.io.encryption.enabled": "true",  # what is shuffled, or set down for want of memory, can hold identifiers
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.legacy.parquet.nanosAsLong": "true",
    "spark.sql.mapKeyDedupPolicy": "LAST_WIN",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.maxPlanStringLength": "2000",
    "spark.sql.ui.retainedExecutions": "5",
    "spark.ui.retainedJobs": "20",
    "spark.ui.retainedStages": "20",
    "spark.ui.retainedTasks": "200",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.eventLog.enabled": "false",
    "spark.databricks.delta.optimize.maxThreads": "2",
    "spark.databricks.delta.skipRecordingEmptyCommits": "false",  # a night that changed nothing was played all the same
    # else each commit works out the whole table again, to check one that it has, wherever clocks do not show UTC
    "spark.databricks.delta.allFilesInCrc.verificationMode.forceOnNonUTC.enabled": "false",
}


def open_session(settings: Settings, log: Path) -> SparkSession:
    """The process's Spark session, started where there is none; Spark's own output goes to ``log``."""
    log.parent.mkdir(parents=True, exist_ok=True)
    os.environ["JAVA_HOME"] = str(find_java())
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("brandcube")
    for key, value in (_FIXED | _sized(settings, log)).items():
        builder = builder.config(key, value)
    with _printing_to(log):
        return builder.getOrCreate()


def _sized(settings: Settings, log: Path) -> dict[str, str]:
    """What depends on the environment and on where this run keeps its files."""
    sized = {
        "spark.driver.memory": settings.session.driver_memory,
        "spark.driver.extraJavaOptions": f"{_JAVA} -Dbrandcube.log={log.resolve()}",
        "spark.jars": ",".join(str(path) for path in jar_paths()),
        "spark.sql.shuffle.partitions": str(settings.session.shuffle_partitions),
        "spark.sql.warehouse.dir": str(log.parent.resolve() / "warehouse"),
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": str(settings.session.shuffle_partitions),
        "spark.databricks.delta.snapshotPartitions": str(settings.session.snapshot_partitions),
    }
    return sized | ({"spark.master": settings.session.master} if settings.session.master else {})


@contextmanager
def _printing_to(file: Path) -> Iterator[None]:
    """Point the process's standard output and error at a file while the Java side starts, so that it inherits the file."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    with file.open("ab") as target:
        for number in kept:
            os.dup2(target.fileno(), number)
        try:
            yield
        finally:
            for number, own in kept.items():
                os.dup2(own, number)
                os.close(own)
