"""Tencent's social events: seeing, clicking, following, sharing, watching, and buying in groups."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from jobs.festival import clock, tables
from jobs.festival.catalogue import SCENES
from jobs.festival.groups import JOINED, buying_groups
from jobs.festival.lines import articles, bands_of, brands_of
from jobs.festival.market import Market
from jobs.festival.quota import Ints, draw, pick, stream
from jobs.festival.writer import coded, concat, ids, rows
from schemas.landing.social_event import TABLE

ACTIONS = ("impression", "click", "follow", "share", "group_open", "group_join", "group_fail", "live_watch")
_DONE = {
    "moments_ad": (0.24, {"impression": 0.8, "click": 0.17, "share": 0.03}),
    "official_account": (0.21, {"impression": 0.5, "click": 0.3, "follow": 0.12, "share": 0.08}),
    "mini_program": (0.16, {"impression": 0.15, "click": 0.7, "share": 0.15}),
    "qq_zone": (0.12, {"impression": 0.6, "click": 0.3, "share": 0.1}),
    "live": (0.08, {"live_watch": 1.0}),
    "wechat_discovery": (0.10, {"impression": 0.4, "click": 0.6}),
    "mobile_qq": (0.07, {"impression": 0.4, "click": 0.6}),
    "partner_store": (0.02, {"impression": 0.7, "click": 0.3}),
}
_PAIRS = [(SCENES.index(scene), ACTIONS.index(action)) for scene, (_, done) in _DONE.items() for action in done]
_PAIR_WEIGHTS = [share * part for share, done in _DONE.values() for part in done.values()]


def social_events(market: Market, day: int) -> pa.Table:
    """All social events of the day."""
    stamp = clock.text(day).replace("-", "")
    groups = _groups(market, day, stamp)
    left = max(int(market.plan.social[day]) - len(groups), 0)
    return concat([groups, _contacts(market, day, left, stamp)], TABLE)


def _contacts(market: Market, day: int, n: int, stamp: str) -> pa.Table:
    """Everything but the groups."""
    rng = stream(market.people.seed, "contacts", day)
    person = draw(rng, market.people.social_weights(day), n)
    pair = np.array(_PAIRS)[pick(rng, _PAIR_WEIGHTS, n)].reshape(-1, 2)
    scene, action, brand = pair[:, 0], pair[:, 1], brands_of(rng, market.people, person)
    session, is_live = np.full(n, -1, np.int64), action == ACTIONS.index("live_watch")
    for place, item in enumerate(market.sessions):
        if item.day == day:
            session[is_live & (brand == item.brand)] = place
    seconds = np.minimum(rng.lognormal(5.0, 1.2, n), 3 * 3600).astype(np.int64)
    return _events(
        market, rng, day, {"event_id": ids(f"t{stamp}c", n), "event_at": clock.usual(rng, day, n),
        "watch_seconds": pa.array(seconds, pa.int32(), mask=~is_live)}, (person, action, scene, brand), session,
    )  # fmt: skip


def _groups(market: Market, day: int, stamp: str) -> pa.Table:
    """Buying groups opened on the day: opener, joiners (each through somebody's link), and a failure where too few came."""
    rng = stream(market.people.seed, "groups", day)
    made = buying_groups(rng, market, day)
    brand = brands_of(rng, market.people, made.opener)
    sku = articles(rng, brand, bands_of(rng, market.people.means[made.opener], 0.5))
    word = np.array([ACTIONS.index(action) for action in ("group_open", "group_join", "group_fail")])
    action = word[made.step]
    columns = {
        "event_id": ids(f"t{stamp}g", len(action)),
        "event_at": made.at,
        "group_id": pc.binary_join_element_wise(f"g{stamp}", pc.cast(pa.array(made.group), pa.string()), "-"),
        "sku_id": coded(sku[made.group], tables.SKU_IDS),
        "sharer": tables.account(market.people.openid, made.sharer, made.step != JOINED),
    }
    scene, none = np.full(len(action), SCENES.index("group_share")), np.full(len(action), -1, np.int64)
    return _events(market, rng, day, columns, (made.person, action, scene, brand[made.group]), none)


def _events(
    market: Market, rng: np.random.Generator, day: int, columns: dict[str, Any], what: tuple[Ints, ...], session: Ints
) -> pa.Table:
    person, action, scene, brand = what
    shared = {
        "openid": tables.account(market.people.openid, person),
        "oaid": tables.device(market, rng, person),
        "action": coded(action, ACTIONS),
        "scene": tables.scene(scene),
        "brand_id": tables.brand(brand),
        "city_code": tables.city(market, person),
    }
    where = tables.occasion(market, market.campaign(rng, day, brand, scene), session)
    return rows(TABLE, len(person), tables.merged(columns, shared, where))
