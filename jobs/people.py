"""From accounts to people: the one join that says whose an account is."""

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
