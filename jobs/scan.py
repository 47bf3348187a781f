"""A search of every byte under some folders for raw identifiers and what they look like hashed or coded."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
import numpy.typing as npt

from conf.errors import MissingInput
from jobs.contents import Undecodable, layers
from schemas.contract import IdentifierType

SHORTEST = 6
"""Bytes of the shortest encoding worth looking for: of fewer, any large file holds some by chance."""

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_DIGESTS = ("md5", "sha1", "sha256")
_WINDOW = 8
_BITS = 22
_PASS = 1 << 19
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_Words = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Hit:
    """How often patterns were found in one layer of a file; which ones is not told."""

    path: Path
    form: str
    n: int


@dataclass(frozen=True)
class Scan:
    """What was looked through, for how many patterns, and where some were found.

    ``bytes`` counts the files as they lie on disk; ``undecoded`` names files whose inside could not be read to its
    end, so that only their raw bytes were searched to the end.
    """

    files: int
    bytes: int
    patterns: int
    hits: tuple[Hit, ...]
    undecoded: tuple[Path, ...] = ()


def encodings(value: str, kind: str) -> dict[str, bytes]:
    """What a raw identifier of that type looks like kept, hashed without a key, or coded: some 20 to 40, by name."""
    raw = value.encode()
    found = {"raw": raw, "full-width": value.translate(_WIDE).encode(), "hex": raw.hex().encode()}
    found |= {"HEX": raw.hex().upper().encode(), "utf-16le": value.encode("utf-16-le"), "utf-16be": value.encode("utf-16-be")}
    found |= {"json": json.dumps(value)[1:-1].encode(), "url": quote(value, safe="").encode()}
    found |= {f"base64+{shift}": _base64(raw, shift) for shift in range(3)}
    for name, spelling in _spellings(value, kind).items():
        found[name] = spelling.encode()
        found |= _digests(name, spelling.encode())
    distinct = {text: form for form, text in reversed(found.items()) if len(text) >= SHORTEST}
    return {form: text for text, form in reversed(distinct.items())}


def scan(roots: Sequence[Path], patterns: Collection[bytes], *, skip: Sequence[Path] = ()) -> Scan:
    """Search all files under the roots, but those under ``skip``, raw and decoded, for any of the patterns.

    ``MissingInput`` where a root is not there; ``ValueError`` for a pattern of fewer than 4 bytes.
    """
    wanted = _Patterns.of(patterns)
    files, n_bytes, undecoded = 0, 0, []
    found: Counter[tuple[Path, str]] = Counter()
    for path in files_under(roots, skip):
        files, n_bytes = files + 1, n_bytes + path.stat().st_size
        try:
            for form, pieces in layers(path):
                for n in wanted.counts(pieces):
                    found[path, form.strip()] += n
        except Undecodable:
            undecoded.append(path)
    hits = tuple(Hit(path, form, n) for (path, form), n in sorted(found.items()) if n)
    return Scan(files, n_bytes, len(set(patterns)), hits, tuple(undecoded))


def _base64(raw: bytes, shift: int) -> bytes:
    """The characters that the bytes alone decide, where they stand ``shift`` bytes after a multiple of three."""
    coded = base64.b64encode(bytes(shift) + raw)
    return coded[-(-shift * 8 // 6) : (shift + len(raw)) * 8 // 6]


def _spellings(value: str, kind: str) -> dict[str, str]:
    """The ways to write the value that others hash."""
    if kind == IdentifierType.PHONE:
        apart = f"{value[:3]}-{value[3:7]}-{value[7:]}"
        written = {"dashes": apart, "+86 dashes": f"+86 {apart}", "blanks": apart.replace("-", " ")}
        return {"plain": value, "86": f"86{value}", "+86": f"+86{value}", "0086": f"0086{value}", **written}
    return {"plain": value, "lower": value.lower(), "upper": value.upper()}


def _digests(name: str, raw: bytes) -> dict[str, bytes]:
    """The unkeyed hashes of one spelling: hex in both cases, base64 and the bytes themselves."""
    found = {}
    for algorithm in _DIGESTS:
        digest = hashlib.new(algorithm, raw, usedforsecurity=False)
        found[f"{name} {algorithm}"] = digest.hexdigest().encode()
        found[f"{name} {algorithm.upper()}"] = digest.hexdigest().upper().encode()
        found[f"{name} {algorithm} bytes"] = digest.digest()
        found[f"{name} {algorithm} base64"] = base64.b64encode(digest.digest()).rstrip(b"=")
    return found


def files_under(roots: Sequence[Path], skip: Sequence[Path]) -> Iterator[Path]:
    """Each regular file once, in order; links are not followed."""
    left_out = {path.resolve() for path in skip}
    for root in roots:
        if not root.exists():
            raise MissingInput(f"{root} is not there to be searched")
        folders = os.walk(root) if root.is_dir() else [(str(root.parent), [], [root.name])]
        for folder, below, names in folders:
            below[:] = sorted(name for name in below if (Path(folder) / name).resolve() not in left_out)
            files = (Path(folder) / name for name in sorted(names))
            yield from (file for file in files if file.resolve() not in left_out and file.is_file() and not file.is_symlink())


@dataclass(frozen=True)
class _Patterns:
    """Patterns ready to be looked for together: the long ones, and those shorter than a window."""

    windows: tuple[_Windows, ...]
    longest: int

    @classmethod
    def of(cls, patterns: Collection[bytes]) -> _Patterns:
        distinct = sorted(set(patterns))
        if any(len(pattern) < 4 for pattern in distinct):
            raise ValueError("a pattern of fewer than 4 bytes is found everywhere")
        short = [pattern for pattern in distinct if len(pattern) < _WINDOW]
        long = [pattern for pattern in distinct if len(pattern) >= _WINDOW]
        windows = tuple(_Windows.of(group) for group in (short, long) if group)
        return cls(windows, max(map(len, distinct), default=0))

    def counts(self, pieces: Iterable[bytes]) -> Iterator[int]:
        """How often any pattern is in each piece, an occurrence across pieces being in its last."""
        kept = b""
        for piece in _large(pieces):
            content = kept + piece
            yield sum(windows.count(content, len(kept)) for windows in self.windows)
            kept = content[-self.longest + 1 :] if self.longest > 1 else b""


def _large(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces that are worth a pass each, those before an error included."""
    held = bytearray()
    try:
        for piece in pieces:
            held += piece
            if len(held) >= _PASS:
                yield bytes(held)
                held.clear()
    except Undecodable:
        yield bytes(held)
        raise
    yield bytes(held)


@dataclass(frozen=True)
class _Windows:
    """Patterns by a window of up to 8 bytes from their middle, which is looked up at each offset of a text.

    ``maybe`` says of a window's scattered bits whether it may be a pattern's: one look-up in a small table tells nearly
    all offsets apart; the rest are compared in full.
    """

    size: int
    by_word: Mapping[int, tuple[tuple[int, bytes], ...]]
    maybe: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, patterns: Sequence[bytes]) -> _Windows:
        size = min(_WINDOW, *map(len, patterns), _WINDOW)
        by_word: defaultdict[int, list[tuple[int, bytes]]] = defaultdict(list)
        for pattern in patterns:
            start = (len(pattern) - size) // 2
            by_word[int.from_bytes(pattern[start : start + size], "little")].append((start, pattern))
        maybe = np.zeros(1 << _BITS, np.bool_)
        maybe[_scattered(np.array(list(by_word), np.uint64))] = True
        return cls(size, {word: tuple(found) for word, found in by_word.items()}, maybe)

    def count(self, content: bytes, new: int) -> int:
        """The occurrences that end after the first ``new`` bytes."""
        padded = content + bytes(_WINDOW)
        mask = np.uint64((1 << 8 * self.size) - 1)
        n = 0
        for offset in range(min(_WINDOW, len(content))):
            words = np.frombuffer(padded, "<u8", (len(content) - offset + _WINDOW - 1) // _WINDOW, offset) & mask
            for at in np.flatnonzero(self.maybe[_scattered(words)]):
                n += self._ending(content, offset + int(at) * _WINDOW, int(words[at]), new)
        return n

    def _ending(self, content: bytes, position: int, word: int, new: int) -> int:
        """How many patterns whose window stands at the position are there in full."""
        candidates = self.by_word.get(word, ())
        ending = ((position - start, pattern) for start, pattern in candidates if position - start + len(pattern) > new)
        return sum(begin >= 0 and content.startswith(pattern, begin) for begin, pattern in ending)


def _scattered(words: _Words) -> _Words:
    return (words * _SPREAD) >> np.uint64(64 - _BITS)
