"""The festival world: writes the parties' files of any days of 2015, and the truth that they hold."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from jobs.festival import clock
from jobs.festival.catalogue import usual_order_fen
from jobs.festival.dirt import Dirt
from jobs.festival.lines import LINES_PER_ORDER, PIECES_PER_LINE
from jobs.festival.market import Market
from jobs.festival.orders import order_events
from jobs.festival.people import BAND_SHARES, make_people
from jobs.festival.plan import WorldError, make_plan, number
from jobs.festival.platform import received
from jobs.festival.quota import pick, stream
from jobs.festival.reference import reference_tables
from jobs.festival.respond import Answer, ad_returns, advert_contacts, answer, further_lines
from jobs.festival.service import REACH, service_events
from jobs.festival.shopping import shopping_events
from jobs.festival.social import social_events
from jobs.festival.standing import joining_tables, standing_tables
from jobs.festival.truth import Truth
from jobs.festival.writer import concat, write
from schemas.catalogue import find
from schemas.contract import Table

if TYPE_CHECKING:
    from jobs.privacy import KeyRing

WORLD_START = date(2015, 9, 15)
"""The day of the statements about what was known before; earlier where the first day that is asked for is."""
DAILY = ("social_event", "shopping_event", "order_event", "service_event")
LATE_SHARE = 0.005
_LAG_WEIGHTS = (70, 8, 6, 4, 3, *([9 / 25] * 25))


@dataclass(frozen=True)
class Generated:
    """What was written: files, rows (the broken ones included), seconds, rows and broken rows by table, and the truth."""

    files: int
    events: int
    seconds: float
    rows: dict[str, int] = field(default_factory=dict)
    dirty: dict[str, dict[str, int]] = field(default_factory=dict)
    figures: dict[str, dict[str, Any]] = field(default_factory=dict)


def generate(
    out: Path,
    *,
    people: int,
    first: date,
    last: date,
    seed: int,
    dirty: float = 0.0,
    respond: Sequence[Path] | Path | None = None,
    ring: KeyRing | None = None,
    truth: Truth | None = None,
) -> Generated:
    """Write what arrives from ``first`` to ``last`` into the inbox ``out``, and ``truth.json`` beside it.

    Ranges of one world (``people``, ``seed``, ``truth``) join. What was known before comes on the first day, under ids
    that never change, unless the world answers lists: ``respond`` names their folders, ``ring`` the keys they came under.
    """
    started = time.monotonic()
    if last < first:
        raise WorldError(f"the world cannot run from {first} to {last}: the first day must not come after the last")
    market = _market(people, seed, truth or Truth())
    folders = [respond] if isinstance(respond, Path) else respond or ()
    if folders and ring is None:
        raise WorldError("the platform needs the keys of the lake that made the list: pass its key ring")
    answers = [answer(market, item) for item in received(market, folders, ring)] if ring else []
    inbox = _Inbox(out, seed, dirty, number(last))
    if not folders:
        inbox.add_standing(market, number(first))
    _run(market, inbox, answers, range(number(first), number(last) + 1))
    return _told(out, market, inbox, answers, (first, last), started)


def _market(people: int, seed: int, truth: Truth) -> Market:
    bands = truth.low_tier_users * BAND_SHARES[0] + (1 - truth.low_tier_users) * BAND_SHARES[1]
    plan = make_plan(people, truth, usual_order_fen(LINES_PER_ORDER, PIECES_PER_LINE, bands))
    return Market(plan, make_people(plan, seed))


def _run(market: Market, inbox: _Inbox, answers: list[Answer], days: range) -> None:
    """The days one after another; the orders of some days before are needed for what follows from them."""
    service: dict[int, list[pa.Table]] = defaultdict(list)
    for day in range(max(days.start - REACH, 0), days.stop):
        for event_day, batch in _by_day(service_events(market, day)).items():
            service[event_day].append(batch)
        if day not in days:
            continue
        inbox.add("social_event", day, social_events(market, day))
        inbox.add("shopping_event", day, shopping_events(market, day))
        inbox.add("order_event", day, order_events(market, day, further_lines(market, answers, day)))
        inbox.add("service_event", day, concat(service.pop(day, []), find("landing.service_event")))
        for name, batch in joining_tables(market, day).items():
            inbox.add(name, day, batch)
        for item in answers:
            inbox.add("social_event", day, advert_contacts(market, item, day), f"adverts {item.delivered.list_id}")
            inbox.add("ad_return", day, ad_returns(market, item, day), item.delivered.list_id)
        inbox.deliver(day)


def _by_day(batch: pa.Table) -> dict[int, pa.Table]:
    """The rows by the business day of their event."""
    days = clock.day_of(batch.column("event_at").to_numpy())
    return {int(day): batch.filter(pa.array(days == day)) for day in np.unique(days)}


class _Inbox:
    """What is under way to the inbox, by arrival day and table."""

    def __init__(self, out: Path, seed: int, dirty: float, last: int) -> None:
        self.out, self.seed, self.dirty, self.last = out, seed, dirty, last
        self.waiting: dict[int, dict[str, list[pa.Table]]] = defaultdict(lambda: defaultdict(list))
        self.files = 0
        self.rows: dict[str, int] = defaultdict(int)
        self.broken: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))

    def add(self, name: str, day: int, batch: pa.Table, cause: str = "") -> None:
        """Send the day's rows on their way: most arrive the same day, a few late, none after the last day."""
        rng = stream(self.seed, "late", name, day, cause)
        late = np.flatnonzero(rng.random(len(batch)) < LATE_SHARE)
        arrival = np.full(len(batch), day)
        arrival[late] = np.minimum(day + 1 + pick(rng, _LAG_WEIGHTS, len(late)), max(self.last, day))
        for when in np.unique(arrival):
            self.waiting[int(when)][name].append(batch.filter(pa.array(arrival == when)))

    def add_standing(self, market: Market, day: int) -> None:
        """What is known before, and the reference data: all of it on time."""
        stated = min(day, number(WORLD_START))
        for name, batch in (standing_tables(market, day, stated) | reference_tables(market)).items():
            self.waiting[day][name].append(batch)

    def deliver(self, day: int) -> None:
        """Write the day's files; the parties' daily logs also where they are empty."""
        arrived = self.waiting.pop(day, {})
        for name in sorted({*DAILY, *arrived}):
            table = find(f"landing.{name}")
            batch = concat(arrived.get(name, []), table)
            if len(batch) or name in DAILY:
                self._write(table, day, batch)

    def _write(self, table: Table, day: int, batch: pa.Table) -> None:
        if table.source is None:
            raise WorldError(f"no party sends {table.full_name}")
        dirt = Dirt(self.seed, self.dirty if "event_at" in batch.column_names else 0.0, table, day, batch)
        path = self.out / table.source.party / table.name / f"{clock.text(day)}.{table.source.extension}"
        write(path, batch, table, dirt.lines, dirt.rows)
        self.files += 1
        self.rows[table.name] += len(batch) + sum(dirt.counts.values())
        for kind, n in dirt.counts.items():
            self.broken[table.name][kind] += n


def _told(
    out: Path, market: Market, inbox: _Inbox, answers: list[Answer], days: tuple[date, date], started: float
) -> Generated:
    """Write ``truth.json`` and say what was made."""
    figures = _figures(market, answers)
    broken = {name: dict(kinds) for name, kinds in sorted(inbox.broken.items())}
    page = {
        "seed": market.people.seed,
        "people": market.people.n,
        "from": days[0].isoformat(),
        "to": days[1].isoformat(),
        "figures": figures,
        "dirty": broken,
    }
    (out / "truth.json").write_text(json.dumps(page, ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8")
    seconds = time.monotonic() - started
    return Generated(inbox.files, sum(inbox.rows.values()), seconds, dict(inbox.rows), broken, figures)


def _figures(market: Market, answers: list[Answer]) -> dict[str, dict[str, Any]]:
    """The planted figures: the knobs, and what hangs on the world's size and on the lists that were delivered."""
    figures = market.plan.truth.figures
    turnover = market.plan.live_customers * market.plan.truth.live_customer_price * 100
    figures["5.turnover"] = {"title": "Net turnover of live session l01, fen, in this world's size", "planted": turnover}
    uplift, delivered = market.plan.truth.uplift, [item.delivered for item in answers]
    for item in delivered:
        title = f"Incremental conversion caused by list {item.list_id}, share of the people on it"
        figures[f"19.{item.list_id}"] = {"title": title, "planted": uplift * item.persuadable_share}
    if delivered:
        title = "Incremental conversion of the target list against its sealed control, intention to treat"
        n_persuadable = sum(int(item.is_persuadable.sum()) for item in delivered)
        planted = uplift * n_persuadable / max(sum(item.n_listed for item in delivered), 1)
        figures["19"] = {"title": title, "planted": planted}
    return figures
