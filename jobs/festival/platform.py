"""The platform that received a list: whom it finds, what it shows them, and who buys because of it."""

from __future__ import annotations

import csv
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from conf.errors import MissingInput
from jobs.festival.catalogue import BRANDS
from jobs.festival.market import Market
from jobs.festival.plan import number
from jobs.festival.quota import Flags, Ints
from jobs.festival.standing import linkable, member_lists, member_numbers
from schemas.contract import IdentifierType

if TYPE_CHECKING:
    from jobs.privacy import KeyRing

MANIFEST = "manifest.json"
BRAND_IDS = [brand[0] for brand in BRANDS]


@dataclass(frozen=True, eq=False)
class Delivered:
    """One exported list as the platform sees it: the people whom it recognised, each with the pseudonym it came under.

    ``is_reachable``: holds an openid under this pseudonym; ``is_persuadable``: reachable, holds a JD account under it
    too, and minds coupons. ``n_listed`` counts all rows of the list.
    """

    list_id: str
    brand: int
    day: int
    n_listed: int
    person: Ints
    audience: pa.Array
    is_reachable: Flags
    is_persuadable: Flags

    @property
    def persuadable_share(self) -> float:
        """Persuadables among all on the list."""
        return int(self.is_persuadable.sum()) / max(self.n_listed, 1)


def received(market: Market, folders: Sequence[Path], ring: KeyRing) -> list[Delivered]:
    """The lists in the folders; ``MissingInput`` where a folder holds none."""
    known = list(_pseudonyms(market, ring)) if folders else []
    return [_delivered(market, folder, ring, known) for folder in folders]


def _delivered(market: Market, folder: Path, ring: KeyRing, known: Sequence[tuple[int, str, str]]) -> Delivered:
    from jobs.privacy import brand_purpose

    manifest, listed = _read(folder)
    brand_id = str(manifest["brand_id"])
    if brand_id not in BRAND_IDS:
        raise MissingInput(f"{folder / MANIFEST} names brand {brand_id!r}, whom the festival world does not sell")
    version = int(str(manifest.get("key_version", ring.version)))
    key, head = ring.key(brand_purpose(brand_id), version), f"pv1_{version}_"
    found: dict[int, tuple[str, str]] = {}
    for person, kind, pseudonym in known:
        audience = head + hmac.digest(key, pseudonym.encode(), "sha256").hex()
        if audience in listed:
            found.setdefault(person, (audience, kind))
    people, day = market.people, number(date.fromisoformat(str(manifest["day"])))
    who = np.array(sorted(found), np.int64)
    by_jd = np.array([found[place][1] == IdentifierType.JD_PIN for place in who.tolist()], np.bool_)
    is_whole = people.is_bound[who] & (people.registered[who] <= day) & linkable(market)[who]
    return Delivered(
        list_id=str(manifest["list_id"]),
        brand=BRAND_IDS.index(brand_id),
        day=day,
        n_listed=len(listed),
        person=who,
        audience=pa.array([found[place][0] for place in who.tolist()], pa.string()),
        is_reachable=is_whole | (people.has_openid[who] & ~by_jd),
        is_persuadable=is_whole & people.is_coupon_sensitive[who],
    )


def _pseudonyms(market: Market, ring: KeyRing) -> Iterator[tuple[int, str, str]]:
    """Every identifier of everybody, as (person, kind, the bank's pseudonym): the smallest of a person's is the person's."""
    from jobs.identifiers import normalise

    people = market.people
    everybody = np.arange(people.n)
    members = [
        (IdentifierType.MEMBER, who, member_numbers(brand, who), f"{BRAND_IDS[brand]}/")
        for brand, who in enumerate(member_lists(market))
    ]
    held = [
        (IdentifierType.OPENID, everybody[people.has_openid], people.openid.filter(pa.array(people.has_openid)), ""),
        (IdentifierType.JD_PIN, everybody[people.has_jd], people.jd_pin.filter(pa.array(people.has_jd)), ""),
        (IdentifierType.PHONE, everybody, people.phone, ""),
        (IdentifierType.EMAIL, everybody, people.email, ""),
        *members,
    ]
    for kind, who, values, scope in held:
        key = ring.key(f"joint/{kind}")
        for person, value in zip(who.tolist(), values.to_pylist(), strict=True):
            text = normalise(value, kind)
            if text is not None:
                yield person, kind, hmac.digest(key, f"{scope}{text}".encode(), "sha256").hex()


def _read(folder: Path) -> tuple[dict[str, object], set[str]]:
    """The manifest and the pseudonyms of all files of people that it names, but for those who are to be taken off."""
    file = folder / MANIFEST
    if not file.is_file():
        raise MissingInput(f"{folder} has no {MANIFEST}: name a folder that `brandcube export` wrote")
    manifest = json.loads(file.read_text("utf-8"))
    listed: set[str] = set()
    for entry in manifest["files"]:
        path = folder / entry["name"]
        if path.suffix == ".csv" and not path.stem.endswith("-remove"):
            with path.open(encoding="utf-8", newline="") as lines:
                listed |= {row["audience_hash"] for row in csv.DictReader(lines) if row.get("audience_hash")}
    return manifest, listed
