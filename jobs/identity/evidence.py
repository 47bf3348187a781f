"""Which pairs of pseudonyms the parties' rows name together, and since when."""

from __future__ import annotations

from typing import NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from schemas.contract import IdentifierType as Kind

KEY = ("account_type", "account_hash", "linked_type", "linked_hash")
"""What makes an edge: its two ends, the account first."""


class Naming(NamedTuple):
    """How a landing table's row names people: the kinds that it pairs, the account first, and what kind of source that is."""

    source: str
    pairs: tuple[tuple[str, str], ...]


NAMINGS = {
    "identity_binding": Naming("binding", ((Kind.JD_PIN, Kind.OPENID), (Kind.JD_PIN, Kind.PHONE), (Kind.OPENID, Kind.PHONE))),
    "crm_member": Naming("member", ((Kind.MEMBER, Kind.PHONE), (Kind.MEMBER, Kind.EMAIL))),
    "social_event": Naming("device", ((Kind.OPENID, Kind.OAID),)),
    "shopping_event": Naming("device", ((Kind.JD_PIN, Kind.OAID),)),
}
"""By the table's name without its layer. No two tables name the same two kinds."""


def pairs(name: str, rows: DataFrame) -> DataFrame:
    """One row per pair that a row of the landing table names: the edge's ``KEY``, ``source`` and ``event_day``."""
    naming = NAMINGS[name]
    named = F.explode(F.array(*(_pair(account, linked) for account, linked in naming.pairs)))
    told = rows.select(named.alias("pair"), "event_day").select("pair.*", F.lit(naming.source).alias("source"), "event_day")
    return told.where("account_hash IS NOT NULL AND linked_hash IS NOT NULL")


def seen(told: DataFrame) -> DataFrame:
    """One row per pair: the first and the last day on which it was named."""
    first, last = F.min("event_day").alias("first_day"), F.max("event_day").alias("last_day")
    return told.groupBy(*KEY, "source").agg(first, last)


def _pair(account: str, linked: str) -> Column:
    ends = (F.lit(account), F.col(f"{account}_hash"), F.lit(linked), F.col(f"{linked}_hash"))
    return F.struct(*(value.alias(name) for name, value in zip(KEY, ends, strict=True)))
