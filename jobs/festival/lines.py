"""Order lines as arrays: who bought which article where, for how much and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.festival.catalogue import BANDS, BRANDS, CENTRAL, CITIES, COUPON_DAYS, FORWARD, SLOTS, sku_prices, slot_weights
from jobs.festival.people import People
from jobs.festival.plan import number
from jobs.festival.quota import Flags, Floats, Ints, flags, pick

LINES_PER_ORDER, PIECES_PER_LINE = 1.25, 1.18
PRICES = sku_prices()
SLOT_EDGES = np.cumsum(slot_weights(), axis=1)
_CITY_CODES = [city[0] for city in CITIES]
_FORWARD = np.array([FORWARD.index(code) if code in FORWARD else -1 for code in _CITY_CODES])
_CENTRAL = np.arange(len(CITIES)) % len(CENTRAL)


@dataclass(frozen=True, eq=False)
class Lines:
    """Arrays with one entry an order line. ``order`` counts within a batch; ``session`` and ``campaign`` are -1 for none."""

    order_id: pa.Array
    order: Ints
    line_no: Ints
    person: Ints
    sku: Ints
    scene: Ints
    quantity: Ints
    paid: Ints
    at: Ints
    has_coupon: Flags
    session: Ints
    campaign: Ints
    warehouse: Ints

    def __len__(self) -> int:
        return len(self.order)

    @property
    def brand(self) -> Ints:
        """The index of each line's brand."""
        return self.sku // (SLOTS * BANDS)

    @property
    def is_first(self) -> Flags:
        """The line that counts its order."""
        is_first: Flags = self.line_no == 1
        return is_first

    def where(self, mask: Flags) -> Lines:
        """The lines for which the mask is set."""
        places = np.flatnonzero(mask)
        return Lines(**{f.name: _taken(getattr(self, f.name), places) for f in fields(self)})


def joined(batches: Sequence[Lines]) -> Lines:
    """All lines of several batches; their orders are numbered on."""
    starts = np.cumsum([0, *(int(batch.order.max(initial=-1)) + 1 for batch in batches)])
    whole: dict[str, Any] = {f.name: [getattr(batch, f.name) for batch in batches] for f in fields(Lines)}
    whole["order"] = [batch.order + start for batch, start in zip(batches, starts, strict=False)]
    arrays = {name: np.concatenate(parts) for name, parts in whole.items() if name != "order_id"}
    return Lines(order_id=pa.concat_arrays(whole["order_id"]), **arrays)


def baskets(rng: np.random.Generator, people: People, buyer: Ints, scene: Ints, day: int, prefix: str, pieces: float) -> Lines:
    """What the buyers put together, each one order of one brand; prices and times come later."""
    extra = max(LINES_PER_ORDER * pieces - 1, 0.0) / 1.55
    per_order = 1 + pick(rng, [max(1 - extra, 0), 0.6 * extra, 0.25 * extra, 0.15 * extra], len(buyer))
    order = np.repeat(np.arange(len(buyer)), per_order)
    line_no = np.arange(len(order)) - np.repeat(np.cumsum(per_order) - per_order, per_order) + 1
    brand = brands_of(rng, people, buyer)[order]
    person = buyer[order]
    none = np.full(len(order), -1, np.int64)
    return Lines(
        order_id=order_ids(prefix, len(buyer)).take(pa.array(order)),
        order=order,
        line_no=line_no,
        person=person,
        sku=articles(rng, brand, bands_of(rng, people.means[person], people.own_band_share)),
        scene=scene[order],
        quantity=1 + pick(rng, [0.86, 0.10, 0.04], len(order)),
        paid=np.zeros(len(order), np.int64),
        at=np.zeros(len(order), np.int64),
        has_coupon=_coupons(rng, people.is_coupon_sensitive[buyer], day)[order],
        session=none,
        campaign=none,
        warehouse=warehouses(rng, people.city[person], people.forward_share),
    )


def order_ids(prefix: str, n: int) -> pa.Array:
    """The numbers of a day's orders."""
    numbers = pc.utf8_lpad(pc.cast(pa.array(np.arange(n)), pa.string()), 6, "0")
    return pc.binary_join_element_wise(prefix, numbers, "")


def brands_of(rng: np.random.Generator, people: People, person: Ints) -> Ints:
    """A brand for each, by what each likes."""
    edges = np.cumsum(people.affinity[person], axis=1)
    found: Ints = (edges < rng.random(len(person))[:, None]).sum(axis=1).astype(np.int64)
    return found.clip(0, len(BRANDS) - 1)


def bands_of(rng: np.random.Generator, means: Ints, own_share: float) -> Ints:
    """The price band, from 0, that each chooses: mostly the own, else one beside it."""
    step = np.where(rng.random(len(means)) < 0.5, -1, 1)
    beside = np.where((means + step < 0) | (means + step >= BANDS), means - step, means + step)
    return np.where(flags(rng, own_share, len(means)), means, beside)


def articles(rng: np.random.Generator, brand: Ints, band: Ints) -> Ints:
    """The article of a brand and band, in one of the brand's ranges."""
    slot = (SLOT_EDGES[brand] < rng.random(len(brand))[:, None]).sum(axis=1).clip(0, SLOTS - 1)
    found: Ints = (brand * SLOTS + slot) * BANDS + band
    return found


def list_amounts(rng: np.random.Generator, lines: Lines) -> Floats:
    """What the lines would cost at today's shelf prices, some of them reduced."""
    amounts: Floats = PRICES[lines.sku] * lines.quantity * rng.uniform(0.7, 1.0, len(lines)) * (1 - 0.05 * lines.has_coupon)
    return amounts


def warehouses(rng: np.random.Generator, city: Ints, forward_share: float) -> Ints:
    """From where each line leaves: 0 to 2 are central, the forward ones follow."""
    near = np.flatnonzero(_FORWARD[city] >= 0)
    found = _CENTRAL[city].astype(np.int64)
    placed = near[flags(rng, forward_share, len(near))]
    found[placed] = len(CENTRAL) + _FORWARD[city[placed]]
    return found


def _coupons(rng: np.random.Generator, is_sensitive: Flags, day: int) -> Flags:
    first, last = (number(end) for end in COUPON_DAYS)
    likely = np.where(is_sensitive, 0.6, 0.05) if first <= day <= last else np.zeros(len(is_sensitive))
    return rng.random(len(is_sensitive)) < likely


def _taken(values: Any, places: Ints) -> Any:
    return values.take(pa.array(places)) if isinstance(values, pa.Array) else values[places]
