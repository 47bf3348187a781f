"""Who is who: accounts and hashed identifiers that some row names together, and that may be linked, are one person."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.consent import granted
from schemas.contract import IdentifierType
from schemas.core.person import TABLE

ROUNDS = 4
"""How many steps apart two identifiers of a person may be: member, phone, JD account, openid are three."""

_ACCOUNTS = (IdentifierType.OPENID, IdentifierType.JD_PIN)
_BINDING = (*_ACCOUNTS, IdentifierType.PHONE)
_MEMBER = (IdentifierType.MEMBER, IdentifierType.PHONE, IdentifierType.EMAIL)


def build(
    identity_binding: DataFrame, crm_member: DataFrame, consent: DataFrame, *, day: date, settings: Settings
) -> DataFrame:
    """One row per identifier that stands beside another in some row: its person is the component's smallest hash.

    A binding counts as far as its accounts allow to be linked, each judged for itself before there is any person; its
    telephone number counts beside at least one account that does. A member's row needs no statement: no party's account
    stands in it, it is the brand's own. Evidence agrees exactly or not at all; its order plays no part. A chain of more
    than ``ROUNDS`` steps is not followed to its end.
    """
    evidence = _evidence(_permitted(identity_binding, consent), _BINDING).unionByName(_evidence(crm_member, _MEMBER))
    links = _links(evidence)
    labels = links.groupBy("identifier").agg(F.min("neighbour.hash").alias("person_id"))
    for _ in range(ROUNDS - 1):
        labels = _spread(links, labels)
    named = labels.select(
        F.lit(day).alias("day"),
        F.col("identifier.kind").alias("identifier_type"),
        F.col("identifier.hash").alias("identifier_hash"),
        "person_id",
        F.lit(False).alias("is_gone"),
    )
    return named.select(*TABLE.column_names)


def _permitted(identity_binding: DataFrame, consent: DataFrame) -> DataFrame:
    """The bindings without the accounts that do not allow to be linked; those left without any account are no evidence."""
    allowed = granted(consent, purpose="link").where("brand_id IS NULL")
    bindings = identity_binding
    for kind in _ACCOUNTS:
        willing = allowed.where(F.col("account_type") == kind)
        known = willing.select(F.col("account_hash").alias(f"{kind}_hash"), F.lit(True).alias(f"links_{kind}"))
        bindings = bindings.join(known, f"{kind}_hash", "left")
    hashes = {f"{kind}_hash": F.when(F.col(f"links_{kind}"), F.col(f"{kind}_hash")) for kind in _ACCOUNTS}
    return bindings.withColumns(hashes).where(F.coalesce(*hashes).isNotNull())


def _evidence(rows: DataFrame, kinds: tuple[str, ...]) -> DataFrame:
    """One row per source row: the list of identifiers that it names together."""
    return rows.select(F.array_compact(F.array(*map(_identifier, kinds))).alias("identifiers"))


def _identifier(kind: str) -> Column:
    pseudonym = F.col(f"{kind}_hash")
    return F.when(pseudonym.isNotNull(), F.struct(F.lit(kind).alias("kind"), pseudonym.alias("hash")))


def _links(evidence: DataFrame) -> DataFrame:
    """One row per (``identifier``, ``neighbour``), both ways, each identifier its own neighbour too."""
    paired = evidence.where(F.size("identifiers") > 1).select("identifiers", F.explode("identifiers").alias("identifier"))
    return paired.select("identifier", F.explode("identifiers").alias("neighbour")).distinct()


def _spread(links: DataFrame, labels: DataFrame) -> DataFrame:
    """One round: each identifier takes the smallest label among its neighbours' and its own."""
    heard = links.join(labels.withColumnRenamed("identifier", "neighbour"), "neighbour")
    return heard.groupBy("identifier").agg(F.min("person_id").alias("person_id"))
