"""Normalisation of raw identifiers before they are hashed: one rule a type, read by plain Python and by Spark alike."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from schemas.contract import IdentifierType

_WIDE = "".join(chr(code) for code in range(0xFF01, 0xFF5F)) + "\u3000"
_NARROW = "".join(chr(code) for code in range(0x21, 0x7F)) + " "
_FOLD = str.maketrans(_WIDE, _NARROW)
_BLANKS = " \t\r\n\x0b\x0c\x85\xa0\u2028\u2029\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\ufeff"
_SEPARATORS = rf"[{_BLANKS}().\-\u2010-\u2015\u2212]"
_CONTROLS = r"\x00-\x1f\x7f"
_FIRST = rf"[^{_BLANKS}{_CONTROLS}=+@\-]"
_SOLID = rf"[^{_BLANKS}{_CONTROLS}]"
_HASH = r"[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}"
_HOST = r"[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?"


@dataclass(frozen=True, slots=True)
class Rule:
    """How a type is brought to one form: trim and fold always, then ``replace`` patterns, then it must match ``valid``.

    ``refused`` names forms that match and yet identify nobody: devices and numbers of one digit repeated, as tests and
    broken handsets send them, and values that are a hash already.
    Patterns keep to what Java's and Python's regular expressions read alike.
    """

    valid: str
    lower: bool = False
    replace: tuple[tuple[str, str], ...] = ()
    refused: str = ""

    @property
    def pattern(self) -> str:
        """What the whole text must match, never the empty one."""
        but_not = rf"(?!(?:{self.refused})\Z)" if self.refused else ""
        return rf"\A{but_not}(?:{self.valid})\Z"


RULES = {
    IdentifierType.PHONE: Rule(
        r"1[3-9][0-9]{9}",
        replace=((_SEPARATORS, ""), (r"\A(?:\+86|0086|86(?=1[0-9]{10}\Z))", "")),
        refused=r"1[0-9]([0-9])\1{8}",
    ),
    IdentifierType.EMAIL: Rule(
        rf"[a-z0-9_](?:[a-z0-9._%+\-]{{0,62}}[a-z0-9_+\-])?@(?:{_HOST}\.){{1,8}}[a-z]{{2,24}}",
        lower=True,
        replace=((r"\.(?=[^@]*@(?:gmail|googlemail)\.com\Z)", ""),),
    ),
    IdentifierType.OPENID: Rule(r"[A-Za-z0-9_\-]{1,64}", refused=_HASH),
    IdentifierType.JD_PIN: Rule(rf"{_FIRST}{_SOLID}{{0,63}}", refused=_HASH),
    IdentifierType.OAID: Rule(r"[0-9a-f\-]{16,64}", lower=True, refused=r"\-*([0-9a-f])(?:\-|\1)*"),
    IdentifierType.IMEI: Rule(r"[0-9]{15}|[0-9a-f]{14}", lower=True, replace=((_SEPARATORS, ""),), refused=r"([0-9a-f])\1+"),
    IdentifierType.MEMBER: Rule(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,63}", refused=_HASH),
    IdentifierType.NAME: Rule(rf"{_FIRST}(?:[^{_CONTROLS}]{{0,98}}{_SOLID})?", lower=True, replace=((rf"[{_BLANKS}]+", " "),)),
}


def normalise(value: str | None, identifier_type: str) -> str | None:
    """The one form of a raw identifier that is hashed; None where it is missing or cannot be brought to that form."""
    if value is None:
        return None
    rule = RULES[identifier_type]
    text = value.translate(_FOLD).strip(_BLANKS)
    text = text.lower() if rule.lower else text
    text = reduce(lambda done, step: re.sub(step[0], step[1], done), rule.replace, text)
    return text if re.search(rule.pattern, text) else None


def normalised(raw: Column, identifier_type: str) -> Column:
    """The same as a Spark expression: NULL where the value is missing or cannot be normalised."""
    rule = RULES[identifier_type]
    folded = F.when(F.octet_length(raw) == F.char_length(raw), raw).otherwise(F.translate(raw, _WIDE, _NARROW))
    text = F.btrim(folded, F.lit(_BLANKS))
    text = F.lower(text) if rule.lower else text
    text = reduce(lambda done, step: F.regexp_replace(done, _java(step[0]), step[1]), rule.replace, text)
    return F.nullif(F.regexp_extract(text, _java(rule.pattern), 0), F.lit(""))


def squeezed(text: Column) -> Column:
    """The text as identifiers are looked for in it: folded, lower case, without what people put between digits."""
    return F.lower(F.regexp_replace(F.translate(text, _WIDE, _NARROW), _SEPARATORS, ""))


def _java(pattern: str) -> str:
    r"""Python's ``\Z`` is the very end, which Java writes ``\z``."""
    return pattern.replace(r"\Z", r"\z")
