from __future__ import annotations

import random
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.settings import Settings
from jobs.core import person
from schemas.catalogue import find
from tests.frames import frame

TABLE, BINDING, MEMBER = find("core.person"), find("landing.identity_binding"), find("landing.crm_member")
CONSENT = find("landing.consent")
DAY = date(2015, 10, 31)
Rows = list[dict[str, str]]


def built(
    spark: SparkSession, settings: Settings, bindings: Rows, members: Rows, statements: list[dict[str, Any]] | None = None
) -> DataFrame:
    """The table; where no statements are given every account allows to be linked."""
    consent = willing(bindings) if statements is None else statements
    frames = (frame(spark, table, rows) for table, rows in ((BINDING, bindings), (MEMBER, members), (CONSENT, consent)))
    return person.build(*frames, day=DAY, settings=settings)


def willing(bindings: Rows) -> list[dict[str, Any]]:
    kinds = ("openid_hash", "jd_pin_hash")
    return [{"purpose": "link", kind: row[kind]} for row in bindings for kind in kinds if kind in row]


def expected(spark: SparkSession, owners: dict[str, str]) -> DataFrame:
    """Identifiers are written ``kind:hash``."""
    rows = [
        {
            "day": str(DAY),
            "identifier_type": name.partition(":")[0],
            "identifier_hash": name.partition(":")[2],
            "person_id": owner,
        }
        for name, owner in owners.items()
    ]
    return frame(spark, TABLE, rows)


def test_a_binding_makes_one_person_named_by_the_smallest_hash(spark: SparkSession, settings: Settings) -> None:
    found = built(spark, settings, [{"openid_hash": "o1", "jd_pin_hash": "j1", "phone_hash": "p1"}], [])
    assertDataFrameEqual(found, expected(spark, {"openid:o1": "j1", "jd_pin:j1": "j1", "phone:p1": "j1"}))


def test_a_member_reaches_the_openid_through_phone_and_jd_account(spark: SparkSession, settings: Settings) -> None:
    bindings = [{"jd_pin_hash": "j1", "phone_hash": "p1"}, {"openid_hash": "a1", "jd_pin_hash": "j1"}]
    members = [{"member_hash": "m1", "phone_hash": "p1", "email_hash": "e1"}, {"member_hash": "m2", "email_hash": "e1"}]
    owners = dict.fromkeys(["jd_pin:j1", "phone:p1", "openid:a1", "member:m1", "email:e1"], "a1")
    found = built(spark, settings, bindings, members).where("identifier_hash <> 'm2'")
    assertDataFrameEqual(found, expected(spark, owners))


def test_a_chain_of_four_steps_is_one_person(spark: SparkSession, settings: Settings) -> None:
    bindings = [{"jd_pin_hash": "j1", "phone_hash": "p1"}, {"openid_hash": "o1", "jd_pin_hash": "j1"}]
    members = [{"member_hash": "m1", "phone_hash": "p1"}, {"member_hash": "m1", "email_hash": "a1"}]
    owners = dict.fromkeys(["jd_pin:j1", "phone:p1", "openid:o1", "member:m1", "email:a1"], "a1")
    assertDataFrameEqual(built(spark, settings, bindings, members), expected(spark, owners))


def test_people_who_share_nothing_stay_apart_even_where_hashes_of_two_kinds_are_equal(
    spark: SparkSession, settings: Settings
) -> None:
    bindings = [{"openid_hash": "x", "jd_pin_hash": "j1"}, {"jd_pin_hash": "j2", "phone_hash": "x2"}]
    members = [{"member_hash": "x", "phone_hash": "p9"}]
    owners = {
        "openid:x": "j1",
        "jd_pin:j1": "j1",
        "jd_pin:j2": "j2",
        "phone:x2": "j2",
        "member:x": "p9",
        "phone:p9": "p9",
    }
    assertDataFrameEqual(built(spark, settings, bindings, members), expected(spark, owners))


def test_a_row_that_names_one_identifier_is_no_evidence(spark: SparkSession, settings: Settings) -> None:
    found = built(spark, settings, [{"jd_pin_hash": "j1"}], [{"member_hash": "m1"}])
    assertDataFrameEqual(found, expected(spark, {}))


def test_no_evidence_makes_nobody(spark: SparkSession, settings: Settings) -> None:
    assertDataFrameEqual(built(spark, settings, [], []), expected(spark, {}))


WHOLE = {"openid_hash": "o1", "jd_pin_hash": "j1", "phone_hash": "p1"}
OPENID_LINKS: dict[str, Any] = {"purpose": "link", "openid_hash": "o1"}
JD_LINKS: dict[str, Any] = {"purpose": "link", "jd_pin_hash": "j1"}


@pytest.mark.parametrize(
    ("statements", "linked"),
    [
        pytest.param([], [], id="nobody, where nobody said anything"),
        pytest.param([OPENID_LINKS, JD_LINKS], ["openid:o1", "jd_pin:j1", "phone:p1"], id="all, where both accounts allow it"),
        pytest.param([{**OPENID_LINKS, **JD_LINKS}], ["openid:o1", "jd_pin:j1", "phone:p1"], id="all, in one statement"),
        pytest.param([JD_LINKS], ["jd_pin:j1", "phone:p1"], id="the account that allows it, with the phone"),
        pytest.param(
            [OPENID_LINKS, JD_LINKS, {**JD_LINKS, "is_granted": False, "event_at": "2015-11-02 00:00:00"}],
            ["openid:o1", "phone:p1"],
            id="what is left after a withdrawal",
        ),
        pytest.param(
            [OPENID_LINKS, {**JD_LINKS, "brand_id": "b01"}, {**JD_LINKS, "purpose": "portrait"}],
            ["openid:o1", "phone:p1"],
            id="nothing by what was said of a brand or another purpose",
        ),
    ],
)
def test_a_binding_links(spark: SparkSession, settings: Settings, statements: list[dict[str, Any]], linked: list[str]) -> None:
    owner = min((name.partition(":")[2] for name in linked), default="")
    assertDataFrameEqual(built(spark, settings, [WHOLE], [], statements), expected(spark, dict.fromkeys(linked, owner)))


def test_a_denied_account_stays_alone_whatever_rows_and_members_share_its_phone(
    spark: SparkSession, settings: Settings
) -> None:
    bindings = [{"jd_pin_hash": "j1", "phone_hash": "p1"}, {"openid_hash": "o1", "phone_hash": "p1"}, WHOLE]
    members = [{"member_hash": "m1", "phone_hash": "p1"}]
    owners = dict.fromkeys(["openid:o1", "phone:p1", "member:m1"], "m1")
    assertDataFrameEqual(built(spark, settings, bindings, members, [OPENID_LINKS]), expected(spark, owners))


def evidence() -> st.SearchStrategy[Rows]:
    """A few bindings of one to three identifiers among a few people."""
    kinds = {
        kind: st.sampled_from([f"{kind[0]}{number}" for number in range(4)])
        for kind in ("openid_hash", "jd_pin_hash", "phone_hash")
    }
    return st.lists(st.fixed_dictionaries({}, optional=kinds), max_size=6)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_arrival_does_not_matter_and_repeated_rows_add_nothing(
    spark: SparkSession, settings: Settings, seed: int
) -> None:
    lot = random.Random(seed)
    rows = [
        {"openid_hash": f"o{lot.randrange(9)}", "jd_pin_hash": f"j{lot.randrange(9)}", "phone_hash": f"p{lot.randrange(9)}"}
        for _ in range(8)
    ]
    shuffled = [*rows, rows[0]]
    lot.shuffle(shuffled)
    assertDataFrameEqual(built(spark, settings, shuffled, []), built(spark, settings, rows, []))


@examples(max_examples=5, deadline=None, derandomize=True)
@given(rows=evidence())
def test_every_identifier_is_in_exactly_one_person(spark: SparkSession, settings: Settings, rows: Rows) -> None:
    found = [(row.identifier_type, row.identifier_hash) for row in built(spark, settings, rows, []).collect()]
    named = {(column.removesuffix("_hash"), value) for row in rows if len(row) > 1 for column, value in row.items()}
    assert sorted(found) == sorted(named)
