"""Trying all numbers of a range against every pseudonym finds nobody; against unkeyed hashes it finds everybody."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator

import pytest

from jobs.contents import layers
from tests.conftest import Figure
from tests.privacy.canaries import PEOPLE, identifiers
from tests.privacy.conftest import Night

PREFIXES = ("", "86", "+86", "0086")
RANGES = (range(19900000000, 19900100000), range(19812340000, 19812350000))
"""A hundred thousand numbers of the world's own range and the ten thousand in which the known people stand."""
_PSEUDONYM = re.compile(rb"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_PEOPLE = ("person_id", "_hash")


def pseudonyms(night: Night) -> set[str]:
    """All pseudonyms in columns of people in the lake, and in the exports."""
    found: set[str] = set()
    for path in sorted(night.bank.glob("lake/**/*.parquet")):
        for form, pieces in layers(path):
            if form.startswith("parquet:") and form.endswith(_PEOPLE):
                found |= {text.decode() for piece in pieces for text in _PSEUDONYM.findall(piece)}
    for path in night.bank.glob("lake/exports/**/*.csv"):
        found |= {text.decode() for text in _PSEUDONYM.findall(path.read_bytes().replace(b"_", b" "))}
    return found


def guesses() -> Iterator[tuple[int, str]]:
    """Every number of the ranges with each of its unkeyed hashes in hex."""
    for number in (number for numbers in RANGES for number in numbers):
        for prefix in PREFIXES:
            text = f"{prefix}{number}".encode()
            yield number, hashlib.md5(text).hexdigest()
            yield number, hashlib.sha1(text).hexdigest()
            yield number, hashlib.sha256(text).hexdigest()


@pytest.fixture(scope="module")
def rainbow() -> dict[str, int]:
    """What the attacker has: the number behind each hash."""
    return {digest: number for number, digest in guesses()}


def test_no_pseudonym_is_reversed_and_every_unkeyed_hash_is(searched: Night, rainbow: dict[str, int], figure: Figure) -> None:
    held = pseudonyms(searched)
    phones = [identifiers(number)["phone"] for number in PEOPLE]
    unkeyed = {
        hashlib.new(name, f"{prefix}{phone}".encode()).hexdigest()
        for phone in phones
        for prefix in PREFIXES
        for name in ("md5", "sha1", "sha256")
    }
    reversed_ = held & rainbow.keys()
    figure(
        f"reversal: {len(rainbow)} guesses, {len(reversed_)} of {len(held)} pseudonyms; "
        f"control {len(unkeyed & rainbow.keys())} of {len(unkeyed)}"
    )
    assert not reversed_
    assert unkeyed <= rainbow.keys()


def test_the_people_who_are_guessed_are_among_the_pseudonyms(searched: Night) -> None:
    held = pseudonyms(searched)
    key = searched.ring.key("joint/phone")
    known = {hmac.digest(key, identifiers(number)["phone"].encode(), "sha256").hex() for number in PEOPLE}
    assert known <= held
