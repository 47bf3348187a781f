"""Nobody without consent, whatever people said in whatever order, in any place where the bank joins or names them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from conf.settings import Settings
from jobs.core import identity_edge
from jobs.core import person as person_table
from jobs.lake import Lake
from jobs.mart import user_portrait
from jobs.privacy import KeyRing, register_keys
from jobs.serving.export import export
from jobs.serving.report import loop
from jobs.serving.report.festival import Festival
from jobs.serving.selection import chosen
from schemas.catalogue import find
from schemas.contract import IdentifierType
from tests.frames import frame

DAY, BRANDS = date(2015, 10, 31), ("b01", "b02")
ASKED = (("link", None), ("portrait", None), ("measure", None), *(("activate", brand) for brand in BRANDS))
GRANTED, WITHDRAWN, ABSENT = "granted", "withdrawn", "absent"
MATRIX = list(product((GRANTED, WITHDRAWN, ABSENT), repeat=len(ASKED)))
KINDS = {IdentifierType.OPENID: "o", IdentifierType.JD_PIN: "j", IdentifierType.PHONE: "p"}
Rows = list[dict[str, Any]]
Places = dict[str, set[int]]


def said(number: int, asked: tuple[str, str | None], state: str, lot: random.Random) -> Rows:
    """One person's statements about one purpose: some earlier ones, then the one that counts; the brand named is noise too."""
    purpose, brand = asked
    about = {"purpose": purpose, "openid_hash": f"o{number:03}", "jd_pin_hash": f"j{number:03}"}
    if state == ABSENT:
        elsewhere = "b01" if brand is None else lot.choice([None, "b03"])
        return [about | {"brand_id": elsewhere, "is_granted": True}] if lot.random() < 0.5 else []
    rows = [{"is_granted": lot.random() < 0.5, "event_at": f"2015-10-{day:02} 12:00:00"} for day in range(1, lot.randint(1, 3))]
    rows.append({"is_granted": state == GRANTED, "event_at": "2015-10-20 12:00:00"})
    if state == WITHDRAWN and lot.random() < 0.5:
        rows.append({"is_granted": True, "event_at": "2015-10-20 12:00:00"})
    return [about | {"brand_id": brand} | row for row in rows]


def statements(lot: random.Random) -> Rows:
    """Everyone of the matrix, in shuffled order."""
    people = enumerate(MATRIX)
    rows = [
        row for n, states in people for asked, state in zip(ASKED, states, strict=True) for row in said(n, asked, state, lot)
    ]
    lot.shuffle(rows)
    return [row | {"event_id": f"c{place}"} for place, row in enumerate(rows)]


def wanted() -> Places:
    """Who is to be found at each place."""
    allow = {asked: {n for n, states in enumerate(MATRIX) if states[place] == GRANTED} for place, asked in enumerate(ASKED)}
    lists = {f"{what} {brand}": allow["activate", brand] for brand in BRANDS for what in ("list", "export")}
    return {"person": allow["link", None], "portrait": allow["portrait", None], "report": allow["measure", None], **lists}


@dataclass
class Bank:
    """The frames that the places are made of, on one set of statements."""

    spark: SparkSession
    settings: Settings
    ring: KeyRing
    consent: DataFrame
    folder: Path

    @classmethod
    def open(cls, spark: SparkSession, settings: Settings, ring: KeyRing, lot: random.Random, folder: Path) -> Bank:
        register_keys(spark, ring, settings)
        changed = {"least_people": 1, "control_share": 0.3}
        activation = settings.activation.model_copy(update=changed)
        rich = {name: settings.brands[name].model_copy(update={"budget_fen": 10**9}) for name in BRANDS}
        open_to_all = {"brand": settings.destinations["brand"].model_copy(update={"least_people": 1})}
        told = {"brands": rich, "activation": activation, "destinations": open_to_all}
        consent = frame(spark, find("landing.consent"), statements(lot))
        return cls(spark, settings.model_copy(update=told), ring, consent.localCheckpoint(), folder)

    def frame(self, name: str, rows: Rows) -> DataFrame:
        return frame(self.spark, find(name), rows)

    def places(self) -> Places:
        """Whom one finds at each place: the numbers of the people of the matrix."""
        person = self.person().localCheckpoint()
        lists, found = self.lists(person), {"person": {number(row.identifier_hash) for row in person.collect()}}
        rows = lists.collect()
        for brand in BRANDS:
            found[f"list {brand}"] = {number(row.person_id) for row in rows if row.brand_id == brand}
            found[f"export {brand}"] = self.exported(brand, lists)
        return found | {"portrait": self.portraits(person), "report": self.followed(person)}

    def person(self) -> DataFrame:
        bindings = [{f"{kind}_hash": f"{letter}{n:03}" for kind, letter in KINDS.items()} for n in range(len(MATRIX))]
        members = self.frame("landing.crm_member", [])
        binding = self.frame("landing.identity_binding", bindings)
        devices = (self.frame(f"landing.{name}_event", []) for name in ("social", "shopping"))
        edges = identity_edge.build(binding, members, *devices, day=DAY, settings=self.settings)
        return person_table.build(edges, self.consent, day=DAY, settings=self.settings)

    def tiles(self) -> DataFrame:
        kinds = (IdentifierType.OPENID, IdentifierType.JD_PIN)
        accounts = [(kind, f"{KINDS[kind]}{n:03}") for kind in kinds for n in range(len(MATRIX))]
        tile = {"day": str(DAY), "brand_id": "b01"}
        return self.frame("core.user_brand_day", [tile | {"account_type": k, "account_hash": h} for k, h in accounts])

    def portraits(self, person: DataFrame) -> set[int]:
        kinds = (IdentifierType.OPENID, IdentifierType.JD_PIN)
        accounts = [
            {"account_type": kind, "account_hash": f"{KINDS[kind]}{n:03}"} for kind in kinds for n in range(len(MATRIX))
        ]
        windows = self.frame("core.account_window", accounts), self.frame("core.account_facet_window", [])
        reference = self.frame("landing.city", []), self.frame("landing.product", [])
        inputs = [*windows, self.frame("core.first_order", []), person, self.consent, *reference]
        return {number(row.person_id) for row in user_portrait.build(*inputs, day=DAY, settings=self.settings).collect()}

    def lists(self, person: DataFrame) -> DataFrame:
        """All who are chosen, listed or sealed."""
        pairs = [{"person_id": one, "brand_id": brand} for one in everybody(person) for brand in BRANDS]
        scored = self.frame("mart.propensity", pairs), self.frame("mart.brand_stage", pairs)
        earlier = self.frame("serving.target_list", []), self.frame("serving.sealed_control", [])
        return chosen(*[*scored, self.consent, person, *earlier], day=DAY, settings=self.settings).localCheckpoint()

    def exported(self, brand: str, lists: DataFrame) -> set[int]:
        """Whom the delivered files name, the sealed people put onto the list again."""
        table, lake = find("serving.target_list"), Lake(self.spark, self.folder / "lake")
        lake.replace(table, lists.select(*table.column_names), [DAY], {})
        made = export(lake, self.settings, brand_id=brand, destination="brand", day=DAY)
        known = {self.ring.audience_hash(one, brand): number(one) for one in identifiers()}
        return {known[line] for line in (made.folder / f"{brand}-20151031.csv").read_text("ascii").split()[1:]}

    def followed(self, person: DataFrame) -> set[int]:
        """Whom the report follows when everybody had been on a list or sealed."""
        rows = [{"person_id": one, "brand_id": "b01", "day": str(DAY)} for one in everybody(person)]
        halves = self.frame("serving.target_list", rows[::2]), self.frame("serving.sealed_control", rows[1::2])
        lists, sealed = (loop.measured(half, self.consent, person).localCheckpoint() for half in halves)
        followed = {row.person_id for row in lists.unionByName(sealed).collect()}
        arms = loop.arms(lists, sealed, self.tiles(), person, brand_id="b01", festival=Festival(2015))
        assert sum(arm.n for arm in arms) == len(followed)
        return {number(one) for one in followed}


def number(hash_: str) -> int:
    return int(hash_[1:])


def identifiers() -> list[str]:
    return [f"{letter}{n:03}" for letter in KINDS.values() for n in range(len(MATRIX))]


def everybody(person: DataFrame) -> list[str]:
    """Everyone as the snapshot knows them: whoever is linked once, any other account for itself."""
    linked = {row.identifier_hash: row.person_id for row in person.collect()}
    return sorted({linked.get(one, one) for one in identifiers() if not one.startswith("p")})


@examples(max_examples=2, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32))
def test_exactly_those_who_allow_it_are_linked_portrayed_listed_delivered_and_measured(
    spark: SparkSession, settings: Settings, ring: KeyRing, tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    bank = Bank.open(spark, settings, ring, random.Random(seed), tmp_path_factory.mktemp("matrix"))
    assert bank.places() == wanted()


def test_without_the_consent_rule_the_same_search_finds_people_everywhere(
    spark: SparkSession, settings: Settings, ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def everyone(consent: DataFrame, *, purpose: str) -> DataFrame:
        brands = F.array(*map(F.lit, BRANDS)) if purpose == "activate" else F.array(F.lit(None).cast("STRING"))
        parts = [
            consent.select(F.lit(kind).alias("account_type"), F.col(f"{kind}_hash").alias("account_hash"))
            for kind in (IdentifierType.OPENID, IdentifierType.JD_PIN)
        ]
        return parts[0].unionByName(parts[1]).distinct().select("*", F.explode(brands).alias("brand_id"))

    monkeypatch.setattr("jobs.consent.granted", everyone)
    monkeypatch.setattr("jobs.identity.admission.granted", everyone)
    bank = Bank.open(spark, settings, ring, random.Random(1), tmp_path)
    allowed = wanted()
    assert all(people - allowed[place] for place, people in bank.places().items())
