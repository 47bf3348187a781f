"""People who are known, and whose identifiers must be found nowhere: good rows and broken ones of theirs."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from conf.settings import Settings
from jobs.privacy import KeyRing, pads, purposes
from jobs.scan import encodings
from schemas.catalogue import find
from schemas.contract import IdentifierType as Kind
from tests.landing.sending import MEMBER, ORDER, SOCIAL, at, row, send

BINDING = find("landing.identity_binding")
DAY = date(2015, 11, 1)
PEOPLE, CONTROL = range(50), 50
"""The numbers of the 50 known people, and of one more whom the control gives away on purpose."""
ROOT = hashlib.sha256(b"a night that is searched").hexdigest()
LITERAL_KEY = hashlib.sha256(b"a key that a query names").digest()
"""A key that the control puts into a query as it must never be."""


def identifiers(number: int) -> dict[str, str]:
    """The raw identifiers of one known person, by kind."""
    return {
        Kind.PHONE: f"1981234{number:04d}",
        Kind.EMAIL: f"canary.{number:03d}@aviary.example.org",
        Kind.OPENID: f"oCaNaRy{number:020d}x",
        Kind.OAID: f"ca0a4100-c5d8-4dd5-8d85-{number:012x}",
        Kind.IMEI: f"86123404{number:07d}",
        Kind.NAME: f"金丝雀{chr(0x9E00 + number)}",
        Kind.JD_PIN: f"jd_canary{number:05d}",
        Kind.MEMBER: f"CNRY-{number:06d}",
    }


def patterns(*numbers: int) -> set[bytes]:
    """All looks of these people's identifiers."""
    known = [(kind, value) for number in numbers for kind, value in identifiers(number).items()]
    return {text for kind, value in known for text in encodings(value, kind).values()}


def plant(inbox: Path, mark: str = "c", day: date = DAY) -> None:
    """Have each party send every known person, once in good rows and once in rows that break a rule.

    The ids begin with ``mark``; one more file of theirs is cut short.
    """
    sent = [item for number in PEOPLE for item in _sent(number, mark, at(day))]
    for table in (MEMBER, BINDING, SOCIAL, ORDER):
        assert table.source
        lines = [line for name, line in sent if name == table.name]
        send(inbox, table, lines, day=day, name=f"{day}.canaries-{mark}.{table.source.extension}")
    whole = gzip.compress("\n".join(",".join(identifiers(number).values()) for number in PEOPLE).encode(), mtime=0)
    (inbox / "brand" / MEMBER.name / f"{day}.torn-{mark}.csv.gz").write_bytes(whole[:-20])


def _sent(number: int, mark: str, event_at: int) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """One known person's rows, each with its table's name."""
    who = identifiers(number)
    for table, kinds, spoiled in (
        (MEMBER, (Kind.MEMBER, Kind.PHONE, Kind.EMAIL, Kind.NAME), {"member_tier": 99}),
        (BINDING, (Kind.OPENID, Kind.JD_PIN, Kind.PHONE), {"event_at": who[Kind.PHONE]}),
        (SOCIAL, (Kind.OPENID, Kind.OAID), {"action": who[Kind.NAME]}),
        (ORDER, (Kind.JD_PIN,), {"quantity": 0}),
    ):
        told = {"event_at": event_at, **{kind: who[kind] for kind in kinds}}
        yield table.name, row(table, f"{mark}-good-{number}", **told)
        yield table.name, row(table, f"{mark}-broken-{number}", **told | spoiled)
    yield MEMBER.name, row(MEMBER, f"{mark}-formula-{number}", event_at=event_at, phone=f"={who[Kind.PHONE]}")
    yield BINDING.name, f'{{"phone": "{who[Kind.PHONE]}", "imei": "{who[Kind.IMEI]}", "torn'


def secrets(ring: KeyRing, settings: Settings) -> set[bytes]:
    """The root, every derived key and its two pads, as bytes, hex, base64 and in the ways that Java and Spark print bytes."""
    held = [ring.root, *(ring.key(purpose) for purpose in purposes(settings))]
    return {look for secret in held for look in looks(secret)}


def looks(key: bytes) -> set[bytes]:
    """A key and its pads in all the forms in which something may print them."""
    return {look for secret in (key, *map(bytes.fromhex, pads(key))) for look in _printed(secret)}


def _printed(secret: bytes) -> Iterator[bytes]:
    head = secret[:16]
    signed = [str(byte - 256 if byte > 127 else byte) for byte in head]
    yield from (head, head.hex().encode(), head.hex().upper().encode(), head.hex(" ").encode(), head.hex(" ").upper().encode())
    yield from (base64.b64encode(secret)[:20], ", ".join(signed).encode(), ",".join(signed).encode())
    yield from (repr(head)[2:-1].encode(), head.decode("latin-1").encode())
