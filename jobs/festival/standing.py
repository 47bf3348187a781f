"""What the parties know before the first day, and what they learn as people register: members, bindings, consents."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.festival import clock, identifiers, tables
from jobs.festival.catalogue import BRANDS
from jobs.festival.market import Market
from jobs.festival.plan import REGISTERING, number
from jobs.festival.quota import Flags, Ints, flags, pick, stream
from jobs.festival.writer import coded, concat, rows
from schemas.catalogue import find
from schemas.landing import consent, crm_member, identity_binding
from schemas.landing.consent import PURPOSES

MEMBER_SHARES = (0.12, 0.08, 0.06, 0.06, 0.05, 0.05)
_PURPOSE_SHARES = {"link": 0.97, "portrait": 0.96, "measure": 0.97, "activate": 0.88}
_WITHDRAWING_SHARE = 0.02
_SEASON = (date(2015, 9, 16), date(2015, 12, 31))
_PHONE_STYLES = (0.82, 0.06, 0.04, 0.05, 0.03)


def members(market: Market, day: int) -> pa.Table:
    """All brands' members; ``day`` is the day of the statement."""
    lists = member_lists(market)
    n_lists = np.bincount(np.concatenate(lists), minlength=market.people.n)
    batches = [_members(market, day, brand, who, n_lists[who] == 1) for brand, who in enumerate(lists)]
    return concat(batches, crm_member.TABLE)


def member_lists(market: Market) -> list[Ints]:
    """The members of each brand; the planned share of the second brand's are the first brand's too."""
    people, rng = market.people, stream(market.people.seed, "members")
    lists: list[Ints] = []
    for brand, share in enumerate(MEMBER_SHARES):
        rank = np.argsort(-(np.log(people.affinity[:, brand] + 1e-12) + rng.gumbel(size=people.n)), kind="stable")
        n = max(round(share * people.n), 1)
        if brand == 1:
            is_first = np.isin(rank, lists[0])
            both = round(market.plan.truth.member_overlap * n)
            lists.append(np.sort(np.r_[rank[is_first][:both], rank[~is_first][: n - both]]))
        else:
            lists.append(np.sort(rank[:n]))
    return lists


def member_numbers(brand: int, who: Ints) -> pa.Array:
    """The numbers that a brand gives its members."""
    numbers = pc.cast(pa.array(10_000_000 + who), pa.string())
    return pc.binary_join_element_wise(BRANDS[brand][0].upper(), numbers, "-")


def bindings(market: Market, who: Ints, at: Ints) -> pa.Table:
    """How the accounts of these people hang together, as one statement or two."""
    people = market.people
    bound, has_jd, has_openid = people.is_bound[who], people.has_jd[who], people.has_openid[who]
    style = stream(people.seed, "bindings").random(people.n)[who]
    alone = ~bound & (has_jd != has_openid) & (style < 0.5)
    parts = [
        (bound & (style < 0.6), "all", (True, True, True)),
        (bound & (style >= 0.6) & (style < 0.9), "wx", (True, False, True)),
        (bound & (style >= 0.6) & (style < 0.9), "jd", (False, True, True)),
        (bound & (style >= 0.9), "pair", (True, True, False)),
        (alone & has_openid, "wx", (True, False, True)),
        (alone & has_jd, "jd", (False, True, True)),
    ]
    batches = [_bindings(market, who[mask], at[mask], name, named) for mask, name, named in parts if mask.any()]
    return concat(batches, identity_binding.TABLE)


def consents(market: Market, who: Ints, at: Ints, *, with_jd: Flags) -> pa.Table:
    """What these people grant, for each purpose and, where lists are concerned, each brand."""
    batches = []
    for purpose in PURPOSES:
        for brand in range(len(BRANDS)) if purpose == "activate" else (-1,):
            grants = _granted(market, purpose, brand)[who]
            if grants.any():
                batches.append(_consents(market, who[grants], at[grants], with_jd[grants], (purpose, brand, True)))
    return concat(batches, consent.TABLE)


def linkable(market: Market) -> Flags:
    """Who lets the bank see that their accounts are one person's."""
    return _granted(market, "link", -1)


def withdrawals(market: Market, day: int) -> pa.Table:
    """Who takes back on the day what the brands' lists were granted."""
    rng = stream(market.people.seed, "withdrawals")
    first, last = number(_SEASON[0]), number(_SEASON[1])
    when = np.where(rng.random(market.people.n) < _WITHDRAWING_SHARE, rng.integers(first, last, market.people.n), -1)
    who = np.flatnonzero((when == day) & ((market.people.registered < day) | market.people.has_openid))
    at = clock.usual(stream(market.people.seed, "withdrawals", day), day, len(who))
    with_jd = _holds_jd(market, who, day)
    batches = []
    for brand in range(len(BRANDS)):
        granted = _granted(market, "activate", brand)[who]
        if granted.any():
            batches.append(_consents(market, who[granted], at[granted], with_jd[granted], ("activate", brand, False)))
    return concat(batches, consent.TABLE)


def _members(market: Market, day: int, brand: int, who: Ints, is_single: Flags) -> pa.Table:
    """One brand's members: some left a telephone number only; of those with one brand, some an e-mail address only."""
    rng, n = stream(market.people.seed, "members", brand), len(who)
    kind = rng.random(n)
    has_phone = (kind >= 0.08) | ~is_single
    phone = tables.account(market.people.phone, who, ~has_phone)
    joined = rng.integers(0, 1_500, n)
    member = member_numbers(brand, who)
    columns = {
        "event_id": pc.binary_join_element_wise("crm", member, "-"),
        "event_at": clock.midnight(day) + rng.integers(0, 6 * clock.HOUR, n),
        "brand_id": BRANDS[brand][0],
        "member": member,
        "phone": identifiers.written_phones(phone, pick(rng, _PHONE_STYLES, n)),
        "email": tables.account(market.people.email, who, has_phone & (kind < 0.5)),
        "name": identifiers.names(rng, n),
        "member_tier": 1 + pick(rng, [0.6, 0.25, 0.1, 0.05], n),
        "joined_on": pa.array(np.datetime_as_string(np.datetime64("2011-06-01") + joined)),
        "city_code": coded(market.people.city[who], tables.CITY_CODES, rng.random(n) < 0.2),
    }
    return rows(crm_member.TABLE, n, columns)


def _bindings(market: Market, who: Ints, at: Ints, name: str, named: tuple[bool, bool, bool]) -> pa.Table:
    people = market.people
    accounts = zip(("openid", "jd_pin", "phone"), (people.openid, people.jd_pin, people.phone), named, strict=True)
    columns: dict[str, Any] = {field: tables.account(values, who) for field, values, is_named in accounts if is_named}
    columns |= {"event_id": _person_ids(f"bind-{name}", who), "event_at": at}
    return rows(identity_binding.TABLE, len(who), columns)


def _consents(market: Market, who: Ints, at: Ints, with_jd: Flags, said: tuple[str, int, bool]) -> pa.Table:
    """One statement about a purpose; the subject is every account of the person that the parties know by then."""
    purpose, brand, is_granted = said
    people = market.people
    about = purpose if brand < 0 else f"{purpose}-{BRANDS[brand][0]}"
    stage = pa.array(np.where(with_jd, "jd", "wx"))
    word = "grant" if is_granted else "withdraw"
    columns = {
        "event_id": pc.binary_join_element_wise(_person_ids(f"{word}-{about}", who), stage, "-"),
        "event_at": at,
        "jd_pin": tables.account(people.jd_pin, who, ~with_jd),
        "openid": tables.account(people.openid, who, ~people.has_openid[who]),
        "purpose": purpose,
        "brand_id": tables.brand(np.full(len(who), brand)),
        "is_granted": pa.array(np.full(len(who), is_granted)),
    }
    return rows(consent.TABLE, len(who), columns)


def _granted(market: Market, purpose: str, brand: int) -> Flags:
    return _grants(market.people.seed, market.people.n, purpose, brand)


@lru_cache(maxsize=32)
def _grants(seed: int, n: int, purpose: str, brand: int) -> Flags:
    return flags(stream(seed, "consent", purpose, brand), _PURPOSE_SHARES[purpose], n)


def _holds_jd(market: Market, who: Ints, day: int) -> Flags:
    return market.people.has_jd[who] & (market.people.registered[who] <= day)


def _person_ids(prefix: str, who: Ints) -> pa.Array:
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(pc.cast(pa.array(who), pa.string()), 8, "0"), "-")


def standing_tables(market: Market, first: int, stated: int) -> dict[str, pa.Table]:
    """What is known before the first day: most of it stated on the day ``stated``, the rest as people came."""
    since = [joining_tables(market, day) for day in range(REGISTERING.start, first)]
    names = ("identity_binding", "consent")
    learnt = {name: [tables_of_day[name] for tables_of_day in since] for name in names}
    known = _known(market, stated)
    return {name: concat([batch, *learnt.get(name, [])], find(f"landing.{name}")) for name, batch in known.items()}


def _known(market: Market, day: int) -> dict[str, pa.Table]:
    people = market.people
    rng = stream(people.seed, "standing")
    at = clock.midnight(day) + rng.integers(0, 6 * clock.HOUR, people.n)
    with_jd = people.has_jd & (people.registered < 0)
    who, held = np.flatnonzero(with_jd | people.has_openid), np.flatnonzero(people.registered < 0)
    return {
        "crm_member": members(market, day),
        "identity_binding": bindings(market, held, at[held]),
        "consent": consents(market, who, at[who], with_jd=with_jd[who]),
    }


def joining_tables(market: Market, day: int) -> dict[str, pa.Table]:
    """What is learnt on the day: of those who register, and of those who withdraw."""
    who = market.people.newcomers(day)
    at = clock.usual(stream(market.people.seed, "joining", day), day, len(who))
    granted = consents(market, who, at, with_jd=np.ones(len(who), np.bool_))
    return {
        "identity_binding": bindings(market, who, at),
        "consent": concat([granted, withdrawals(market, day)], consent.TABLE),
    }
