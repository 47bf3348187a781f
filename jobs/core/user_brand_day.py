"""The tiles that all windows are summed from: contacts and order lines of a day, counted in integers."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from schemas.columns import UNKNOWN
from schemas.core.user_brand_day import TABLE

_ACTIONS = {
    "n_impression": ("impression",),
    "n_click": ("click", "view"),
    "n_interest": ("follow", "favourite", "cart", "group_join"),
    "n_share": ("share", "group_open"),
    "n_live": ("live_watch",),
}
_NET = ("n_order", "n_item", "net_fen")
_MEASURES = ("n_touch", *_ACTIONS, *_NET)


def build(touch: DataFrame, order_line: DataFrame, *, settings: Settings) -> DataFrame:
    """One row per key of the contract: all contacts and all money of the days that are handed in, none twice."""
    contacts = touch.select(*_keys(), *_counted())
    money = order_line.select(*_keys(), *(F.col(name).cast("BIGINT").alias(name) for name in _NET))
    tiles = contacts.unionByName(money, allowMissingColumns=True)
    sums = [F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in _MEASURES]
    return tiles.groupBy(*TABLE.key).agg(*sums).select(*TABLE.column_names)


def _keys() -> list[Column]:
    may_be_missing = ("brand_id", "category", "city_code")
    return [F.coalesce(name, F.lit(UNKNOWN)).alias(name) if name in may_be_missing else F.col(name) for name in TABLE.key]


def _counted() -> list[Column]:
    """One for each measure that the action counts towards, else zero."""
    counted = [F.col("action").isin(*actions).cast("BIGINT").alias(name) for name, actions in _ACTIONS.items()]
    return [F.lit(1).cast("BIGINT").alias("n_touch"), *counted]
