"""The identity graph of a few rows, as test files write them."""

from __future__ import annotations

from datetime import date
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from conf.settings import Settings
from jobs.core import identity_edge, person
from schemas.catalogue import find
from tests.frames import frame

INPUTS = ("identity_binding", "crm_member", "social_event", "shopping_event")
DAY = date(2015, 10, 31)
Rows = list[dict[str, Any]]
Sent = dict[str, Rows]
"""Landing rows by table."""


def edges(spark: SparkSession, settings: Settings, sent: Sent, day: date = DAY) -> DataFrame:
    """``core.identity_edge`` of what was sent."""
    frames = [frame(spark, find(f"landing.{name}"), sent.get(name, [])) for name in INPUTS]
    return identity_edge.build(*frames, day=day, settings=settings)


def people(spark: SparkSession, settings: Settings, sent: Sent, consents: Rows | None = None, day: date = DAY) -> DataFrame:
    """``core.person`` of what was sent; where no statements are given every account allows to be linked."""
    said = willing(sent) if consents is None else consents
    consent = frame(spark, find("landing.consent"), said)
    return person.build(edges(spark, settings, sent, day), consent, day=day, settings=settings)


def willing(sent: Sent) -> Rows:
    """Statements by which every account that is named may be linked."""
    kinds = ("openid_hash", "jd_pin_hash")
    named = {(kind, row[kind]) for rows in sent.values() for row in rows for kind in kinds if row.get(kind)}
    return [{"purpose": "link", kind: account} for kind, account in sorted(named)]


def owners(found: DataFrame) -> dict[str, str]:
    """Identifiers, written ``kind:hash``, and whose they are; none is there twice."""
    rows = [(f"{row.identifier_type}:{row.identifier_hash}", row.person_id) for row in found.collect()]
    assert len(rows) == len(dict(rows))
    return dict(rows)
