"""JD's own action log of 2016 (JData): one CSV a month, users as floats, user and product files beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
from pyspark.sql import SparkSession

from jobs.landing.adapters.log import Log
from jobs.landing.receive import Batch
from schemas.columns import UNKNOWN
from schemas.landing.shopping_event import TABLE

NAME = "jdata2016"
_ACTIONS = {"1": "view", "2": "cart", "3": "uncart", "4": "order", "5": "favourite", "6": "click"}
_NO_VALUE = "-1"


def batches(spark: SparkSession, folder: Path, day: date) -> list[Batch]:
    """The log of the day's month."""
    return Log(NAME, TABLE, ("jd_pin",), _read).batches(spark, [folder / f"JData_Action_{day:%Y%m}.csv"], day)


def _read(path: Path, day: date) -> pd.DataFrame:
    """The actions as shopping events; what is known of user and product joined on where there is any."""
    actions = pd.read_csv(path, dtype=str)
    users = _beside(path, "JData_User.csv", "gbk").rename(columns={"user_lv_cd": "level"})
    products = _beside(path, "JData_Product.csv", "utf-8")
    actions["user_id"] = actions["user_id"].str.removesuffix(".0")
    known = actions.merge(users[["user_id", "age", "sex", "level"]], on="user_id", how="left")
    known = known.merge(products[["sku_id", "a1", "a2", "a3"]], on="sku_id", how="left")
    facts = known[["model_id", "age", "sex", "level", "a1", "a2", "a3"]]
    return pd.DataFrame(
        {
            "jd_pin": known["user_id"],
            "event_at": _millis(known["time"]),
            "action": known["type"].map(_ACTIONS).fillna(known["type"]),
            "scene": UNKNOWN,
            "brand_id": known["brand"],
            "sku_id": known["sku_id"],
            "category": known["cate"],
            **facts.where(facts != _NO_VALUE),
        }
    )


def _beside(path: Path, name: str, encoding: str) -> pd.DataFrame:
    """A file of one row a user or product, that stands beside the log."""
    rows = pd.read_csv(path.with_name(name), dtype=str, encoding=encoding)
    return rows.drop_duplicates(rows.columns[0])


def _millis(shanghai: pd.Series[str]) -> pd.Series[str]:
    """Shanghai wall-clock times as epoch milliseconds in text; a time that is none stays as it is, to be judged."""
    read = pd.to_datetime(shanghai, format="%Y-%m-%d %H:%M:%S", errors="coerce").dt.tz_localize("Asia/Shanghai")
    told = read.dt.tz_convert("UTC").dt.tz_localize(None).astype("datetime64[ms]").astype("int64").astype(str)
    return told.where(read.notna(), shanghai)
