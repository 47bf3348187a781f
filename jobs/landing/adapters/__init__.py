"""Adapters: real logs, as their publishers gave them, become rows of landing tables."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from pyspark.sql import SparkSession

from jobs.landing.adapters import beibei_groupbuy, jdata2016, tmall_double11
from jobs.landing.receive import Batch

ADAPTERS: dict[str, Callable[[SparkSession, Path, date], list[Batch]]] = {
    module.NAME: module.batches for module in (beibei_groupbuy, jdata2016, tmall_double11)
}
"""Each source that is no inbox: from the session, the folder and the day to what it holds, the log itself first."""
