"""The consent rule, in one place: who allows what, as the statements that are handed in say."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.people import with_person
from schemas.contract import IdentifierType

_SPEAKERS = (IdentifierType.JD_PIN, IdentifierType.OPENID)
"""The accounts that a statement can be about."""


def granted(consent: DataFrame, *, purpose: str) -> DataFrame:
    """The accounts that allow a purpose now: (``account_type``, ``account_hash``, ``brand_id``), once each.

    ``consent`` holds all rows of ``landing.consent`` up to the day that counts. For each account and brand the newest
    statement holds; of two at one instant the withdrawal does. Whoever said nothing allows nothing. The brand is NULL
    where none was named, and such a statement speaks for no brand.
    """
    # one row per (account_type, account_hash, brand_id)
    newest = (
        by_account(consent.where(F.col("purpose") == purpose))
        .groupBy("account_type", "account_hash", "brand_id")
        .agg(F.max(F.struct("event_at", (~F.col("is_granted")).alias("is_withdrawn"))).alias("last"))
    )
    return newest.where(~F.col("last.is_withdrawn")).drop("last")


def about(consent: DataFrame, accounts: DataFrame) -> DataFrame:
    """The statements about some accounts, some of them twice, which changes nothing."""
    parts = []
    for kind in _SPEAKERS:
        asked = accounts.where(F.col("account_type") == kind).select(F.col("account_hash").alias(f"{kind}_hash")).distinct()
        parts.append(consent.join(F.broadcast(asked), f"{kind}_hash", "left_semi").select(*consent.columns))
    return parts[0].unionByName(parts[1])


def consented(consent: DataFrame, person: DataFrame, *, purpose: str) -> DataFrame:
    """The people who allow a purpose now: distinct (``person_id``, ``brand_id``), the brand NULL where none was named.

    One account's grant, as ``granted`` judges it, speaks for its whole person.
    """
    return with_person(granted(consent, purpose=purpose), person).select("person_id", "brand_id").distinct()


def by_account(consent: DataFrame) -> DataFrame:
    """The statements with ``account_type`` and ``account_hash``: one row per account that a statement is about."""
    accounts = (F.struct(F.lit(kind).alias("account_type"), F.col(f"{kind}_hash").alias("account_hash")) for kind in _SPEAKERS)
    return consent.select("*", F.inline(F.array(*accounts))).where("account_hash IS NOT NULL")
