"""A published log of 11 November on Tmall: no header, no times, and people's traits that are not theirs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from jobs.landing.adapters.log import Log, millis
from jobs.landing.receive import Batch
from schemas.columns import UNKNOWN
from schemas.landing.shopping_event import TABLE

NAME = "tmall_double11"
_FILE = "user_log_10k_double11.csv"
_COLUMNS = ("user", "item", "category", "merchant", "brand", "month", "date", "action", "age", "gender", "province")
_ACTIONS = {"0": "click", "1": "cart", "2": "order", "3": "favourite"}


def batches(spark: SparkSession, folder: Path, day: date) -> list[Batch]:
    """The log, its month and day taken to be of the day's year."""
    return Log(NAME, TABLE, ("jd_pin",), _read).batches(spark, [folder / _FILE], day)


def _read(path: Path, day: date) -> pd.DataFrame:
    """The actions as shopping events at noon; age, gender and province change from row to row, so they are left out."""
    log = pd.read_csv(path, dtype=str, header=None, names=_COLUMNS)
    return pd.DataFrame(
        {
            "jd_pin": log["user"],
            "event_at": _noons(log, day.year),
            "action": log["action"].map(_ACTIONS).fillna(log["action"]),
            "scene": UNKNOWN,
            "brand_id": log["brand"],
            "sku_id": log["item"],
            "category": log["category"],
            "merchant": log["merchant"],
        }
    )


def _noons(log: pd.DataFrame, year: int) -> pd.Series[str]:
    """Noon of each row's month and day; what is no date stays as text, to be judged."""
    written = log["month"].str.zfill(2) + "-" + log["date"].str.zfill(2)
    return written.map({text: _noon(f"{year}-{text}") for text in written.dropna().unique()})


def _noon(text: str) -> str:
    try:
        return millis(date.fromisoformat(text), hour=12)
    except ValueError:
        return text
