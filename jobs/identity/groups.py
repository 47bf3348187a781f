"""From admitted edges to people: each group's one id, and the groups that are too large to be one person."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from conf.settings import Identity
from jobs.identity.components import components
from schemas.columns import ACCOUNT_TYPES
from schemas.contract import IdentifierType as Kind
from schemas.core.person import TABLE

_PARTIES = (Kind.OPENID, Kind.JD_PIN)


def people(edges: DataFrame, admitted: DataFrame, *, day: date, identity: Identity) -> DataFrame:
    """One row of ``core.person`` per identifier that the ``admitted`` edges join to another one, devices left out.

    The person's id is the hash of the account that was named first of all in ``edges``, whether they count or not; of two
    of one day that with the smaller hash. So it depends on what is known and not on the order in which it came, and evidence
    that ends takes nobody's id away. A group above a bound is no person: everyone in it stays under the own hash.
    """
    roots = components(
        admitted.select(_node("account").alias("a"), _node("linked").alias("b")), most_rounds=identity.most_rounds
    )
    # one row per identifier that is joined to anything
    known = identifiers(edges).withColumn("node", _node("identifier")).join(roots, "node")
    group = Window.partitionBy("root")
    facts = {name: fact.over(group) for name, fact in _facts().items()}
    joined = known.withColumns(facts).where(f"n_identifier > 1 AND NOT {_is_device()}")
    refused = F.when(F.col("n_identifier") > identity.most_identifiers, "crowd").when(
        F.greatest(*(f"n_{kind}" for kind in _PARTIES)) > identity.most_accounts, "accounts"
    )
    told = joined.withColumn("refused", refused).withColumns(
        {
            "day": F.lit(day),
            "person_id": F.when(F.col("refused").isNull(), F.col("winner.identifier_hash")).otherwise(F.col("identifier_hash")),
            "group_no": F.xxhash64("root"),
            "is_gone": F.lit(False),
        }
    )
    return told.select(*TABLE.column_names)


def identifiers(edges: DataFrame) -> DataFrame:
    """One row per identifier at an end of an edge, with the day on which it was first named."""
    ends = F.explode(F.array(*(F.struct(*named(end)) for end in ("account", "linked")))).alias("end")
    return (
        edges.select(ends, "first_day").groupBy("end").agg(F.min("first_day").alias("first_day")).select("end.*", "first_day")
    )


def _facts() -> dict[str, Column]:
    """What there is to know of a group: how many are in it, of each party's accounts too, and whose hash names it."""
    kind = F.col("identifier_type")
    rank = (~kind.isin(*ACCOUNT_TYPES)).alias("is_no_account")
    counts = {f"n_{party}": F.sum((kind == party).cast("INT")) for party in _PARTIES}
    winner = F.min(F.struct(rank, "first_day", "identifier_hash"))
    return {"n_identifier": F.sum((~F.expr(_is_device())).cast("INT")), **counts, "winner": winner}


def _is_device() -> str:
    return f"identifier_type IN ({', '.join(map(repr, Kind.SHARED))})"


def named(end: str) -> tuple[Column, Column]:
    """An edge's end, ``account`` or ``linked``, as an identifier: its type and hash."""
    return F.col(f"{end}_type").alias("identifier_type"), F.col(f"{end}_hash").alias("identifier_hash")


def _node(end: str) -> Column:
    return F.concat_ws(":", f"{end}_type", f"{end}_hash")
