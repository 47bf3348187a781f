"""Fields beyond the contract: a party that sends more than was agreed loses nothing, and leaks nothing.

Nobody has said yet what such a field holds, so it may hold an identifier: ``phone2``. It is kept in ``attributes`` as it
came only where both its name and its value say that it identifies nobody: a truth value, a number of at most four
digits before and after the point, or one to four short lower-case words, under a name without any of ``_TELLING``.
What a party sends as ``attributes`` of its own is held to the same rule. Everything else goes into one entry,
``sealed``: base64 of the AES-GCM of a JSON object of those fields, which opens with the key of the quarantine.
"""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from jobs.privacy import QUARANTINE, QUARANTINE_ROW, encrypted, keyed_hash

COLUMN = "attributes"
SEALED = "sealed"
"""The entry of ``attributes`` that holds the fields which may identify somebody."""

_NAME = r"\A(?!.*[0-9]{3})[A-Za-z_][A-Za-z0-9_.#\-]{0,31}\z"
_TELLING = (
    r"(?i)(phone|mobile|tel|mail|imei|oaid|idfa|openid|unionid|pin|member|name|user|account|card|addr|device|birth|sealed)"
)
_HARMLESS = r"\A(?:true|false|[+\-]?[0-9]{1,4}(?:\.[0-9]{1,4})?|[a-z]{1,12}(?:_[a-z]{1,12}){0,3})\z"
_KIND = "MAP<STRING,STRING>"


def names(further: Column) -> Column:
    """The names of a row's fields beyond the contract, of those whose name is a name; NULL where there are none."""
    return F.when(F.size(further) > 0, F.filter(F.map_keys(further), _is_name))


def attributes(own: Column, further: Column) -> Column:
    """The text of ``attributes``: what the party sent under that name, and the further fields, sealed where need be.

    ``own`` is JSON text, ``further`` a map of texts or NULL. What is no JSON object stays as it is, and is judged as such.
    """
    none = F.from_json(F.lit("{}"), _KIND)
    told, beside = F.coalesce(F.from_json(own, _KIND), none), F.coalesce(further, none)
    renamed = F.transform_keys(
        beside, lambda name, _: F.when(F.array_contains(F.map_keys(told), name), F.concat(name, F.lit("#2"))).otherwise(name)
    )
    every = F.map_concat(told, renamed)
    plain, rest = F.map_filter(every, _is_plain), F.map_filter(every, lambda name, text: ~_is_plain(name, text))
    text = F.to_json(rest)
    sealed = F.base64(encrypted(text, QUARANTINE, keyed_hash(text, QUARANTINE_ROW)))
    kept = F.when(F.size(rest) > 0, F.map_concat(plain, F.create_map(F.lit(SEALED), sealed))).otherwise(plain)
    is_readable = own.isNull() | F.from_json(own, _KIND).isNotNull()
    is_there = own.isNotNull() | (F.size(further) > 0)
    return F.when(is_there & is_readable, F.to_json(kept)).otherwise(own)


def _is_name(name: Column) -> Column:
    return name.rlike(_NAME)


def _is_plain(name: Column, text: Column) -> Column:
    return F.coalesce(_is_name(name) & ~name.rlike(_TELLING) & text.rlike(_HARMLESS), F.lit(False))
