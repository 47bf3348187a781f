"""Who is one person: what evidence joins, whose id it is, and what joins nobody."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from conf.settings import Settings
from tests.identity.graph import DAY, Rows, Sent, owners, people, willing

SEEDS = st.integers(0, 2**32)
few = examples(max_examples=3, deadline=None, derandomize=True)


def who(spark: SparkSession, settings: Settings, bindings: Rows, members: Rows, **more: Any) -> dict[str, str]:
    """Whose each identifier is, by what bindings and members say."""
    return owners(people(spark, settings, {"identity_binding": bindings, "crm_member": members}, **more))


def test_a_binding_makes_one_person_named_by_an_account(spark: SparkSession, settings: Settings) -> None:
    found = who(spark, settings, [{"openid_hash": "o1", "jd_pin_hash": "j1", "phone_hash": "a1"}], [])
    assert found == {"openid:o1": "j1", "jd_pin:j1": "j1", "phone:a1": "j1"}


def test_a_member_reaches_the_openid_through_phone_and_jd_account(spark: SparkSession, settings: Settings) -> None:
    bindings = [{"jd_pin_hash": "j1", "phone_hash": "p1"}, {"openid_hash": "a1", "jd_pin_hash": "j1"}]
    members = [{"member_hash": "m1", "phone_hash": "p1", "email_hash": "e1"}, {"member_hash": "m2", "email_hash": "e1"}]
    named = ["jd_pin:j1", "phone:p1", "openid:a1", "member:m1", "member:m2", "email:e1"]
    assert who(spark, settings, bindings, members) == dict.fromkeys(named, "a1")


def test_a_chain_of_many_steps_is_one_person(spark: SparkSession, settings: Settings) -> None:
    members: Rows = []
    for n in range(7):
        members += [{"member_hash": f"m{n}", "phone_hash": f"p{n}", "email_hash": f"e{n // 2}"}]
        members += [{"member_hash": f"n{n}", "phone_hash": f"p{n}", "email_hash": f"f{(n + 1) // 2}"}]
    assert len(set(who(spark, settings, [], members).values())) == 1


def test_people_who_share_nothing_stay_apart_even_where_hashes_of_two_kinds_are_equal(
    spark: SparkSession, settings: Settings
) -> None:
    bindings = [{"openid_hash": "x", "jd_pin_hash": "j1"}, {"jd_pin_hash": "j2", "phone_hash": "x2"}]
    members = [{"member_hash": "x", "phone_hash": "p9"}]
    assert who(spark, settings, bindings, members) == {
        "openid:x": "j1",
        "jd_pin:j1": "j1",
        "jd_pin:j2": "j2",
        "phone:x2": "j2",
        "member:x": "x",
        "phone:p9": "x",
    }


def test_a_row_that_names_one_identifier_is_no_evidence(spark: SparkSession, settings: Settings) -> None:
    assert who(spark, settings, [{"jd_pin_hash": "j1"}], [{"member_hash": "m1"}]) == {}


def test_no_evidence_makes_nobody(spark: SparkSession, settings: Settings) -> None:
    assert who(spark, settings, [], []) == {}


def test_the_account_that_was_named_first_keeps_its_id_and_those_of_one_day_the_smaller(
    spark: SparkSession, settings: Settings
) -> None:
    bindings = [
        {"openid_hash": "o9", "phone_hash": "p1", "event_day": "2015-10-01"},
        {"jd_pin_hash": "j1", "phone_hash": "p1", "event_day": "2015-10-02"},
        {"openid_hash": "o2", "phone_hash": "p2"},
        {"jd_pin_hash": "j2", "phone_hash": "p2"},
    ]
    found = who(spark, settings, bindings, [])
    assert (found["jd_pin:j1"], found["openid:o2"]) == ("o9", "j2")


def test_accounts_of_two_parties_on_one_device_are_one_person_until_it_was_not_seen_for_long(
    spark: SparkSession, settings: Settings
) -> None:
    sent = {
        "social_event": [{"openid_hash": "o1", "oaid_hash": "d1", "event_day": "2015-10-01"}],
        "shopping_event": [{"jd_pin_hash": "j1", "oaid_hash": "d1", "event_day": "2015-10-10"}],
    }
    days = settings.identity.sources["device"].valid_days
    last = date(2015, 10, 1) + timedelta(days - 1)
    found = [owners(people(spark, settings, sent, day=day)) for day in (DAY, last, last + timedelta(1))]
    assert found == [{"openid:o1": "o1", "jd_pin:j1": "o1"}] * 2 + [{}]


def test_two_accounts_of_one_party_on_a_device_are_two_people(spark: SparkSession, settings: Settings) -> None:
    sent = {"social_event": [{"openid_hash": name, "oaid_hash": "d1"} for name in ("o1", "o2")]}
    assert owners(people(spark, settings, sent)) == {}


def test_the_newest_binding_of_an_account_counts(spark: SparkSession, settings: Settings) -> None:
    bindings = [
        {"openid_hash": "o1", "jd_pin_hash": "j1", "event_day": "2015-10-01"},
        {"openid_hash": "o1", "jd_pin_hash": "j2", "event_day": "2015-10-02"},
    ]
    assert who(spark, settings, bindings, []) == {"openid:o1": "o1", "jd_pin:j2": "o1"}


def test_of_bindings_that_contradict_each_other_on_one_day_none_counts(spark: SparkSession, settings: Settings) -> None:
    bindings = [{"openid_hash": "o1", "jd_pin_hash": name, "phone_hash": f"p{name}"} for name in ("j1", "j2")]
    assert who(spark, settings, bindings, []) == {
        f"{kind}": name for name in ("j1", "j2") for kind in (f"jd_pin:{name}", f"phone:p{name}")
    }


def test_a_group_above_a_bound_is_nobody_merged(spark: SparkSession, settings: Settings) -> None:
    identity = settings.identity.model_copy(update={"most_identifiers": 6, "most_accounts": 2})
    small = settings.model_copy(update={"identity": identity})
    crowd = [{"member_hash": f"m{n}", "phone_hash": "p1"} for n in range(6)]
    many = [{"openid_hash": f"o{n}", "phone_hash": "p2"} for n in range(3)]
    found = people(spark, small, {"crm_member": crowd, "identity_binding": many}).collect()
    assert {(row.identifier_type, row.refused) for row in found} == {
        ("member", "crowd"),
        *((("phone"), reason) for reason in ("crowd", "accounts")),
        ("openid", "accounts"),
    }
    assert all(row.person_id == row.identifier_hash for row in found)


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
    assert who(spark, settings, [WHOLE], [], consents=statements) == dict.fromkeys(linked, owner)


def test_a_denied_account_stays_alone_whatever_rows_and_members_share_its_phone(
    spark: SparkSession, settings: Settings
) -> None:
    bindings = [{"jd_pin_hash": "j1", "phone_hash": "p1"}, {"openid_hash": "o1", "phone_hash": "p1"}, WHOLE]
    members = [{"member_hash": "m1", "phone_hash": "p1"}]
    found = who(spark, settings, bindings, members, consents=[OPENID_LINKS])
    assert found == dict.fromkeys(["openid:o1", "phone:p1", "member:m1"], "m1")


def any_rows(lot: random.Random) -> Sent:
    """Rows of all kinds among few identifiers, some of them of nothing but one."""
    days = [str(DAY - timedelta(back)) for back in range(5)]

    def row(*kinds: str) -> dict[str, Any]:
        named = [kind for kind in kinds if lot.random() < 0.8] or kinds[:1]
        return {f"{kind}_hash": f"{kind[0]}{kind[-1]}{lot.randrange(30)}" for kind in named} | {"event_day": lot.choice(days)}

    return {
        "identity_binding": [row("openid", "jd_pin", "phone") for _ in range(25)],
        "crm_member": [{"member_hash": f"m{lot.randrange(30)}"} | row("phone", "email") for _ in range(15)],
        "social_event": [{"openid_hash": f"od{lot.randrange(30)}"} | row("oaid") for _ in range(25)],
        "shopping_event": [{"jd_pin_hash": f"jn{lot.randrange(30)}"} | row("oaid") for _ in range(25)],
    }


@few
@given(seed=SEEDS)
def test_the_order_of_arrival_does_not_matter_and_repeated_rows_add_nothing(
    spark: SparkSession, settings: Settings, seed: int
) -> None:
    lot = random.Random(seed)
    sent = any_rows(lot)
    shuffled = {name: lot.sample([*rows, rows[0]], len(rows) + 1) for name, rows in sent.items()}
    first, second = (owners(people(spark, settings, rows, willing(sent))) for rows in (sent, shuffled))
    assert first == second != {}


@few
@given(seed=SEEDS)
def test_every_pseudonym_is_in_one_person_and_no_person_is_above_a_bound(
    spark: SparkSession, settings: Settings, seed: int
) -> None:
    sent = any_rows(random.Random(seed))
    identity = settings.identity.model_copy(update={"most_identifiers": 5, "most_accounts": 1})
    found = owners(people(spark, settings.model_copy(update={"identity": identity}), sent))
    named = {
        f"{column[:-5]}:{told}"
        for rows in sent.values()
        for row in rows
        for column, told in row.items()
        if column != "event_day"
    }
    assert found.keys() <= named
    persons: dict[str, list[str]] = {}
    for identifier, person_id in found.items():
        persons.setdefault(person_id, []).append(identifier.partition(":")[0])
    assert 2 < max(map(len, persons.values())) <= 5
    assert max(kinds.count(kind) for kinds in persons.values() for kind in ("openid", "jd_pin")) == 1
