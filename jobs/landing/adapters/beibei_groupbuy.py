"""BeiBei's published group buying: who opened a group for which item, and who joined through the shared link."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from jobs.landing.adapters.log import Log, millis
from jobs.landing.receive import Batch
from schemas.landing.social_event import TABLE

NAME = "beibei_groupbuy"
_FILLED = ("tune.txt", "test.txt")
_FAILED = "invalid.txt"


def batches(spark: SparkSession, folder: Path, day: date) -> list[Batch]:
    """All groups of the folder, at noon of the day: the log has no times."""
    return Log(NAME, TABLE, ("openid", "sharer"), _read).batches(spark, [folder / name for name in (*_FILLED, _FAILED)], day)


def _read(path: Path, day: date) -> pd.DataFrame:
    """One row per participant of a filled group, whose link was the initiator's; one per initiator of a failed one."""
    people = pd.Series(path.read_text("utf-8").splitlines(), dtype=str).str.split("\t")
    groups = pd.DataFrame({"sharer": people.str[0], "sku_id": people.str[1], "openid": people.str[2:]})
    if path.name == _FAILED:
        rows = groups.assign(action="group_fail", openid=groups["sharer"], sharer=None)
    else:
        rows = groups.explode("openid").assign(action="group_join")
    return rows.assign(event_at=millis(day, hour=12), scene="group_share").reset_index(drop=True)
