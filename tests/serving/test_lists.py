"""Who gets on a list, and whom the lot seals."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from conf.settings import Settings
from jobs.privacy import KeyRing
from jobs.serving import sealed_control, target_list
from jobs.serving.selection import chosen
from schemas.catalogue import find
from tests.frames import frame

DAY = date(2015, 10, 31)
LISTS = find("serving.target_list")
PEOPLE = [f"p{number:03}" for number in range(200)]


@pytest.fixture(scope="session")
def small(settings: Settings) -> Settings:
    """Two brands, lists of any size, a budget for 100 people each."""
    brands = {
        name: settings.brands[name].model_copy(update={"budget_fen": 10_050, "cost_per_person_fen": 100})
        for name in ("b01", "b02")
    }
    activation = settings.activation.model_copy(update={"least_people": 1, "control_share": 0.3})
    return settings.model_copy(update={"brands": brands, "activation": activation})


class World:
    """The inputs of a list: everyone scored, in a stage, and consenting, until a test says otherwise."""

    def __init__(self, spark: SparkSession, people: list[str] = PEOPLE, brands: tuple[str, ...] = ("b01",)) -> None:
        pairs = [(person, brand) for person in people for brand in brands]
        self.spark = spark
        self.score = {pair: 0.9 - 0.001 * people.index(pair[0]) for pair in pairs}
        self.stage: dict[tuple[str, str], dict[str, Any]] = {pair: {} for pair in pairs}
        self.consent = dict.fromkeys(pairs, True)
        self.listed: list[dict[str, Any]] = []
        self.sealed: list[dict[str, Any]] = []

    def frames(self) -> tuple[DataFrame, ...]:
        rows = {
            "mart.propensity": [self.pair(pair) | {"score": score} for pair, score in self.score.items()],
            "mart.brand_stage": [self.pair(pair) | facts for pair, facts in self.stage.items()],
            "landing.consent": [
                {
                    "jd_pin_hash": person,
                    "brand_id": brand,
                    "purpose": "activate",
                    "is_granted": granted,
                    "event_id": person + brand,
                }
                for (person, brand), granted in self.consent.items()
            ],
            "core.person": [],
            "serving.target_list": self.listed,
            "serving.sealed_control": self.sealed,
        }
        return tuple(frame(self.spark, find(name), found) for name, found in rows.items())

    @staticmethod
    def pair(pair: tuple[str, str]) -> dict[str, Any]:
        return {"person_id": pair[0], "brand_id": pair[1]}


def people(rows: DataFrame) -> set[tuple[str, str]]:
    return {(row.person_id, row.brand_id) for row in rows.collect()}


def choose(world: World, settings: Settings) -> DataFrame:
    return chosen(*world.frames(), day=DAY, settings=settings)


def test_the_best_within_budget_are_chosen_and_split_by_the_lot(spark: SparkSession, small: Settings, ring: KeyRing) -> None:
    inputs = World(spark).frames()
    listed = target_list.build(*inputs, day=DAY, settings=small).collect()
    sealed = sealed_control.build(*inputs, day=DAY, settings=small).collect()

    limit = 0.3 * 16**15
    is_sealed = {person: int(ring.keyed_hash(f"b01-20151031|{person}", "seal")[:15], 16) < limit for person in PEOPLE[:100]}
    assert {row.person_id for row in sealed} == {person for person in is_sealed if is_sealed[person]}
    assert {row.person_id for row in listed} == {person for person in is_sealed if not is_sealed[person]}
    assert {row.person_id: row["rank"] for row in [*listed, *sealed]} == {p: n for n, p in enumerate(PEOPLE[:100], 1)}
    assert {(row.day, row.list_id) for row in listed} == {(DAY, "b01-20151031")}
    assert all(row.audience_hash == ring.audience_hash(row.person_id, "b01") for row in listed)


def test_equal_scores_are_ranked_alike_every_time(spark: SparkSession, small: Settings) -> None:
    world = World(spark)
    world.score = dict.fromkeys(world.score, 0.5)
    first = people(choose(world, small))
    world.score = dict(reversed(world.score.items()))

    assert people(choose(world, small)) == first


def test_the_lot_seals_the_share_that_it_should(spark: SparkSession, small: Settings) -> None:
    crowd = [f"q{number:04}" for number in range(2000)]
    rich = small.model_copy(update={"brands": {"b01": small.brands["b01"].model_copy(update={"budget_fen": 10**9})}})

    sides = [row.is_sealed for row in choose(World(spark, crowd), rich).select("is_sealed").collect()]

    assert len(sides) == 2000
    assert sum(sides) == pytest.approx(600, abs=80)


def test_whoever_is_not_eligible_is_on_no_list(spark: SparkSession, small: Settings) -> None:
    world = World(spark)
    world.consent[PEOPLE[0], "b01"] = False
    del world.consent[PEOPLE[1], "b01"]
    world.stage[PEOPLE[2], "b01"] = {"last_order_day": "2015-10-18"}
    world.stage[PEOPLE[3], "b01"] = {"last_order_day": "2015-10-17"}
    del world.stage[PEOPLE[4], "b01"]
    world.listed = [{"person_id": PEOPLE[5], "brand_id": "b01", "day": "2015-10-20"}]
    world.sealed = [{"person_id": PEOPLE[6], "brand_id": "b01", "day": "2015-10-17"}]

    found = {person for person, _ in people(choose(world, small))}

    assert found.isdisjoint({PEOPLE[number] for number in (0, 1, 2, 4, 5, 6)})
    assert PEOPLE[3] in found
    assert len(found) == 100


def test_a_brand_draws_only_from_its_stages(spark: SparkSession, small: Settings) -> None:
    loyal = small.model_copy(update={"brands": {"b01": small.brands["b01"].model_copy(update={"stages": ("loyal",)})}})
    world = World(spark)
    world.stage[PEOPLE[150], "b01"] = {"stage": "loyal"}

    world.stage[PEOPLE[160], "b01"] = {"stage": "loyal"}

    assert people(choose(world, loyal)) <= {(PEOPLE[150], "b01"), (PEOPLE[160], "b01")}
    assert people(choose(world, small)) == {(person, "b01") for person in PEOPLE[:100]}


def test_consent_for_one_brand_is_none_for_another(spark: SparkSession, small: Settings) -> None:
    world = World(spark, brands=("b01", "b02"))
    world.consent = {pair: True for pair in world.consent if pair[1] == "b02"}

    assert {brand for _, brand in people(choose(world, small))} == {"b02"}


def test_nobody_is_on_more_than_two_lists_in_fourteen_days(spark: SparkSession, small: Settings) -> None:
    world = World(spark, PEOPLE[:50], brands=("b01", "b02"))
    world.listed = [{"person_id": PEOPLE[0], "brand_id": "b05", "day": "2015-10-30"}]
    world.sealed = [{"person_id": PEOPLE[1], "brand_id": brand, "day": "2015-10-30"} for brand in ("b05", "b06")]
    world.score[PEOPLE[0], "b02"] = 0.99

    found = people(choose(world, small))

    assert [brand for person, brand in found if person == PEOPLE[0]] == ["b02"]
    assert [brand for person, brand in found if person == PEOPLE[1]] == []
    assert sorted(brand for person, brand in found if person == PEOPLE[2]) == ["b01", "b02"]


def test_a_list_that_would_be_too_small_is_not_made_nor_sealed(spark: SparkSession, small: Settings) -> None:
    strict = small.model_copy(update={"activation": small.activation.model_copy(update={"least_people": 90})})
    inputs = World(spark).frames()
    listed, sealed = (job.build(*inputs, day=DAY, settings=strict) for job in (target_list, sealed_control))

    assert (listed.count(), sealed.count()) == (0, 0)
    assert listed.columns == sealed.columns == list(LISTS.column_names)
