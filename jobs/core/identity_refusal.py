"""What joins nobody, counted by its reason: rows of one identifier, edges that are not believed, groups too large for one."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.identity.admission import judged
from jobs.identity.evidence import NAMINGS
from jobs.identity.groups import named
from schemas.core.identity_refusal import TABLE

_TOLD = ("reason", "source", "identifier_type")


def build(
    identity_binding: DataFrame,
    crm_member: DataFrame,
    consent: DataFrame,
    identity_edge: DataFrame,
    person: DataFrame,
    *,
    day: date,
    settings: Settings,
) -> DataFrame:
    """One row per reason, source and kind of identifier, for everything that would count on the day and joins nobody."""
    edges = judged(identity_edge, consent, day=day, identity=settings.identity).where("refused IS NOT NULL")
    told = _alone("identity_binding", identity_binding).unionByName(_alone("crm_member", crm_member))
    told = told.unionByName(_refused(edges)).unionByName(_crowds(person))
    # one row per (reason, source, identifier_type, about): an identifier, or a group
    each = told.groupBy(*_TOLD, "about").agg(
        F.count(F.lit(1)).alias("n"), F.count_distinct("identifier_hash").alias("n_identifier")
    )
    counted = each.groupBy(*_TOLD).agg(
        F.sum("n").alias("n_edge"), F.sum("n_identifier").alias("n_identifier"), F.max("n").alias("n_most")
    )
    return counted.select(F.lit(day).alias("day"), "*").select(*TABLE.column_names)


def _alone(name: str, rows: DataFrame) -> DataFrame:
    """The rows of a landing table that name one identifier and nobody beside it."""
    naming = NAMINGS[name]
    kinds = list(dict.fromkeys(kind for pair in naming.pairs for kind in pair))
    told = (
        rows.select(F.array_compact(F.array(*map(_identifier, kinds))).alias("named"))
        .where(F.size("named") == 1)
        .select(F.col("named")[0].alias("one"))
    )
    facts = (F.lit("nobody").alias("reason"), F.lit(naming.source).alias("source"))
    return told.select(*facts, "one.*", F.col("one.identifier_hash").alias("about"))


def _identifier(kind: str) -> Column:
    hashed = F.col(f"{kind}_hash")
    return F.when(hashed.isNotNull(), F.struct(F.lit(kind).alias("identifier_type"), hashed.alias("identifier_hash")))


def _refused(edges: DataFrame) -> DataFrame:
    """One row per refused edge, told of the end at which it is refused."""
    one = F.when(F.col("at") == "linked", F.struct(*named("linked"))).otherwise(F.struct(*named("account"))).alias("one")
    told = edges.select(F.col("refused").alias("reason"), "source", one)
    return told.select("reason", "source", "one.*", F.col("one.identifier_hash").alias("about"))


def _crowds(person: DataFrame) -> DataFrame:
    """One row per identifier of a group that is not one person."""
    facts = (F.col("refused").alias("reason"), F.lit("group").alias("source"))
    told = person.where("refused IS NOT NULL")
    return told.select(*facts, "identifier_type", "identifier_hash", F.col("group_no").cast("STRING").alias("about"))
