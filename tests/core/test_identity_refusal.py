"""What joins nobody is counted with its reason, and nobody in it is merged."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.core import identity_refusal, person
from schemas.catalogue import find
from tests.frames import frame
from tests.identity.graph import DAY, Rows, Sent, edges, willing

EDGE = find("core.identity_edge")
N_ACCOUNT = 10_000


def refused(
    spark: SparkSession, settings: Settings, sent: Sent, consents: Rows | None = None, more: Rows | None = None
) -> set[tuple[object, ...]]:
    """(reason, source, kind, edges, identifiers, most) of what was sent, with edges that no party can send."""
    said = willing(sent) if consents is None else consents
    consent = frame(spark, find("landing.consent"), said)
    known = edges(spark, settings, sent).unionByName(frame(spark, EDGE, more or [])).localCheckpoint()
    people = person.build(known, consent, day=DAY, settings=settings).localCheckpoint()
    bindings, members = (
        frame(spark, find(f"landing.{name}"), sent.get(name, [])) for name in ("identity_binding", "crm_member")
    )
    counted = identity_refusal.build(bindings, members, consent, known, people, day=DAY, settings=settings)
    found = counted.drop("day").collect()
    assert not {row.person_id for row in people.collect() if row.person_id != row.identifier_hash}
    return {tuple(row) for row in found}


def test_a_device_with_ten_thousand_accounts_is_one_counted_refusal(spark: SparkSession, settings: Settings) -> None:
    sent = {"social_event": [{"openid_hash": f"o{n}", "oaid_hash": "d"} for n in range(N_ACCOUNT)]}
    assert refused(spark, settings, sent) == {("degree", "device", "oaid", N_ACCOUNT, 1, N_ACCOUNT)}


@pytest.mark.parametrize(
    ("bindings", "members", "told"),
    [
        pytest.param(
            [{"jd_pin_hash": "j1"}, {"phone_hash": "p1"}, {"phone_hash": "p2"}],
            [{"member_hash": "m1"}],
            {
                ("nobody", "binding", "jd_pin", 1, 1, 1),
                ("nobody", "binding", "phone", 2, 2, 1),
                ("nobody", "member", "member", 1, 1, 1),
            },
            id="edges to nobody",
        ),
        pytest.param(
            [{"openid_hash": "o1", "jd_pin_hash": f"j{n}"} for n in range(3)],
            [],
            {("contradiction", "binding", "openid", 3, 1, 3)},
            id="three JD accounts of one openid, all of one day",
        ),
        pytest.param(
            [],
            [{"member_hash": f"m{n}", "phone_hash": "p1"} for n in range(20)],
            {("degree", "member", "phone", 20, 1, 20)},
            id="a telephone of twenty members",
        ),
    ],
)
def test_bad_evidence_is_told_by_its_reason(
    spark: SparkSession, settings: Settings, bindings: Rows, members: Rows, told: set[tuple[object, ...]]
) -> None:
    assert refused(spark, settings, {"identity_binding": bindings, "crm_member": members}) == told


def test_an_account_that_allows_nothing_one_beside_itself_and_weak_evidence_are_told(
    spark: SparkSession, settings: Settings
) -> None:
    beside_itself = {"account_type": "jd_pin", "account_hash": "x", "linked_type": "jd_pin", "linked_hash": "x"}
    weak = beside_itself | {"linked_type": "phone", "confidence": 0.1}
    sent = {"identity_binding": [{"openid_hash": "o1", "phone_hash": "p1"}]}
    assert refused(spark, settings, sent, [], [beside_itself, weak]) == {
        ("self", "binding", "jd_pin", 1, 1, 1),
        ("weak", "binding", "jd_pin", 1, 1, 1),
        ("consent", "binding", "openid", 1, 1, 1),
    }


def test_a_ring_of_evidence_is_one_group_and_told_as_a_crowd_where_it_is_too_large(
    spark: SparkSession, settings: Settings
) -> None:
    ring = [{"member_hash": f"m{n}", "phone_hash": f"p{n}", "email_hash": f"e{(n + 1) % 10}"} for n in range(10)]
    back = [{"member_hash": f"n{n}", "phone_hash": f"p{n}", "email_hash": f"e{n}"} for n in range(10)]
    told = refused(
        spark,
        settings.model_copy(update={"identity": settings.identity.model_copy(update={"most_identifiers": 39})}),
        {"crm_member": ring + back},
    )
    assert told == {("crowd", "group", kind, n, n, n) for kind, n in (("member", 20), ("phone", 10), ("email", 10))}
