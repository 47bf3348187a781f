"""Pseudonyms equal Python's HMAC, keys are printed nowhere, and every spelling of an identifier has one form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from conf.errors import SetupError
from conf.settings import Settings
from jobs.identifiers import RULES, normalise, normalised
from jobs.privacy import (
    QUARANTINE,
    ROOT_VARIABLE,
    VAULT,
    KeyRing,
    audience_hash,
    encrypted,
    hmac_sha256,
    keyed_hash,
    pads,
    purposes,
    register_keys,
)
from schemas.contract import IdentifierType as Kind
from tests.privacy.nightfall import PRINTED

# RFC 4231, test cases 1 to 4, 6 and 7: key, data, HMAC-SHA-256.
RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (bytes(range(1, 26)), b"\xcd" * 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        (
            b"This is a test using a larger than block-size key and a larger than block-size data. "
            b"The key needs to be hashed before being used by the HMAC algorithm."
        ),
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]
TEXTS = ["13800138000", "张三", "", "🛒 双十一", "a" * 500, None]

# What parties write, and the one form that is hashed; None where it may not be hashed at all.
GOLDEN = [
    (Kind.PHONE, "13800138000", "13800138000"),
    (Kind.PHONE, "+86 138-0013-8000", "13800138000"),
    (Kind.PHONE, "008613800138000", "13800138000"),
    (Kind.PHONE, "8613800138000", "13800138000"),
    (Kind.PHONE, "１３８００１３８０００", "13800138000"),
    (Kind.PHONE, "＋８６ １３８ ００１３ ８０００", "13800138000"),
    (Kind.PHONE, "\ufeff138 0013 8000\r\n", "13800138000"),
    (Kind.PHONE, "\u202d13800138000\u202c", "13800138000"),
    (Kind.PHONE, "(+86)138.0013.8000", "13800138000"),
    (Kind.PHONE, "", None),
    (Kind.PHONE, "12345678901", None),
    (Kind.PHONE, "1380013800", None),
    (Kind.PHONE, "+14155550100", None),
    (Kind.PHONE, "=13800138000", None),
    (Kind.PHONE, hashlib.sha256(b"13800138000").hexdigest(), None),
    (Kind.PHONE, hashlib.md5(b"13800138000").hexdigest().upper(), None),
    (Kind.PHONE, hashlib.sha256(b"").hexdigest(), None),
    (Kind.PHONE, "13800138000".encode("utf-16-le").decode("latin-1"), None),
    (Kind.PHONE, "\xff\xfe1\x003\x008\x00", None),
    (Kind.PHONE, " \u3000\r\n", None),
    (Kind.PHONE, "+13800138000", None),
    (Kind.PHONE, "@13800138000", None),
    (Kind.PHONE, "8613800138000\r", "13800138000"),
    (Kind.EMAIL, "\ufeffLi.Lei@example.com\r\n", "li.lei@example.com"),
    (Kind.EMAIL, "+li@example.com", None),
    (Kind.EMAIL, "-li@example.com", None),
    (Kind.EMAIL, "@li@example.com", None),
    (Kind.EMAIL, " Li.Lei@Example.COM ", "li.lei@example.com"),
    (Kind.EMAIL, "L.i.Lei@gmail.com", "lilei@gmail.com"),
    (Kind.EMAIL, "ＬｉＬｅｉ＠example.com", "lilei@example.com"),
    (Kind.EMAIL, "li lei@example.com", None),
    (Kind.EMAIL, "=li@example.com", None),
    (Kind.EMAIL, "nobody", None),
    (Kind.EMAIL, hashlib.sha256(b"li@example.com").hexdigest(), None),
    (Kind.OPENID, " oUpF8uMuAJO_M2pxb1Q9zNjWeS6o ", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"),
    (Kind.OPENID, "@openid", None),
    (Kind.OPENID, hashlib.sha1(b"x").hexdigest(), None),
    (Kind.JD_PIN, "jd_张三", "jd_张三"),
    (Kind.JD_PIN, "266079", "266079"),
    (Kind.JD_PIN, "=1+1", None),
    (Kind.JD_PIN, "two words", None),
    (Kind.JD_PIN, "nul\x00", None),
    (Kind.OAID, "39ABAC09-C5D8-D7DD-5D85-8F63178D2602", "39abac09-c5d8-d7dd-5d85-8f63178d2602"),
    (Kind.OAID, "00000000-0000-0000-0000-000000000000", None),
    (Kind.IMEI, "49-015420-323751-8", "490154203237518"),
    (Kind.IMEI, "A1000049F5C0E3", "a1000049f5c0e3"),
    (Kind.OAID, "ffffffff-ffff-ffff-ffff-ffffffffffff", None),
    (Kind.IMEI, "000000000000000", None),
    (Kind.IMEI, "111111111111111", None),
    (Kind.PHONE, "13000000000", None),
    (Kind.PHONE, "+86 138 8888 8888", None),
    (Kind.PHONE, "13800000001", "13800000001"),
    (Kind.IMEI, hashlib.md5(b"490154203237518").hexdigest(), None),
    (Kind.OAID, "", None),
    (Kind.OPENID, hashlib.sha256(b"x").hexdigest().upper(), None),
    (Kind.MEMBER, "B01-10000007", "B01-10000007"),
    (Kind.MEMBER, "+1", None),
    (Kind.NAME, " 张 \u3000 三 ", "张 三"),
    (Kind.NAME, "LI Lei", "li lei"),
    (Kind.NAME, "@SUM(A1)", None),
]


@pytest.fixture(autouse=True)
def fixed_keys(spark: SparkSession, ring: KeyRing, settings: Settings) -> None:
    """The fixed keys in the shared session, whichever lake's keys an earlier test has put there."""
    register_keys(spark, ring, settings)


def _told(spark: SparkSession, texts: list[str | None], **expressions: Column) -> list[tuple[Any, ...]]:
    rows = spark.createDataFrame([(n, text) for n, text in enumerate(texts)], "n INT, text STRING")
    return [
        tuple(row)[1:]
        for row in rows.select("n", *(made.alias(name) for name, made in expressions.items())).orderBy("n").collect()
    ]


@pytest.mark.parametrize(("key", "data", "expected"), RFC_4231)
def test_the_nested_hash_is_hmac(spark: SparkSession, key: bytes, data: bytes, expected: str) -> None:
    inner, outer = pads(key)
    rows = spark.createDataFrame([(data.hex(), inner, outer)], "data STRING, inner STRING, outer STRING")
    told = rows.select(hmac_sha256(F.col("data"), F.col("inner"), F.col("outer")).alias("told")).collect()[0].told
    assert told == expected


def test_spark_and_python_hash_alike_chinese_empty_and_null_included(spark: SparkSession, ring: KeyRing) -> None:
    told = _told(spark, TEXTS, joint=keyed_hash(F.col("text"), "joint/phone"), brand=audience_hash(F.col("text"), "b01"))
    expected = [
        (None, None) if text is None else (ring.keyed_hash(text, "joint/phone"), ring.audience_hash(text, "b01"))
        for text in TEXTS
    ]
    assert told == expected
    assert ring.keyed_hash("张三", "seal") == hmac.new(ring.key("seal"), "张三".encode(), "sha256").hexdigest()


def test_each_purpose_and_each_version_of_a_brand_has_its_own_key(ring: KeyRing, settings: Settings) -> None:
    keys = {KeyRing(ring.root, version).key(purpose) for purpose in purposes(settings) for version in (1, 2)}
    assert len(keys) == len(purposes(settings)) + len(settings.brands)
    assert ring.root not in keys


def test_the_pseudonym_of_an_identifier_is_that_of_its_normal_form(ring: KeyRing) -> None:
    assert ring.pseudonym("+86 138-0013-8000", Kind.PHONE) == ring.keyed_hash("13800138000", "joint/phone")
    assert ring.pseudonym("12345", Kind.PHONE) is None


def test_what_was_encrypted_is_the_same_each_time_and_opens_with_its_own_key_only(spark: SparkSession, ring: KeyRing) -> None:
    sealed = encrypted(F.col("text"), VAULT, keyed_hash(F.col("text"), "joint/name"))
    first, again = (_told(spark, TEXTS, sealed=sealed) for _ in range(2))
    assert first == again
    assert [None if row[0] is None else ring.decrypt(bytes(row[0]), VAULT) for row in first] == TEXTS
    with pytest.raises(InvalidTag):
        ring.decrypt(bytes(first[0][0]), QUARANTINE)


@pytest.fixture
def compiled(spark: SparkSession) -> Iterator[None]:
    """Queries are compiled, and printed in full."""
    before = {key: spark.conf.get(key) for key in PRINTED}
    for key, value in PRINTED.items():
        spark.conf.set(key, value)
    yield
    for key, own in before.items():
        spark.conf.set(key, own or "")


@pytest.mark.usefixtures("compiled")
def test_no_plan_prints_a_key_or_a_pad(spark: SparkSession, ring: KeyRing, capsys: pytest.CaptureFixture[str]) -> None:
    text = F.col("text")
    hashed = spark.createDataFrame([("x",)], "text STRING").select(
        keyed_hash(text, "joint/phone"), audience_hash(text, "b01"), encrypted(text, VAULT, keyed_hash(text, "joint/phone"))
    )
    hashed.collect()
    for mode in ("extended", "formatted", "codegen", "cost"):
        hashed.explain(mode=mode)
    printed = capsys.readouterr().out
    assert "scalar-subquery" in printed
    assert "Generated code" in printed
    found = [name for name, secret in _secrets(ring) for form in _forms(secret) if form in printed.lower()]
    assert found == []
    assert str(ring) == "KeyRing(version=1)"


def _secrets(ring: KeyRing) -> list[tuple[str, bytes]]:
    found = [("root", ring.root)]
    for purpose in ("joint/phone", "brand/b01/person", VAULT):
        inner, outer = map(bytes.fromhex, pads(ring.key(purpose)))
        found += [(purpose, ring.key(purpose)), (f"{purpose} ipad", inner), (f"{purpose} opad", outer)]
    return found


def _forms(secret: bytes) -> list[str]:
    """The first 16 bytes as hex, base64 and Java's and Spark's array prints."""
    head = secret[:16]
    signed = ", ".join(str(byte - 256 if byte > 127 else byte) for byte in head)
    return [head.hex(), base64.b64encode(head).decode()[:20].lower(), signed, " ".join(f"{byte:02x}" for byte in head)]


def test_every_spelling_has_one_form_in_python_and_in_spark(spark: SparkSession) -> None:
    expected = [form for _, _, form in GOLDEN]
    assert [normalise(raw, kind) for kind, raw, _ in GOLDEN] == expected
    told = _told(spark, [raw for _, raw, _ in GOLDEN], **{kind: normalised(F.col("text"), kind) for kind in RULES})
    assert [row[list(RULES).index(kind)] for row, (kind, _, _) in zip(told, GOLDEN, strict=True)] == expected


def test_a_normal_form_is_its_own_normal_form() -> None:
    for kind, _, expected in GOLDEN:
        assert normalise(expected, kind) == expected


def test_python_and_spark_agree_on_any_text(spark: SparkSession) -> None:
    pieces = [
        *"019aZ张 \t\n\xa0\u2028\u3000\ufeff\x00\x1f\x85＠１Ａéßİ\u212a🛒=+-@._%·$\\",
        "138",
        "gmail.com",
        "@example.com",
        "+86",
        "0086",
    ]
    lot = random.Random(11)
    drawn = ["".join(lot.choices(pieces, k=lot.randint(0, 14))) for _ in range(4000)]
    bent = [raw[:at] + lot.choice(pieces) + raw[at:] for _, raw, _ in GOLDEN for at in range(len(raw) + 1)]
    texts = [*drawn, *bent]
    told = _told(spark, [*texts], **{kind: normalised(F.col("text"), kind) for kind in RULES})
    expected = [tuple(normalise(text, kind) for kind in RULES) for text in texts]
    assert [(text, *both) for text, *both in zip(texts, told, expected, strict=True) if both[0] != both[1]] == []
    assert all(sum(row[n] is not None for row in told) > 20 for n in range(len(RULES)))


class TestTheKeyFile:
    def _settings(self, settings: Settings, *, create: bool, file: str = "") -> Settings:
        keys = settings.keys.model_copy(update={"create_if_missing": create, "root_file": file})
        return settings.model_copy(update={"keys": keys})

    def test_it_is_made_beside_the_lake_for_its_owner_alone_and_read_again(self, settings: Settings, tmp_path: Path) -> None:
        made = KeyRing.load(self._settings(settings, create=True), tmp_path / "lake")
        assert (tmp_path / "lake.key").stat().st_mode & 0o777 == 0o600
        assert KeyRing.load(self._settings(settings, create=False), tmp_path / "lake") == made

    def test_none_is_made_where_none_may_be_made(self, settings: Settings, tmp_path: Path) -> None:
        with pytest.raises(SetupError, match=r"there is no key: set BRANDCUBE_ROOT_KEY .*lake\.key"):
            KeyRing.load(self._settings(settings, create=False), tmp_path / "lake")

    def test_one_that_others_can_read_is_refused(self, settings: Settings, tmp_path: Path) -> None:
        file = tmp_path / "root.key"
        file.write_text("00" * 32)
        file.chmod(0o640)
        with pytest.raises(SetupError, match=r"root\.key can be read by others than its owner: `chmod 600"):
            KeyRing.load(self._settings(settings, create=False, file=str(file)), tmp_path / "lake")

    def test_one_that_is_no_key_is_refused_without_being_shown(self, settings: Settings, tmp_path: Path) -> None:
        file = tmp_path / "root.key"
        file.write_text("secret word")
        file.chmod(0o600)
        with pytest.raises(SetupError, match=r"root\.key does not hold a root key: it must be 64 hex digits") as raised:
            KeyRing.load(self._settings(settings, create=False, file=str(file)), tmp_path / "lake")
        assert "secret word" not in str(raised.value)

    def test_the_environment_goes_before_any_file(
        self, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(ROOT_VARIABLE, "ab" * 32)
        assert KeyRing.load(self._settings(settings, create=False), tmp_path / "lake") == KeyRing(b"\xab" * 32)
