"""From accounts to people: whose an account is, and who a person of an earlier day is now."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def with_person(rows: DataFrame, person: DataFrame) -> DataFrame:
    """The rows with a ``person_id`` column appended, found by ``account_type`` and ``account_hash``.

    ``person`` is one snapshot of ``core.person``. An account that it does not hold is a person of its own, under its own
    hash. Each row stays one row.
    """
    owners = person.select(
        F.col("identifier_type").alias("account_type"),
        F.col("identifier_hash").alias("account_hash"),
        F.col("person_id").alias("owner_id"),
    )
    person_id = F.coalesce("owner_id", "account_hash")
    owned = rows.join(owners, ["account_type", "account_hash"], "left")
    return owned.select(*rows.columns, person_id.alias("person_id"))


def known_as(rows: DataFrame, person: DataFrame) -> DataFrame:
    """The rows with their ``person_id``, of any earlier day, replaced by that of the snapshot ``person``.

    A person is named by the hash of one identifier, and is whoever holds it now; a hash that nobody holds stays.
    """
    owners = person.select(F.col("identifier_hash").alias("person_id"), F.col("person_id").alias("owner_id")).distinct()
    owned = rows.join(owners, "person_id", "left")
    return owned.withColumn("person_id", F.coalesce("owner_id", "person_id")).select(*rows.columns)
