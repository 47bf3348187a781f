"""Chance by quota: what is drawn keeps its planned shares to within one, in a random order."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The random numbers of one purpose: independent of every other purpose's, equal for equal names."""
    return np.random.default_rng([abs(seed), int(seed < 0), *(zlib.crc32(str(name).encode()) for name in names)])


def even(rng: np.random.Generator, n: int) -> Floats:
    """``n`` numbers in [0, 1), one in each n-th part, in random order."""
    return rng.permutation((np.arange(n) + rng.random(n)) / max(n, 1))


def pick(rng: np.random.Generator, weights: npt.ArrayLike, n: int) -> Ints:
    """``n`` indices, each as often as its weight asks, to within one or two, in random order."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    found: Ints = np.searchsorted(edges, even(rng, n) * edges[-1], side="right").astype(np.int64)
    return found.clip(0, len(edges) - 1)


def draw(rng: np.random.Generator, weights: Floats, n: int) -> Ints:
    """``n`` independent indices, each as likely as its weight."""
    edges = np.cumsum(weights)
    found: Ints = np.searchsorted(edges, rng.random(n) * edges[-1], side="right").astype(np.int64)
    return found.clip(0, len(edges) - 1)


def flags(rng: np.random.Generator, share: float, n: int) -> Flags:
    """``share`` of ``n`` set, by lot."""
    return even(rng, n) < share


def balanced(rng: np.random.Generator, order: Ints, block: int = 50) -> Floats:
    """Numbers in [0, 1) for the items of ``order``, spread evenly within each run of ``block`` of them.

    Whoever falls under a share is thus that share of every part of the order, such as the most active.
    """
    n = len(order)
    values = np.empty(n)
    spread = [even(rng, min(block, n - start)) for start in range(0, n, block)]
    values[order] = np.concatenate(spread) if spread else np.empty(0)
    return values


def apportion(total: int, weights: npt.ArrayLike) -> Ints:
    """Whole numbers that add up to ``total`` and follow the weights, the rounding carried from one to the next."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    if not len(edges) or edges[-1] <= 0:
        return np.zeros(len(edges), dtype=np.int64)
    return steps(edges / edges[-1] * total)


def steps(edges: Floats) -> Ints:
    """What each of the rising edges adds, in whole numbers."""
    whole: Ints = np.rint(edges).astype(np.int64)
    added: Ints = whole - np.r_[0, whole[:-1]]
    return added


def scaled(amounts: Floats, total: int) -> Ints:
    """The amounts in proportion, in whole fen, adding up to ``total`` exactly."""
    if not len(amounts):
        return np.zeros(0, dtype=np.int64)
    whole: Ints = np.maximum(np.floor(amounts * (total / amounts.sum())).astype(np.int64), 1)
    whole[int(np.argmax(whole))] += total - int(whole.sum())
    return whole


def grouped(groups: Ints, n: int) -> Ints:
    """How many items each of ``n`` groups has."""
    return np.bincount(groups, minlength=n).astype(np.int64)
