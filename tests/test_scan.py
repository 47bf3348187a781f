"""The search finds what was planted, wherever and however, counts it once, and never says what it was."""

from __future__ import annotations

import base64
import gzip
import hashlib
import random
import sqlite3
import zipfile
import zlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from conf.errors import MissingInput
from jobs.contents import CHUNK
from jobs.scan import Hit, encodings, scan
from schemas.contract import IdentifierType as Kind

PHONE = "13912345678"
PATTERNS = [*encodings(PHONE, Kind.PHONE).values()]
SHA = hashlib.sha256(PHONE.encode()).hexdigest()


def _forms(root: Path, **asked: Path) -> list[str]:
    return [hit.form for hit in scan([root], PATTERNS, **{name: [path] for name, path in asked.items()}).hits]


def _noise(n_bytes: int) -> bytes:
    return random.Random(7).randbytes(n_bytes)


def test_an_identifier_has_its_plain_coded_and_hashed_looks() -> None:
    found = encodings(PHONE, Kind.PHONE)
    assert found["raw"] == b"13912345678"
    assert found["86 md5"] == hashlib.md5(b"8613912345678").hexdigest().encode()
    assert found["+86 SHA1"] == hashlib.sha1(b"+8613912345678").hexdigest().upper().encode()
    assert found["full-width"] == "１３９１２３４５６７８".encode()
    assert found["utf-16le"] == PHONE.encode("utf-16-le")
    assert len(set(found.values())) == len(found) > 20
    name = encodings("金丝雀", Kind.NAME)
    assert name["json"] == rb"\u91d1\u4e1d\u96c0"
    assert all(len(text) >= 6 for text in name.values())
    assert len(name) >= 20


@pytest.mark.parametrize("lead", [0, 1, 2])
def test_base64_is_known_wherever_the_value_stands_in_what_was_coded(tmp_path: Path, lead: int) -> None:
    (tmp_path / "coded").write_bytes(base64.b64encode(b"x" * lead + PHONE.encode() + b" and more"))
    assert _forms(tmp_path) == ["raw"]


def test_a_value_is_counted_once_wherever_the_pieces_are_cut(tmp_path: Path) -> None:
    for at in [*range(CHUNK - 15, CHUNK + 2), CHUNK // 2 - 5, 3 * CHUNK - 11]:
        content = bytearray(3 * CHUNK)
        content[at : at + len(PHONE)] = PHONE.encode()
        (tmp_path / "large").write_bytes(content)
        assert scan([tmp_path], PATTERNS).hits == (Hit(tmp_path / "large", "raw", 1),)


def test_short_and_long_patterns_at_both_ends_of_a_file_are_found(tmp_path: Path) -> None:
    (tmp_path / "ends").write_bytes(b"canary" + _noise(999) + b"a-longer-canary")
    found = scan([tmp_path], [b"canary", b"a-longer-canary", b"a-longer-canary-still"])
    assert found.hits == (Hit(tmp_path / "ends", "raw", 3),)


def test_it_looks_into_packed_files_and_packed_files_in_them(tmp_path: Path) -> None:
    text = _noise(5000).hex().upper().encode() + SHA.upper().encode()
    (tmp_path / "a").write_bytes(gzip.compress(_noise(99)) + gzip.compress(text))
    (tmp_path / "b").write_bytes(zlib.compress(text))
    with pa.OSFile(str(tmp_path / "c"), "wb") as sink, pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(text)
    with zipfile.ZipFile(tmp_path / "d", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.gz", gzip.compress(text))
        archive.writestr(f"{PHONE}.txt", b"")
    assert _forms(tmp_path) == ["gzip", "zlib", "zstd", "raw", "zip gzip", "zip's names"]


def test_it_looks_into_parquet_columns_of_every_kind(tmp_path: Path) -> None:
    values = ["x", PHONE] * 500
    columns = {
        "plain": pa.array(values),
        "dictionary": pa.array(values).dictionary_encode(),
        "number": pa.array([None, int(PHONE)] * 500),
        "binary": pa.array([hashlib.md5(value.encode()).digest() for value in values]),
        "nested": pa.array([[{"deep": {"er": value}}] for value in values]),
        "map": pa.array([[("key", value)] for value in values], pa.map_(pa.string(), pa.string())),
        "large": pa.array(values, pa.large_string()),
        "apart": pa.array([PHONE[:5], PHONE[5:]] * 500),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet", compression="zstd", write_statistics=False)
    found = scan([tmp_path], PATTERNS)
    decoded = {hit.form: hit.n for hit in found.hits if hit.form != "raw"}
    assert decoded == {f"parquet:{name}": 500 for name in columns if name != "apart"}
    assert found.undecoded == ()


def test_it_looks_into_the_cells_of_a_database(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as database:
        database.execute('CREATE TABLE "odd ""name" (text, packed)')
        row = ("y" * 3000 + PHONE + "y" * 3000, zlib.compress(PHONE.encode() * 9))
        database.execute('INSERT INTO "odd ""name" VALUES (?, ?)', row)
    database.close()
    cells = [hit for hit in scan([tmp_path], PATTERNS).hits if hit.form == 'sqlite:odd "name']
    assert [hit.n for hit in cells] == [10]


def test_a_damaged_file_is_named_and_searched_as_far_as_it_goes(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(_noise(CHUNK).hex().encode() + PHONE.encode() * 99)[:-9])
    (tmp_path / "b.parquet").write_bytes(b"PAR1" + PHONE.encode())
    found = scan([tmp_path], PATTERNS)
    assert found.hits == (Hit(tmp_path / "a.gz", "gzip", 99), Hit(tmp_path / "b.parquet", "raw", 1))
    assert found.undecoded == (tmp_path / "a.gz", tmp_path / "b.parquet")


def test_skipped_places_are_left_out_and_missing_ones_named(tmp_path: Path) -> None:
    for name in ("vault", "open"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(PHONE)
    assert [hit.path.parent.name for hit in scan([tmp_path], PATTERNS, skip=[tmp_path / "vault"]).hits] == ["open"]
    assert scan([tmp_path], PATTERNS, skip=[tmp_path / "vault", tmp_path / "open" / "file"]).files == 0
    with pytest.raises(MissingInput, match=r"nowhere is not there to be searched"):
        scan([tmp_path / "nowhere"], PATTERNS)


def test_neither_a_hit_nor_a_scan_says_what_was_found(tmp_path: Path) -> None:
    (tmp_path / "note").write_text(SHA)
    found = scan([tmp_path / "note"], PATTERNS)
    assert (found.files, found.bytes, found.patterns) == (1, 64, len(PATTERNS))
    assert not any(pattern.decode("latin-1") in f"{found} {found!r}" for pattern in PATTERNS)


def test_a_pattern_that_is_everywhere_is_refused() -> None:
    with pytest.raises(ValueError, match="fewer than 4 bytes"):
        scan([], [b"abc"])


def test_it_agrees_with_a_plain_search_on_random_texts(tmp_path: Path) -> None:
    lot = random.Random(3)
    patterns = {lot.randbytes(lot.randint(4, 40)) for _ in range(500)}
    pieces = [lot.choice([*patterns, lot.randbytes(30)]) for _ in range(2000)]
    content = b"".join(lot.choice([piece, piece[1:], piece[:-1]]) for piece in pieces)
    (tmp_path / "mixed").write_bytes(content)
    expected = sum(content.startswith(pattern, at) for at in range(len(content)) for pattern in patterns)
    assert sum(hit.n for hit in scan([tmp_path], patterns).hits) == expected > 0
