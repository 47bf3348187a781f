"""The people of the world: where they live, what they like, which accounts they hold and when they came."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from jobs.festival import identifiers
from jobs.festival.catalogue import BANDS, CITIES, SCENES, TIER_WEIGHTS, brand_weights
from jobs.festival.plan import DAYS, Plan
from jobs.festival.quota import Flags, Floats, Ints, balanced, even, flags, pick, stream

WECHAT_ONLY, JD_ONLY_OF_UNBOUND, COUPON_SENSITIVE = 0.08, 0.75, 0.85
BAND_SHARES = (np.array([0.30, 0.28, 0.22, 0.13, 0.07]), np.array([0.12, 0.20, 0.28, 0.22, 0.18]))
"""Means (as a preferred price band) in the lower and the upper tiers."""
_OTHER_DOORS = ("jd_app", "jd_web", "moments_ad", "mini_program", "official_account", "search")
_DOOR_WEIGHTS = (0.5, 0.12, 0.12, 0.1, 0.08, 0.08)


@dataclass(frozen=True, eq=False)
class People:
    """Arrays with one entry a person; ``registered`` is the day's place from which on a JD account exists (-1: always)."""

    seed: int
    n: int
    openid: pa.Array
    jd_pin: pa.Array
    phone: pa.Array
    email: pa.Array
    oaid: pa.Array
    has_openid: Flags
    has_jd: Flags
    is_bound: Flags
    registered: Ints
    door: Ints
    city: Ints
    is_low_tier: Flags
    activity: Floats
    means: Ints
    is_coupon_sensitive: Flags
    affinity: Floats
    buying: Floats
    own_band_share: float
    forward_share: float

    def mood(self, day: int) -> Floats:
        """How much each is about shopping these days: it comes and goes over the weeks."""
        return _mood(self.seed, self.n, day // 7)

    def social_weights(self, day: int) -> Floats:
        """How likely each is to be met on the social side."""
        return self.activity * np.sqrt(self.mood(day)) * self.has_openid

    def shopping_weights(self, day: int) -> Floats:
        """How likely each is to look around at JD's."""
        return self.activity * self.mood(day) * self._may_shop(day)

    def buying_weights(self, day: int) -> Floats:
        """How likely each is to order."""
        return self.buying * self.mood(day) * self._may_shop(day)

    def newcomers(self, day: int) -> Ints:
        """Who registers with JD on the day."""
        return np.flatnonzero(self.registered == day).astype(np.int64)

    def _may_shop(self, day: int) -> Flags:
        return self.has_jd & (self.registered < day)


def make_people(plan: Plan, seed: int) -> People:
    """The population of a plan: it depends on nothing but the number of people, the seed and the knobs."""
    rng, n = stream(seed, "people"), plan.people
    activity = rng.lognormal(0, 1.0, n)
    order = np.argsort(-activity, kind="stable").astype(np.int64)
    is_low_tier = balanced(rng, order) < plan.truth.low_tier_users
    has_jd = balanced(rng, order) >= WECHAT_ONLY
    shoppers = order[has_jd[order]]
    is_bound = has_jd & (_ranked(rng, shoppers, n) < plan.truth.platform_overlap)
    alone = has_jd & ~is_bound
    has_openid = ~(alone & (even(rng, n) < JD_ONLY_OF_UNBOUND))
    registered, door = _arrivals(plan, rng, has_jd)
    means = np.where(is_low_tier, pick(rng, BAND_SHARES[0], n), pick(rng, BAND_SHARES[1], n))
    liking = rng.gamma(np.tile(brand_weights() * 4, (n, 1)))
    return People(
        seed, n, *identifiers.make(seed, n), has_openid, has_jd, is_bound, registered, door, _cities(rng, is_low_tier),
        is_low_tier, activity, means.clip(0, BANDS - 1), flags(rng, COUPON_SENSITIVE, n),
        liking / liking.sum(axis=1, keepdims=True), np.sqrt(activity) * rng.lognormal(0, 1.0, n),
        plan.truth.own_band_share, plan.truth.forward_share,
    )  # fmt: skip


def _ranked(rng: np.random.Generator, order: Ints, n: int) -> Floats:
    """Numbers spread evenly within runs of the order; the rest stay 0."""
    values = np.zeros(n)
    values[order] = balanced(rng, np.arange(len(order), dtype=np.int64))
    return values


def _arrivals(plan: Plan, rng: np.random.Generator, has_jd: Flags) -> tuple[Ints, Ints]:
    """Who is new on which day, and through which scene; whoever is not new was there always."""
    days, doors = [], []
    others = [SCENES.index(scene) for scene in _OTHER_DOORS]
    for day in range(DAYS):
        through, found, other = plan.entrance_registers[day], plan.discovery_registers[day], plan.other_registers[day]
        elsewhere = [others[i] for i in pick(rng, _DOOR_WEIGHTS, int(other))]
        today = [0] * int(found) + [1] * int(through - found) + elsewhere
        days += [day] * len(today)
        doors += today
    chosen = rng.permutation(np.flatnonzero(has_jd))[: len(days)]
    registered, door = np.full(len(has_jd), -1, np.int64), np.zeros(len(has_jd), np.int64)
    registered[chosen], door[chosen] = days[: len(chosen)], doors[: len(chosen)]
    return registered, door


def _cities(rng: np.random.Generator, is_low_tier: Flags) -> Ints:
    """A city for everybody, by the weights within the tiers."""
    tiers = np.array([city[3] for city in CITIES])
    within = np.array([city[4] for city in CITIES], dtype=np.float64)
    totals = {tier: within[tiers == tier].sum() for tier in TIER_WEIGHTS}
    weights = np.array([TIER_WEIGHTS[int(tier)] * share / totals[int(tier)] for tier, share in zip(tiers, within, strict=True)])
    n = len(is_low_tier)
    low, high = pick(rng, weights * (tiers >= 3), n), pick(rng, weights * (tiers < 3), n)
    return np.where(is_low_tier, low, high)


@lru_cache(maxsize=8)
def _mood(seed: int, n: int, week: int) -> Floats:
    noise = [stream(seed, "mood", place).normal(0, 0.55, n) for place in (week - 1, week)]
    mood: Floats = np.exp(noise[0] + noise[1] - 0.3)
    return mood
