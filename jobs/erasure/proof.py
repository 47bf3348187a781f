"""The proof: every byte of the bank is searched for forgotten people, without knowing who they are.

Whatever looks like a keyed hash, 64 hex characters anywhere in any file as it lies or decoded, is hashed under the key of
erasure and looked up among the forgotten. Where the raw identifiers are at hand, all looks of theirs are searched for as well.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pyspark.sql import functions as F

from jobs.contents import Undecodable, layers
from jobs.lake import Lake
from jobs.privacy import ERASURE, KeyRing
from jobs.scan import Hit, encodings, files_under, scan
from schemas.landing.erasure import TABLE

REMOVE = "*-remove.*"
"""The name of a file that tells a receiver whom to take off: it must name them."""

_TOKEN = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{64}(?![0-9A-Fa-f])")
_CARRY = 66


@dataclass(frozen=True)
class Proof:
    """What was searched and found: ``people`` as requests named them, ``patterns`` looked for, ``hits`` found."""

    people: int
    files: int
    bytes: int
    patterns: int
    hits: int
    places: tuple[Hit, ...]


@dataclass(frozen=True)
class Searcher:
    """Finds forgotten people in files, by what ``landing.erasure`` holds of them."""

    key: bytes = field(repr=False)
    erased: frozenset[str]

    @classmethod
    def of(cls, lake: Lake, ring: KeyRing) -> Searcher:
        """For everybody who is forgotten now."""
        rows = lake.read(TABLE).select("erased_hash").collect()
        return cls(ring.key(ERASURE), frozenset(row.erased_hash for row in rows))

    def names(self, file: Path) -> tuple[Hit, ...]:
        """Each layer of the file in which a pseudonym of somebody who is forgotten stands."""
        return tuple(self._hits(file))

    def _hits(self, file: Path) -> Iterator[Hit]:
        try:
            for form, pieces in layers(file):
                tokens = {token for piece in _overlapping(pieces) for token in _TOKEN.findall(piece)}
                n = sum(self._is_erased(token.lower()) for token in tokens)
                if n:
                    yield Hit(file, form.strip(), n)
        except Undecodable:
            return

    def _is_erased(self, pseudonym: bytes) -> bool:
        return hmac.new(self.key, pseudonym, "sha256").hexdigest() in self.erased


def prove(lake: Lake, ring: KeyRing, logs: Path, raws: Collection[str] = (), kind: str = "") -> Proof:
    """Search the lake and its logs; what only deliveries of REMOVE lines hold is left out."""
    searcher, roots = Searcher.of(lake, ring), [root for root in (lake.root, logs) if root.exists()]
    removes = sorted((lake.root / "exports").rglob(REMOVE))
    found = [hit for file in files_under(roots, removes) for hit in searcher.names(file)]
    looks = {text for raw in raws for text in encodings(raw, kind).values()}
    searched = scan(roots, looks, skip=removes)
    places = (*found, *searched.hits)
    n_people = lake.read(TABLE).where(F.col("is_named")).count()
    n_patterns, n_hits = len(searcher.erased) + len(looks), sum(hit.n for hit in places)
    return Proof(n_people, searched.files, searched.bytes, n_patterns, n_hits, places)


def _overlapping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, each after the end of the one before."""
    kept = b""
    for piece in pieces:
        yield kept + piece
        kept = (kept + piece)[-_CARRY:]
