from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.testing import assertDataFrameEqual

from jobs.consent import consented
from schemas.catalogue import find
from tests.frames import frame

CONSENT, PERSON = find("landing.consent"), find("core.person")
BOUND = [
    {"identifier_type": "jd_pin", "identifier_hash": "j1", "person_id": "a"},
    {"identifier_type": "openid", "identifier_hash": "o1", "person_id": "a"},
]
GRANT: dict[str, Any] = {"purpose": "portrait", "jd_pin_hash": "j1"}
WITHDRAWAL = {**GRANT, "is_granted": False}


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        pytest.param([], [], id="nobody who said nothing"),
        pytest.param([GRANT], [("a", None)], id="whoever granted"),
        pytest.param([{**GRANT, "purpose": "measure"}], [], id="nobody for another purpose"),
        pytest.param([GRANT, {**WITHDRAWAL, "event_at": "2015-11-02 00:00:00"}], [], id="nobody after a withdrawal"),
        pytest.param([{**GRANT, "event_at": "2015-11-02 00:00:00"}, WITHDRAWAL], [("a", None)], id="whoever granted anew"),
        pytest.param([GRANT, WITHDRAWAL], [], id="nobody where both are of one instant"),
        pytest.param([WITHDRAWAL, {"purpose": "portrait", "openid_hash": "o1"}], [("a", None)], id="a person by any account"),
        pytest.param([{"purpose": "portrait", "jd_pin_hash": "j9"}], [("j9", None)], id="an unbound account for itself"),
        pytest.param(
            [
                {**GRANT, "brand_id": "b01"},
                {**WITHDRAWAL, "brand_id": "b02"},
                {**GRANT, "openid_hash": "o1", "brand_id": "b01"},
            ],
            [("a", "b01")],
            id="a brand that was named, once, and no other",
        ),
    ],
)
def test_the_consent_rule_allows(
    spark: SparkSession, statements: list[dict[str, Any]], allowed: list[tuple[str, str | None]]
) -> None:
    found = consented(frame(spark, CONSENT, statements), frame(spark, PERSON, BOUND), purpose="portrait")
    assertDataFrameEqual(found, spark.createDataFrame(allowed, "person_id STRING, brand_id STRING"))
