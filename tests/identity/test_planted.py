"""The identity graph against the planted world, whose people are known: who is found, who is mixed up, whose id changes."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import comb
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from conf.settings import Settings
from jobs.changes import as_of
from jobs.festival.catalogue import BRANDS
from jobs.festival.market import Market
from jobs.festival.plan import number
from jobs.festival.standing import linkable, member_lists, member_numbers
from jobs.festival.truth import Truth
from jobs.festival.world import _market
from jobs.lake import Lake
from jobs.landing.ingest import land
from jobs.privacy import KeyRing
from schemas.catalogue import find
from tests.conftest import HISTORY, WORLD_PEOPLE, WORLD_SEED, Figure
from tests.identity.schedule import LANDING, MERGE, PERSON, Nights

N_NIGHT = int(os.environ.get("BRANDCUBE_NIGHTS", "3"))
DAYS = [HISTORY[1] - timedelta(days=back) for back in reversed(range(N_NIGHT))]
Owners = dict[str, str]


@dataclass(frozen=True)
class Season:
    """The nights' lake, and whose every pseudonym of the world really is."""

    lake: Lake
    market: Market
    truth: dict[str, int]

    def owners(self, day: date) -> Owners:
        """Whose each identifier is, as of a night."""
        rows = as_of(self.lake, PERSON, day).select("identifier_hash", "person_id").collect()
        return {row.identifier_hash: row.person_id for row in rows}


@pytest.fixture(scope="module")
def season(
    spark: SparkSession, settings: Settings, ring: KeyRing, inbox: Path, tmp_path_factory: pytest.TempPathFactory
) -> Season:
    """October's evidence, landed at once; the last nights of the month one after the other."""
    lake = Lake(spark, tmp_path_factory.mktemp("identity") / "lake")
    for name in LANDING:
        source = find(f"landing.{name}").source
        assert source
        land(spark, lake, settings, source=name, path=inbox / source.party / name, day=HISTORY[1])
    for day in DAYS:
        Nights(lake, settings).make(day)
    market = _market(WORLD_PEOPLE, WORLD_SEED, Truth())
    return Season(lake, market, dict(pseudonyms(market, ring)))


def pseudonyms(market: Market, ring: KeyRing) -> Iterable[tuple[str, int]]:
    """Every pseudonym of the world, with the number of the person whose it is."""
    people = market.people
    for kind in ("openid", "jd_pin", "phone", "email"):
        for who, text in enumerate(getattr(people, kind).to_pylist()):
            yield ring.pseudonym(text, kind) or "", who
    for brand, members in enumerate(member_lists(market)):
        for who, text in zip(members.tolist(), member_numbers(brand, members).to_pylist(), strict=True):
            yield ring.pseudonym(text, "member", BRANDS[brand][0]) or "", who


def n_pair(sizes: Iterable[int]) -> int:
    return sum(comb(size, 2) for size in sizes)


def test_people_who_allow_it_are_found_and_hardly_anyone_is_mixed_up(season: Season, figure: Figure) -> None:
    found = season.owners(HISTORY[1])
    groups: dict[str, list[int]] = defaultdict(list)
    for identifier, person_id in found.items():
        groups[person_id].append(season.truth[identifier])
    same = n_pair(members.count(who) for members in groups.values() for who in set(members))
    precision = same / n_pair(map(len, groups.values()))
    allows, people = linkable(season.market), season.market.people
    asked = allows & people.has_openid & people.has_jd & (people.registered <= number(HISTORY[1]))
    accounts: dict[int, list[str]] = defaultdict(list)
    for identifier, who in season.truth.items():
        accounts[who].append(found.get(identifier, identifier))
    joined = sum(accounts[who][0] == accounts[who][1] for who in asked.nonzero()[0].tolist())
    recall = joined / int(asked.sum())
    figure(f"planted world: pairwise precision {precision:.4f}, recall {recall:.4f} of {int(asked.sum())} pairs of accounts")
    assert precision >= 0.99
    assert recall >= 0.95


def test_no_id_changes_but_by_a_merge_that_is_told(season: Season, figure: Figure) -> None:
    nights, churned, told = [season.owners(day) for day in DAYS], 0, 0
    for (before, now), day in zip(pairwise(nights), DAYS[1:], strict=True):
        merged = {row.person_id: row.merged_into_id for row in as_of(season.lake, MERGE, day).collect()}
        changed = {(before[one], now[one]) for one in before.keys() & now.keys() if before[one] != now[one]}
        told += len(changed)
        churned += sum(merged.get(old) != new for old, new in changed)
    figure(f"planted world: {N_NIGHT} nights, {len(nights[-1])} identifiers, {told} ids went into another, {churned} untold")
    assert len(nights[-1]) > len(nights[0])
    assert churned == 0


def test_those_who_do_not_allow_it_are_linked_to_none_of_the_parties_accounts(season: Season) -> None:
    found, allows = season.owners(HISTORY[1]), linkable(season.market)
    linked = {
        season.truth[row.identifier_hash]
        for row in as_of(season.lake, PERSON, HISTORY[1]).where("identifier_type IN ('openid', 'jd_pin')").collect()
    }
    assert found and linked
    assert not [who for who in linked if not allows[who]]
