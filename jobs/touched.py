"""Whom a night may have changed, and all that is theirs: what keeps a night from reading everybody."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from jobs.changes import Night
from jobs.people import with_person
from schemas.columns import ACCOUNT_TYPES

_ACCOUNT = ("account_type", "account_hash")
_IDENTIFIER = ("identifier_type", "identifier_hash")


def owners(night: Night, rows: DataFrame) -> DataFrame:
    """The people (``person_id``) who own the rows' accounts now; one who owns several may come more than once."""
    accounts = rows.select(*_ACCOUNT).distinct().localCheckpoint()
    person = night.some("person", _as_identifiers(accounts))
    return with_person(accounts, person).select("person_id")


def moved(night: Night) -> DataFrame:
    """The people (``person_id``) who won or lost an identifier since the last night, some more than once.

    An identifier that nobody held, or that nobody holds now, may be a person under its own hash.
    """
    changed = night.since("person").select(*_IDENTIFIER, "person_id")
    before = night.earlier("person", changed).select("person_id")
    return changed.select("person_id").union(before).union(changed.select("identifier_hash"))


def with_audited(night: Night, touched: DataFrame, one_in: int) -> tuple[DataFrame, DataFrame]:
    """The people touched and tonight's lot of those who have a row and were not; and that lot alone."""
    people = touched.distinct().localCheckpoint()
    lot = night.rows().where(night.is_audited("person_id", one_in)).select("person_id").distinct()
    audited = lot.join(F.broadcast(people), "person_id", "left_anti").localCheckpoint()
    return people.union(audited), audited


def holdings(night: Night, people: DataFrame) -> tuple[DataFrame, DataFrame]:
    """What belongs to the people: the rows of ``core.person`` that tell it, and the accounts.

    Both may hold some of others, but nothing of the people is missing, and what others have is told right.
    """
    named = night.rows("person").join(F.broadcast(people), "person_id", "left_semi").select(*_IDENTIFIER)
    kinds = F.explode(F.array(*map(F.lit, ACCOUNT_TYPES))).alias("identifier_type")
    unbound = people.select(kinds, F.col("person_id").alias("identifier_hash"))
    held = named.union(unbound).distinct().localCheckpoint()
    accounts = held.select(F.col("identifier_type").alias("account_type"), F.col("identifier_hash").alias("account_hash"))
    return night.some("person", held), accounts


def _as_identifiers(accounts: DataFrame) -> DataFrame:
    return accounts.select(F.col("account_type").alias("identifier_type"), F.col("account_hash").alias("identifier_hash"))
