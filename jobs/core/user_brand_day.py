"""The tiles that all windows are summed from: contacts, order lines and service of a day, counted in integers."""

from __future__ import annotations

from functools import partial, reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.chains import joined_through
from schemas.columns import UNKNOWN
from schemas.contract import IdentifierType
from schemas.core.user_brand_day import TABLE

_ACTIONS = {
    "n_impression": ("impression",),
    "n_click": ("click", "view"),
    "n_interest": ("follow", "favourite", "cart", "group_join"),
    "n_share": ("share", "group_open"),
    "n_live": ("live_watch",),
    "n_opened": ("group_open",),
    "n_joined": ("group_join",),
}
_NET = ("n_order", "n_item", "net_fen")
_MEASURES = tuple(name for name in TABLE.column_names if name not in TABLE.key)


def build(touch: DataFrame, order_line: DataFrame, service_event: DataFrame, *, settings: Settings) -> DataFrame:
    """One row per key of the contract: all contacts, money and service of the days that are handed in, none twice."""
    parts = (_contacts(touch), _brought(touch), _spread(touch), _money(order_line), _service(service_event))
    tiles = reduce(partial(DataFrame.unionByName, allowMissingColumns=True), parts)
    sums = [F.coalesce(F.sum(name), F.lit(0)).alias(name) for name in _MEASURES]
    return tiles.groupBy(*TABLE.key).agg(*sums).select(*TABLE.column_names)


def _contacts(touch: DataFrame) -> DataFrame:
    """One row per contact: one for each measure that its action counts towards, else zero."""
    counted = [_one(F.col("action").isin(*actions), name) for name, actions in _ACTIONS.items()]
    return touch.select(*_keys(), _one(F.lit(True), "n_touch"), *counted)


def _brought(touch: DataFrame) -> DataFrame:
    """One row per contact through somebody else's link, under the account whose link it was."""
    is_own = (F.col("account_type") == IdentifierType.OPENID) & (F.col("account_hash") == F.col("sharer_hash"))
    through = touch.where(F.col("sharer_hash").isNotNull() & ~is_own)
    sharers = through.withColumns({"account_type": F.lit(IdentifierType.OPENID), "account_hash": F.col("sharer_hash")})
    return sharers.select(*_keys(), _one(F.lit(True), "n_brought"))


def _spread(touch: DataFrame) -> DataFrame:
    """One row per joining of a buying group, under the account at whose link the chain of links began."""
    place = [name for name in TABLE.key if name not in ("day", "account_type", "account_hash")]
    led = joined_through(touch, *place).withColumns(
        {"account_type": F.lit(IdentifierType.OPENID), "account_hash": F.col("root")}
    )
    return led.select(*_keys(), _one(F.lit(True), "n_led"), F.col("n_link").alias("n_led_link"))


def _money(order_line: DataFrame) -> DataFrame:
    """One row per order line."""
    coupon = F.when(F.col("coupon_id").isNotNull(), F.col("n_order")).otherwise(0)
    return order_line.select(*_keys(), *(F.col(name).cast("BIGINT").alias(name) for name in _NET), coupon.alias("n_coupon"))


def _service(service_event: DataFrame) -> DataFrame:
    """One row per service event; a delivery that nobody dated kept no promise, a rating without stars is none."""
    is_promised = (F.col("kind") == "delivered") & F.col("promised_at").isNotNull()
    is_rated = (F.col("kind") == "rated") & F.col("product_rating").isNotNull()
    facts = {
        "n_promised": is_promised,
        "n_kept": is_promised & F.coalesce(F.col("delivered_at") <= F.col("promised_at"), F.lit(False)),
        "n_returned": F.col("kind") == "returned",
        "n_rated": is_rated,
    }
    told = {"day": F.col("event_day"), "account_type": F.lit(IdentifierType.JD_PIN), "account_hash": F.col("jd_pin_hash")}
    events = service_event.withColumns(told | {"scene": F.lit(UNKNOWN)})
    stars = F.when(is_rated, F.col("product_rating")).otherwise(0).cast("BIGINT").alias("n_star")
    return events.select(*_keys(), *(_one(fact, name) for name, fact in facts.items()), stars)


def _keys() -> list[Column]:
    may_be_missing = ("brand_id", "category", "city_code")
    return [F.coalesce(name, F.lit(UNKNOWN)).alias(name) if name in may_be_missing else F.col(name) for name in TABLE.key]


def _one(fact: Column, name: str) -> Column:
    """1 where the fact is true, else 0."""
    return fact.cast("BIGINT").alias(name)
