"""Group buying: who opens a group, who joins through whose link, and which groups fail."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jobs.festival import clock
from jobs.festival.market import Market
from jobs.festival.quota import Flags, Ints, apportion, draw, flags

OPENED, JOINED, FAILED = 0, 1, 2
FILLED_FROM = 2
"""So many joiners fill a group."""
_OPEN_HOURS, _FAILS_AFTER = 12, 11


@dataclass(frozen=True, eq=False)
class Groups:
    """The openers of the day's groups, and one entry an event: its group, step, person, instant and whose link it was."""

    opener: Ints
    group: Ints
    step: Ints
    person: Ints
    at: Ints
    sharer: Ints


def buying_groups(rng: np.random.Generator, market: Market, day: int) -> Groups:
    """The groups opened on the day: fill rate, joins per group and depth are as planned."""
    truth, n = market.plan.truth, int(market.plan.groups[day])
    size = _sizes(rng, n, truth.fill_rate, truth.joins_per_group)
    weights = market.people.social_weights(day)
    opener, joiner = draw(rng, weights, n), draw(rng, weights, int(size.sum()))
    group, place = np.repeat(np.arange(n), size), _places(size)
    is_second, is_third = _reshared(rng, size, truth.join_depth - 1)
    uses_previous = (is_second[group] & (place == 1)) | (is_third[group] & (place == 2))
    sharer = np.where(uses_previous, np.roll(joiner, 1), opener[group])
    opened = clock.midnight(day) + rng.integers(0, _OPEN_HOURS * clock.HOUR, n)
    joined_at = opened[group] + place * clock.HOUR + rng.integers(60_000, clock.HOUR, len(group))
    failed = np.flatnonzero(size < FILLED_FROM)
    return Groups(
        opener,
        np.r_[np.arange(n), group, failed],
        np.repeat([OPENED, JOINED, FAILED], [n, len(group), len(failed)]),
        np.r_[opener, joiner, opener[failed]],
        np.r_[opened, np.minimum(joined_at, clock.midnight(day + 1) - 1), opened[failed] + _FAILS_AFTER * clock.HOUR],
        np.r_[opener, sharer, opener[failed]],
    )


def _sizes(rng: np.random.Generator, n: int, fill_rate: float, joins: float) -> Ints:
    """How many join each group: as many groups are filled, and as many join in all, as planned."""
    size = np.where(flags(rng, fill_rate, n), FILLED_FROM, 0).astype(np.int64)
    missing = int(joins * n + rng.random()) - int(size.sum())
    empty, filled = rng.permutation(np.flatnonzero(size == 0)), rng.permutation(np.flatnonzero(size))
    alone = empty[: max(min(len(empty) // 2, missing), 0)]
    size[alone] = 1
    size[filled] += apportion(max(missing - len(alone), 0), np.ones(len(filled)))
    return size


def _reshared(rng: np.random.Generator, size: Ints, excess: float) -> tuple[Flags, Flags]:
    """In which groups the second joiner came through the first, and the third through the second.

    A joiner at the opener's link has depth 1; the mean depth is to pass 1 by ``excess``. A second joiner adds 1, a chain
    of three adds 3.
    """
    wanted = int(excess * int(size.sum()) + rng.random())
    long, short = (np.flatnonzero(size >= least) for least in (3, 2))
    n_third = min(max(round(0.15 * wanted), -(-(wanted - len(short)) // 2), 0), len(long))
    is_second, is_third = np.zeros(len(size), np.bool_), np.zeros(len(size), np.bool_)
    is_third[rng.permutation(long)[:n_third]] = True
    others = rng.permutation(short[~is_third[short]])
    is_second[others[: max(wanted - 3 * n_third, 0)]] = True
    return is_second | is_third, is_third


def _places(size: Ints) -> Ints:
    """Each joiner's place within the group, from 0."""
    return np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
