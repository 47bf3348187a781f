"""Keys and pseudonyms: one root secret, a key for each purpose, HMAC in Spark that prints no key, and the same in Python."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from conf.errors import SetupError
from conf.settings import Settings
from jobs import key_file
from jobs.brand_keys import BrandKeys
from jobs.identifiers import normalise
from schemas.contract import IdentifierType

ROOT_VARIABLE = "BRANDCUBE_ROOT_KEY"
VIEW = "brandcube_key"
"""The one-row temporary view that carries the keys into Spark; plans and logs show its column names only."""

VAULT, QUARANTINE, QUARANTINE_ROW, EVENT, SEAL = "vault", "quarantine", "quarantine/row", "event", "seal"
ERASURE, REMOVAL = "erasure", "removal"
_OWN = (VAULT, QUARANTINE, QUARANTINE_ROW, EVENT, SEAL, ERASURE, REMOVAL)
JOINT = tuple(f"joint/{name}" for name in IdentifierType.ALL)
_BLOCK = 64
_NONCE_HEX = 24


@dataclass(frozen=True)
class KeyRing:
    """The root secret and what is derived from it: one key for each scope, type and version; never printed.

    The scopes are the joint zone, where all parties' identifiers of a type share a key so that they can be joined at all,
    and each brand, whose key takes the brand's own secret as its salt: without that the root gives nothing. ``version`` is
    that of the brands' keys, which rotate. Keys of the joint zone, the vault and the lots do not: what is stored rests on
    them.
    """

    root: bytes = field(repr=False)
    version: int = 1
    brands: BrandKeys | None = field(default=None, repr=False, compare=False)

    @classmethod
    def load(cls, settings: Settings, lake_root: Path) -> KeyRing:
        """From the environment, else the configured file, else ``<lake>.key``; ``SetupError`` where none can be used."""
        text = os.environ.get(ROOT_VARIABLE)
        where = f"the variable {ROOT_VARIABLE}" if text else ""
        if not text:
            named = settings.keys.root_file
            file = Path(named) if named else lake_root.absolute().with_name(f"{lake_root.absolute().name}.key")
            text, where = _key_file(file, create=settings.keys.create_if_missing), str(file)
        brands = BrandKeys.beside(lake_root, create=settings.keys.create_if_missing)
        otherwise = f"{where} does not hold a root key: it must be {2 * key_file.N_BYTES} hex digits"
        return cls(key_file.parsed(text, otherwise), settings.keys.version, brands)

    def key(self, purpose: str, version: int | None = None) -> bytes:
        """The 32 bytes for one purpose (HKDF-SHA256 of the root); ``Offboarded`` for a brand whose secret is destroyed.

        ``version`` asks for another than today's of a brand's key.
        """
        scope, _, name = purpose.partition("/")
        is_brand = scope == "brand"
        salt = self.brands.secret(name.partition("/")[0]) if self.brands and is_brand else None
        info = f"brandcube|v1|{purpose}|{(version or self.version) if is_brand else 1}".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(self.root)

    def keyed_hash(self, message: str, purpose: str) -> str:
        """HMAC-SHA256 of the text, 64 lower-case hex characters."""
        return hmac.new(self.key(purpose), message.encode(), hashlib.sha256).hexdigest()

    def pseudonym(self, value: str, identifier_type: str, brand_id: str = "") -> str | None:
        """What landing stores for a raw identifier; None where it cannot be normalised.

        A member number is its brand's: two brands' equal numbers are two people's, so it is hashed with the ``brand_id``.
        """
        text = normalise(value, identifier_type)
        if identifier_type == IdentifierType.MEMBER:
            text = f"{brand_id}/{text}" if text and brand_id else None
        return None if text is None else self.keyed_hash(text, f"joint/{identifier_type}")

    def audience_hash(self, person_id: str, brand_id: str) -> str:
        """The person under the brand's own key, as exports carry it."""
        return f"pv1_{self.version}_{self.keyed_hash(person_id, brand_purpose(brand_id))}"

    def decrypt(self, encrypted: bytes, purpose: str) -> str:
        """The text behind an ``encrypted`` value; ``InvalidTag`` where the key or the bytes are not those it was made with."""
        return AESGCM(self.key(purpose)).decrypt(encrypted[:12], encrypted[12:], None).decode()


def brand_purpose(brand_id: str) -> str:
    """The purpose of a brand's own key, under which it sees persons."""
    return f"brand/{brand_id}/person"


def purposes(settings: Settings) -> tuple[str, ...]:
    """Everything that a key is derived for, the configured brands included."""
    return (*JOINT, *map(brand_purpose, sorted(settings.brands)), *_OWN)


def register_keys(spark: SparkSession, ring: KeyRing, settings: Settings) -> None:
    """Put the keys into the session's one-row view, from which alone Spark expressions take them."""
    values: dict[str, list[str | bytes]] = {"version": [str(ring.version)]}
    for purpose in purposes(settings):
        key = ring.key(purpose)
        inner, outer = pads(key)
        values |= {f"inner:{purpose}": [inner], f"outer:{purpose}": [outer], f"key:{purpose}": [key]}
    spark.createDataFrame(pa.table(values)).createOrReplaceTempView(VIEW)


def keyed_hash(message: Column, purpose: str) -> Column:
    """HMAC-SHA256 of the text under the purpose's key, 64 lower-case hex characters; NULL stays NULL."""
    return hmac_sha256(F.hex(message), _held(f"inner:{purpose}"), _held(f"outer:{purpose}"))


def pseudonym(text: Column, identifier_type: str, brand_id: Column) -> Column:
    """What landing stores for a normalised identifier: the same as ``KeyRing.pseudonym``, a member number with its brand."""
    is_member = identifier_type == IdentifierType.MEMBER
    return keyed_hash(F.concat(brand_id, F.lit("/"), text) if is_member else text, f"joint/{identifier_type}")


def audience_hash(person_id: Column, brand_id: str) -> Column:
    """``pv1_<key version>_<64 hex>``: the person under the brand's own key."""
    return F.concat(F.lit("pv1_"), _held("version"), F.lit("_"), keyed_hash(person_id, brand_purpose(brand_id)))


def version_of(audience_hash: str) -> int:
    """The key version that an exported pseudonym names."""
    return int(audience_hash.split("_")[1])


def encrypted(text: Column, purpose: str, nonce: Column) -> Column:
    """AES-256-GCM of the text. ``nonce`` is a keyed hash of that same text, so that equal texts give equal bytes."""
    start = F.unhex(F.substring(nonce, 1, _NONCE_HEX))
    return F.aes_encrypt(F.encode(text, "UTF-8"), _held(f"key:{purpose}"), F.lit("GCM"), F.lit("DEFAULT"), start)


def decrypted(sealed: Column, purpose: str) -> Column:
    """The text behind an ``encrypted`` value, in memory; NULL stays NULL."""
    return F.decode(F.aes_decrypt(sealed, _held(f"key:{purpose}"), F.lit("GCM"), F.lit("DEFAULT")), "UTF-8")


def pads(key: bytes) -> tuple[str, str]:
    """HMAC's inner and outer pad of a key of any length, in hex."""
    block = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block).hex(), bytes(byte ^ 0x5C for byte in block).hex()


def hmac_sha256(message_hex: Column, inner_hex: Column, outer_hex: Column) -> Column:
    """HMAC-SHA256 over hex strings: the form that both Spark and other engines of its API take."""
    inner = F.sha2(F.unhex(F.concat(inner_hex, message_hex)), 256)
    return F.sha2(F.unhex(F.concat(outer_hex, inner)), 256)


def _held(name: str) -> Column:
    return F.expr(f"(SELECT `{name}` FROM {VIEW})")  # noqa: S608


def _key_file(file: Path, *, create: bool) -> str:
    """The text of the key file, made first where it is missing and may be made."""
    if create and not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        key_file.keep(file, secrets.token_hex(key_file.N_BYTES))
    if not file.is_file():
        raise SetupError(f"there is no key: set {ROOT_VARIABLE} to 64 hex digits, or put them into {file} (mode 0600)")
    return key_file.read(file)
