"""Night by night the identity graph becomes what a full rebuild makes of it, and what is taken back was never there."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from conf.settings import Evidence, Settings
from jobs.lake import Lake
from tests.identity.schedule import EDGE, MERGE, PERSON, Nights, State, news

FIRST, N_NIGHT, N_WORLD = date(2015, 10, 29), 5, 60


@pytest.fixture
def tight(settings: Settings) -> Settings:
    """Settings under which small graphs meet every bound, and devices expire within days."""
    sources = settings.identity.sources | {"device": Evidence(valid_days=2, confidence=0.7)}
    most = settings.identity.most_beside | {"phone": 2, "email": 1}
    bounds = {"most_identifiers": 3, "most_accounts": 1, "most_beside": most, "sources": sources}
    return settings.model_copy(update={"identity": settings.identity.model_copy(update=bounds)})


def everybody_allows(worlds: int) -> State:
    """All accounts of the worlds may be linked, for the time being."""
    accounts = [(kind, f"{world}{kind}{n}") for world in range(worlds) for kind in ("openid", "jd_pin") for n in range(3)]
    said = {"purpose": "link", "event_day": "2015-10-01", "event_at": "2015-10-01 00:00:00"}
    return {"consent": [said | {f"{kind}_hash": account, "event_id": account} for kind, account in accounts]}


@examples(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(seed=st.integers(0, 2**32))
def test_nights_make_what_a_full_rebuild_makes_whatever_comes_late_goes_again_or_expires(
    spark: SparkSession, tmp_path: Path, tight: Settings, seed: int
) -> None:
    lake = Lake(spark, tmp_path / str(seed))
    lot, nights, state = random.Random(seed), Nights(lake, tight), everybody_allows(N_WORLD)
    nights.send(state, {})
    for place in range(N_NIGHT):
        day, before = FIRST + timedelta(days=place), state
        for _ in range(3 if place == 0 else 1):
            state = news(lot, state, day, N_WORLD)
        nights.send(state, before)
        if place == 2:
            continue  # a night that is missed
        nights.make(day)
        kept, built = nights.kept(day), nights.built(state, day)
        assert {name: rows ^ built[name] for name, rows in kept.items()} == {name: set() for name in built}
    assert lake.read(PERSON).where("refused IS NOT NULL").count() > 0
    assert lake.read(PERSON, [day]).count() < len(kept["person"])


def test_what_is_taken_back_leaves_the_people_and_ids_of_before_and_the_merge_is_told(
    spark: SparkSession, lake: Lake, tight: Settings
) -> None:
    lot, nights, base = random.Random(9), Nights(lake, tight), everybody_allows(N_WORLD)
    for _ in range(4):
        base = news(lot, base, FIRST, N_WORLD)
    base = {name: [row for row in rows if row["event_day"] <= str(FIRST)] for name, rows in base.items()}
    more = news(random.Random(10), news(random.Random(11), base, FIRST, N_WORLD), FIRST, N_WORLD)
    added = {
        name: [*base.get(name, []), *(row for row in rows if row not in base.get(name, []))] for name, rows in more.items()
    }
    durable = {name: [row for row in rows if not name.endswith("_event")] for name, rows in added.items()}
    start = {name: [row for row in rows if not name.endswith("_event")] for name, rows in base.items()}
    before: State = {}
    for place, state in enumerate((start, durable, start)):
        nights.send(state, before)
        nights.make(FIRST + timedelta(days=place))
        before = state
    first, second, third = (nights.kept(FIRST + timedelta(days=place)) for place in range(3))
    assert first == third != second
    merges = lake.read(MERGE, [FIRST + timedelta(days=1)]).where(~F.col("is_gone")).collect()
    undone = lake.read(MERGE, [FIRST + timedelta(days=2)]).where("is_gone").collect()
    assert merges and undone
    assert {row.person_id for row in undone} <= {row.person_id for row in merges}
    assert lake.read(EDGE).where(f"day = '{FIRST + timedelta(days=2)}' AND is_gone").count() > 0
