"""Which evidence is believed: filters before anything is joined, each refusal with its reason.

Whether an edge is admitted depends on the edges at its two ends and on what its accounts allow, so that a change is felt no
further.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from conf.settings import Identity
from jobs.consent import granted
from schemas.contract import IdentifierType as Kind

_ASKED = (Kind.OPENID, Kind.JD_PIN)
"""The accounts that must allow to be linked. A member needs no statement: no party's account stands in the brand's own row."""

_ENDS = ("account", "linked")


def judged(edges: DataFrame, consent: DataFrame, *, day: date, identity: Identity) -> DataFrame:
    """The edges that have not expired on the day, each with why it is ``refused`` and ``at`` which end: NULL where admitted.

    ``self``: both ends are one. ``weak``: its source is not sure enough. ``consent``: an account does not allow to be linked.
    ``degree``: more identifiers of one kind beside an end than it may have. ``contradiction``: an account has one identifier
    of each kind but for devices, the one named last; where two were named last on one day, none is believed. What is beside
    an end counts whoever allows what: a device is no less shared, and a binding no less outdated.
    """
    weighed = _with_consent(_weighed(edges, day, identity), consent)
    asked = weighed.withColumns({f"unasked_{end}": F.when(_is_unasked(end), "consent") for end in _ENDS})
    reasons = ["barred_account", *(f"{step}_{end}" for step in ("unasked", "found") for end in _ENDS)]
    at = F.coalesce(*(F.when(F.col(name).isNotNull(), name.rpartition("_")[2]) for name in reasons))
    return asked.select(*edges.columns, F.coalesce(*reasons).alias("refused"), at.alias("at"))


def admitted(edges: DataFrame, consent: DataFrame, *, day: date, identity: Identity) -> DataFrame:
    """The edges that join their ends on the day."""
    return judged(edges, consent, day=day, identity=identity).where("refused IS NULL").select(*edges.columns)


def likely(edges: DataFrame, *, day: date, identity: Identity) -> DataFrame:
    """The edges that join their ends on the day where all accounts allow it: never fewer than are admitted."""
    reasons = ("barred_account", *(f"found_{end}" for end in _ENDS))
    return _weighed(edges, day, identity).where(F.coalesce(*reasons).isNull()).select(*edges.columns)


def _weighed(edges: DataFrame, day: date, identity: Identity) -> DataFrame:
    """The edges that have not expired, with what speaks against them by themselves and for what is beside them."""
    live = edges.where(F.col("expires_on").isNull() | (F.col("expires_on") > F.lit(day)))
    is_self = (F.col("account_type") == F.col("linked_type")) & (F.col("account_hash") == F.col("linked_hash"))
    barred = F.when(is_self, "self").when(F.col("confidence") < identity.least_confidence, "weak")
    counted = live.withColumn("barred_account", barred).withColumns(_beside())
    return counted.withColumns({f"found_{end}": _found(end, identity) for end in _ENDS})


def _with_consent(edges: DataFrame, consent: DataFrame) -> DataFrame:
    """The edges with ``allows_account`` and ``allows_linked``, NULL where that end's account allows nothing."""
    allowed = granted(consent, purpose="link").where("brand_id IS NULL")
    for end in _ENDS:
        named = (F.col("account_type").alias(f"{end}_type"), F.col("account_hash").alias(f"{end}_hash"))
        willing = allowed.select(*named, F.lit(True).alias(f"allows_{end}"))
        edges = edges.join(willing, [f"{end}_type", f"{end}_hash"], "left")
    return edges


def _is_unasked(end: str) -> Column:
    return F.col(f"{end}_type").isin(*_ASKED) & F.col(f"allows_{end}").isNull()


def _beside() -> dict[str, Column]:
    """Of each end: how many edges of the same kinds it has, and whether this one alone is the newest of them."""
    counted: dict[str, Column] = {}
    for end, other in (_ENDS, _ENDS[::-1]):
        beside = Window.partitionBy(f"{end}_type", f"{end}_hash", f"{other}_type", F.col("barred_account").isNull())
        counted[f"n_{end}"] = F.count(F.lit(1)).over(beside)
        counted[f"is_newest_{end}"] = _is_alone_newest(beside)
    return counted


def _is_alone_newest(beside: WindowSpec) -> Column:
    ordered = beside.orderBy(F.desc("last_day"))
    same_day = ordered.rangeBetween(Window.currentRow, Window.currentRow)
    return (F.rank().over(ordered) == 1) & (F.count(F.lit(1)).over(same_day) == 1)


def _found(end: str, identity: Identity) -> Column:
    """Why an edge is refused for what is beside it."""
    most = F.create_map(*(F.lit(told) for item in identity.most_beside.items() for told in item))
    has_one = ~F.col("linked_type").isin(*Kind.SHARED) if end == "account" else F.col("linked_type").isin(*_ASKED)
    is_crowded = F.col(f"n_{end}") > most[F.col(f"{end}_type")]
    return F.when(is_crowded, "degree").when(has_one & ~F.col(f"is_newest_{end}"), "contradiction")
