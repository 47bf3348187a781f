"""Chains of sharing: who joined a buying group by somebody's link, who perhaps came by another's, back to the first."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.contract import IdentifierType

LONGEST = 8
"""Links that a chain is followed over."""
CROWD = 500
"""A group with more joins in a day is a crowd: no chain is followed in it, since that costs the square of its joins."""

_GROUP = ("day", "group_id")
_JOINED = ("event_at", "event_id", "account_hash", "sharer_hash")


def joined_through(touch: DataFrame, *carried: str) -> DataFrame:
    """One row per joining of a buying group by another's link, with the columns that it is to have.

    ``root`` is the account at whose link the chain began, ``n_link`` the links that lie between. A chain is followed within
    its group and day, by the first joining of each account. One that goes in circles or on for too long, and those of a
    crowd, count as the one link that is certain.
    """
    is_joining = (F.col("action") == "group_join") & (F.col("account_type") == IdentifierType.OPENID)
    by_another = F.col("group_id").isNotNull() & (F.col("sharer_hash") != F.col("account_hash"))
    joinings = F.sort_array(F.collect_list(F.struct(*_JOINED, *carried)), asc=False)
    group = touch.where(is_joining & by_another).groupBy(*_GROUP).agg(joinings.alias("joinings"))
    came_by = F.when(F.size("joinings") <= CROWD, F.map_from_entries(F.transform("joinings", _link)))
    # one row per joining
    joining = group.select("day", came_by.alias("came_by"), F.inline("joinings"))
    return joining.withColumn("chain", _followed()).select("day", *carried, "chain.root", "chain.n_link")


def _link(joining: Column) -> Column:
    """Who came by whose link; of several of one account the map keeps the last, which is the first in time."""
    return F.struct(joining["account_hash"], joining["sharer_hash"])


def _followed() -> Column:
    """The chain from the account's link back to its root."""
    first = F.struct(F.col("sharer_hash").alias("root"), F.lit(1).cast("BIGINT").alias("n_link"))
    walked = F.aggregate(F.sequence(F.lit(2), F.lit(LONGEST)), first, _stepped)
    return F.when(F.try_element_at("came_by", walked["root"]).isNull(), walked).otherwise(first)


def _stepped(walk: Column, _: Column) -> Column:
    """One link further back, where there is one."""
    before = F.try_element_at("came_by", walk["root"])
    further = F.struct(before.alias("root"), (walk["n_link"] + 1).alias("n_link"))
    return F.when(before.isNotNull(), further).otherwise(walk)
