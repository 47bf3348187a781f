"""The platform answers a delivered list: it finds the people on it, and nobody else."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from conf.errors import MissingInput
from jobs.festival.plan import WorldError
from jobs.festival.truth import Truth
from jobs.festival.world import Generated, generate
from jobs.privacy import KeyRing
from tests.festival.reading import rows

PEOPLE, SEED, BRAND = 1_200, 21, "b01"
TRUTH = Truth(uplift=0.1)
BEFORE, FIRST, LAST = date(2015, 10, 31), date(2015, 11, 1), date(2015, 11, 12)


@dataclass(frozen=True)
class Answered:
    """A list and its sealed rest, by the bank's person, with the world before and after it, and without it."""

    listed: dict[str, str]
    sealed: dict[str, str]
    accounts: dict[str, str]
    without: Path
    answered: Path
    made: Generated


def _components(inbox: Path, ring: KeyRing) -> dict[tuple[str, str], str]:
    """(kind, raw identifier) to the smallest pseudonym of all that hang together."""
    parent: dict[tuple[str, str], tuple[str, str]] = {}

    def root(item: tuple[str, str]) -> tuple[str, str]:
        while parent.setdefault(item, item) != item:
            item = parent[item]
        return item

    sources = {"identity_binding": ("openid", "jd_pin", "phone"), "crm_member": ("member", "phone", "email")}
    hashed: dict[tuple[str, str], str] = {}
    for name, kinds in sources.items():
        for row in rows(inbox, name).to_dict("records"):
            held = [(kind, str(row[kind])) for kind in kinds if isinstance(row.get(kind), str)]
            keys = [(kind, ring.pseudonym(value, kind, str(row.get("brand_id"))) or "") for kind, value in held]
            hashed |= dict(zip(held, (key[1] for key in keys), strict=True))
            for key in keys[1:]:
                parent[root(key)] = root(keys[0])
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in list(parent):
        groups[root(key)].append(key[1])
    return {item: min(groups[root((item[0], digest))]) for item, digest in hashed.items()}


def _export(folder: Path, audience: list[str]) -> Path:
    folder.mkdir()
    (folder / "people.csv").write_text("audience_hash\n" + "".join(f"{item}\n" for item in sorted(audience)), "ascii")
    (folder / "receipt.html").write_text("<p>receipt</p>", "utf-8")
    manifest = {"brand_id": BRAND, "list_id": "b01-20151031", "day": "2015-10-31", "files": [{"name": "people.csv"}]}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, ring: KeyRing) -> Answered:
    root = tmp_path_factory.mktemp("answer")
    generate(root / "before", people=PEOPLE, first=BEFORE, last=BEFORE, seed=SEED, truth=TRUTH)
    known = _components(root / "before", ring)
    accounts = {value: person for (kind, value), person in known.items() if kind in ("openid", "jd_pin")}
    people = sorted(set(accounts.values()))
    audience = {person: ring.audience_hash(person, BRAND) for person in people}
    listed = {person: audience[person] for place, person in enumerate(people) if place % 3}
    sealed = {person: audience[person] for person in people if person not in listed}
    folder = _export(root / "export", list(listed.values()))
    generate(root / "without", people=PEOPLE, first=FIRST, last=LAST, seed=SEED, truth=TRUTH)
    made = generate(
        root / "answered", people=PEOPLE, first=FIRST, last=LAST, seed=SEED, truth=TRUTH, respond=[folder], ring=ring
    )
    return Answered(listed, sealed, accounts, root / "without", root / "answered", made)


def _buyers(inbox: Path) -> pd.DataFrame:
    lines = rows(inbox, "order_event")
    first = lines[lines["line_no"].eq(1) & lines["status"].eq("paid")]
    return first[~first["event_id"].isin(lines.loc[lines["status"].eq("cancelled"), "event_id"].str.replace("-c", "-p"))]


def test_advertisements_come_back_for_the_listed_alone(world: Answered) -> None:
    returned = rows(world.answered, "ad_return")
    assert set(returned["audience_hash"]) <= set(world.listed.values())
    assert not set(returned["audience_hash"]) & set(world.sealed.values())
    assert returned["audience_hash"].nunique() > 0.75 * len(world.listed)
    assert set(returned["day"]) == {f"11-{day:02d}" for day in range(1, 13)}
    assert returned["event_id"].is_unique


def test_clicks_are_the_planned_share_of_impressions(world: Answered) -> None:
    returned = rows(world.answered, "ad_return")
    rate = returned["n_click"].astype(int).sum() / returned["n_impression"].astype(int).sum()
    assert rate == pytest.approx(TRUTH.click_rate, abs=0.002)


def test_the_social_log_shows_the_same_exposures(world: Answered) -> None:
    shown = rows(world.answered, "social_event")
    more = shown[shown["event_id"].str.startswith("a-")]
    returned = rows(world.answered, "ad_return")
    assert len(more) == returned[["n_impression", "n_click"]].astype(int).sum().sum()
    assert set(more["openid"].map(world.accounts)) <= set(world.listed)


def test_everything_else_is_as_it_would_have_been(world: Answered) -> None:
    for name in ("order_event", "social_event", "shopping_event", "service_event"):
        with_list, without = rows(world.answered, name), rows(world.without, name)
        caused = with_list["event_id"].str.contains("b01-20151031")
        kept = with_list[~caused].sort_values("event_id", ignore_index=True)
        pd.testing.assert_frame_equal(kept[list(without)], without.sort_values("event_id", ignore_index=True))


def test_as_many_more_of_the_listed_buy_as_planned_and_none_of_the_sealed(world: Answered) -> None:
    converted = {}
    for name, inbox in (("with", world.answered), ("without", world.without)):
        bought = _buyers(inbox)
        converted[name] = set(bought[bought["brand_id"].eq(BRAND)]["jd_pin"].map(world.accounts).dropna())
    more = converted["with"] - converted["without"]
    assert more <= set(world.listed)
    planted = world.made.figures["19"]["planted"]
    assert len(more) / len(world.listed) == pytest.approx(planted, abs=1 / len(world.listed))
    assert 0.6 < planted / TRUTH.uplift < 1


def test_caused_orders_stay_out_of_the_two_entrances(world: Answered) -> None:
    lines = rows(world.answered, "order_event")
    caused = lines[lines["event_id"].str.contains("b01-20151031")]
    assert set(caused["scene"]) == {"moments_ad"}
    assert set(caused["brand_id"]) == {BRAND}
    assert (caused["paid_fen"] > 0).all()


def test_an_answer_sends_no_standing_data_again(world: Answered) -> None:
    assert not (world.answered / "brand").exists()
    assert not (world.answered / "jd/product").exists()


def test_a_folder_without_a_manifest_is_refused(tmp_path: Path, ring: KeyRing) -> None:
    with pytest.raises(MissingInput, match=r"has no manifest\.json"):
        generate(tmp_path / "out", people=300, first=FIRST, last=LAST, seed=1, respond=tmp_path, ring=ring)


def test_an_answer_needs_the_keys(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="key ring"):
        generate(tmp_path / "out", people=300, first=FIRST, last=LAST, seed=1, respond=[tmp_path])
