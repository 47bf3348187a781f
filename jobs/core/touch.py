"""Every contact of an account with a brand or shop: social and shopping logs in one shape."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from conf.settings import Settings
from schemas.contract import IdentifierType
from schemas.core.touch import TABLE


def build(social_event: DataFrame, shopping_event: DataFrame, *, settings: Settings) -> DataFrame:
    """One row per (``day``, ``party``, ``event_id``): each landed event is one contact, none is left out."""
    social = _of_account(social_event, IdentifierType.OPENID)
    shopping = _of_account(shopping_event, IdentifierType.JD_PIN)
    contacts = social.unionByName(shopping, allowMissingColumns=True)
    return contacts.withColumn("day", F.col("event_day")).select(*TABLE.column_names)


def _of_account(events: DataFrame, kind: str) -> DataFrame:
    return events.withColumns({"account_type": F.lit(kind), "account_hash": F.col(f"{kind}_hash")})
