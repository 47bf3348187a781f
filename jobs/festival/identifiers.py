"""Raw identifiers that look like the mainland's and belong to nobody."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jobs.festival.quota import Ints, stream

PHONE_PREFIX, PHONES = "1990", 10_000_000
"""All mobile numbers of the world stand in this test range."""
_LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", np.uint8)
_SMALL = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", np.uint8)
_DOMAINS = ("example.com", "example.org", "example.net")
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红梅建国文博雨欣子涵浩然思雅晨曦"


def make(seed: int, n: int) -> tuple[pa.Array, pa.Array, pa.Array, pa.Array, pa.Array]:
    """Openid, JD pin, mobile number, e-mail and OAID of ``n`` people, each unique."""
    rng = stream(seed, "identifiers")
    openid = pc.binary_join_element_wise("o", _letters(rng, _LETTERS, n, 27), "")
    jd_pin = pc.binary_join_element_wise("jd_", _letters(rng, _SMALL, n, 12), "")
    phone = _phones(rng, n)
    domains = pa.array(_DOMAINS).take(pa.array(rng.integers(0, len(_DOMAINS), n)))
    email = pc.binary_join_element_wise("user", pc.utf8_slice_codeunits(phone, 4), "")
    oaid = [_letters(rng, _HEX, n, size) for size in (8, 4, 4, 4, 12)]
    return openid, jd_pin, phone, pc.binary_join_element_wise(email, domains, "@"), pc.binary_join_element_wise(*oaid, "-")


def names(rng: np.random.Generator, n: int) -> pa.Array:
    """``n`` Chinese names of two or three characters; many people share one."""
    surname = pa.array(list(_SURNAMES)).take(pa.array(rng.integers(0, len(_SURNAMES), n)))
    given = pa.array([*_GIVEN, ""])
    first = given.take(pa.array(rng.integers(0, len(_GIVEN), n)))
    second = given.take(pa.array(rng.integers(0, len(_GIVEN) + 20, n).clip(0, len(_GIVEN))))
    return pc.binary_join_element_wise(surname, first, second, "")


def written_phones(phone: pa.Array, style: Ints) -> pa.Array:
    """The numbers as people write them: 0 plain, 1 with +86 and blanks, 2 with 0086, 3 with hyphens, 4 in full-width digits."""
    texts = phone.to_pylist()
    return pa.array([None if text is None else _written(text, int(kind)) for text, kind in zip(texts, style, strict=True)])


def _written(text: str, style: int) -> str:
    head, middle, tail = text[:3], text[3:7], text[7:]
    wide = text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    return (text, f"+86 {head} {middle} {tail}", f"0086{text}", f"{head}-{middle}-{tail}", wide)[style]


def _phones(rng: np.random.Generator, n: int) -> pa.Array:
    """Different numbers of the test range, in no order; beyond the range's size the prefix gives way to its neighbours."""
    step, start = 7_368_787, int(rng.integers(0, PHONES))
    places = np.arange(n, dtype=np.int64)
    numbers = (int(PHONE_PREFIX) + places // PHONES) * PHONES + (places * step + start) % PHONES
    return pc.cast(pa.array(numbers), pa.string())


def _letters(rng: np.random.Generator, alphabet: npt.NDArray[np.uint8], n: int, size: int) -> pa.Array:
    """``n`` random words of one size."""
    drawn = alphabet[rng.integers(0, len(alphabet), (n, size), dtype=np.uint8)]
    offsets = np.arange(0, (n + 1) * size, size, dtype=np.int32)
    return pa.StringArray.from_buffers(n, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(drawn)))
