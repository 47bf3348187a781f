"""What a request for erasure names: a file of raw identifiers, brought to the one form that is hashed."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from conf.errors import MissingInput, UnknownName, Unreadable
from jobs.identifiers import normalise
from jobs.privacy import KeyRing
from schemas.contract import IdentifierType

KINDS = tuple(kind for kind in IdentifierType.ALL if kind not in IdentifierType.SHARED)
"""What names one person. A device or a name may be several people's: it goes with the person whose it is."""


@dataclass(frozen=True)
class Request:
    """The identifiers that somebody asks to have forgotten, raw and as pseudonyms; in memory only, never printed."""

    kind: str
    raws: tuple[str, ...] = field(repr=False)
    pseudonyms: tuple[str, ...] = field(repr=False)


def read_request(file: Path, kind: str, ring: KeyRing, brand_id: str = "") -> Request:
    """The request in a file of one identifier a line; any line that is none refuses it as a whole.

    A member number is its brand's, so it takes the ``brand_id``.
    """
    if kind not in KINDS:
        raise UnknownName("identifier type", kind, f"one person is named by {', '.join(KINDS)}")
    if kind == IdentifierType.MEMBER and not brand_id:
        raise MissingInput("a member number is its brand's: name the brand with --brand")
    raws = tuple(dict.fromkeys(_normal(file, number, line, kind) for number, line in _lines(file)))
    if not raws:
        raise MissingInput(f"{file} names nobody: write one {kind} a line")
    return Request(kind, raws, tuple(ring.pseudonym(raw, kind, brand_id) or "" for raw in raws))


def _lines(file: Path) -> list[tuple[int, str]]:
    if not file.is_file():
        raise MissingInput(f"{file} is not there: name a file of one identifier a line")
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise Unreadable(f"{file} is not in UTF-8: save it as such; nobody was erased") from error
    return [(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _normal(file: Path, number: int, line: str, kind: str) -> str:
    normal = normalise(line, kind)
    if normal is None:
        raise Unreadable(f"{file} line {number} is no {kind}: mend or remove the line; nobody was erased")
    return normal
