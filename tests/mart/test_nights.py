"""Night by night equals made anew: days pass, people merge and part, consent comes and goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.testing import assertDataFrameEqual

from conf.errors import AuditFailed
from conf.settings import Settings
from expectations.gate import Gate
from jobs.changes import Night, Step, as_of
from jobs.lake import Lake
from jobs.mart import brand_stage, user_portrait
from jobs.runner import Runner
from schemas.catalogue import find
from schemas.contract import Table
from tests.frames import frame

PORTRAIT, STAGE, PERSON = find("mart.user_portrait"), find("mart.brand_stage"), find("core.person")
WINDOW, FACET, FIRST = (find(f"core.{name}") for name in ("account_window", "account_facet_window", "first_order"))
CONSENT = find("landing.consent")
NIGHTS = [date(2015, 11, day) for day in (2, 5, 9, 15)]
State = dict[tuple[str, ...], dict[str, Any]]


class Event(NamedTuple):
    """Somebody met a brand on a day, of which the bank learns on the night ``known``."""

    account: str
    day: date
    known: date = NIGHTS[0]
    brand: str = "b01"
    n_order: int = 0


def october(day: int) -> date:
    return date(2015, 10, day)


EVENTS = [
    Event("j1", october(20), n_order=1),
    Event("j1", october(28)),
    Event("j2", october(31)),
    Event("j3", october(1)),
    Event("j3", date(2015, 11, 1)),
    Event("j3", date(2015, 11, 9), NIGHTS[2]),
    Event("j4", october(30), brand="b02"),
    Event("j6", october(10)),
    Event("j6", october(30), NIGHTS[1], "b02"),
    Event("j7", date(2015, 9, 20)),
    Event("j8", october(26)),
    Event("o5", october(25), brand="b03"),
    Event("o7", date(2015, 9, 21), brand="b03"),
]
MERGED = {("jd_pin", "j1"): "j1", ("openid", "o5"): "j1", ("jd_pin", "j7"): "j7", ("openid", "o7"): "j7"}
BINDINGS: dict[date, dict[tuple[str, str], str]] = {NIGHTS[1]: MERGED}
GRANTED = dict.fromkeys(("j1", "j2", "j3", "j6", "j7", "j8"), (NIGHTS[0], True))
STATEMENTS = [*GRANTED.items(), ("j4", (NIGHTS[1], True)), ("j4", (NIGHTS[2], False))]


def _kind(account: str) -> str:
    return "openid" if account.startswith("o") else "jd_pin"


def _summed(table: Table, events: list[Event], night: date) -> dict[str, Any]:
    """The windows of some events as they stand on a night."""
    found: dict[str, Any] = {}
    for name in (name for name in table.column_names if name.endswith(("d", "d_fen"))):
        what, _, days = name.removesuffix("_fen").rpartition("_")
        within = [event for event in events if event.day > night - timedelta(days=int(days[:-1]))]
        orders = sum(event.n_order for event in within)
        found[name] = {"n_touch": len(within), "n_order": orders, "n_item": orders, "spend": 500 * orders}.get(what, 0)
    days_of = {"active_days": events, "order_days": [event for event in events if event.n_order]}
    return found | {name: sorted({(e.day - date(1970, 1, 1)).days for e in some}) for name, some in days_of.items()}


def _windows(night: date) -> State:
    known = [event for event in EVENTS if event.known <= night]
    return {
        (_kind(account), account): _summed(WINDOW, [event for event in known if event.account == account], night)
        for account in {event.account for event in known}
    }


def _facets(night: date) -> State:
    known = [event for event in EVENTS if event.known <= night]
    return {
        (_kind(account), account, "brand_id", brand): _summed(
            FACET, [event for event in known if (event.account, event.brand) == (account, brand)], night
        )
        for account, brand in {(event.account, event.brand) for event in known}
    }


def _people(night: date) -> State:
    return {key: {"person_id": person} for key, person in BINDINGS.get(night, {}).items()}


def _kept(table: Table, states: Iterable[tuple[date, State]]) -> Iterator[dict[str, Any]]:
    """What a table of changes keeps of states that follow each other."""
    before: State = {}
    for night, now in states:
        for key in before.keys() | now.keys():
            if before.get(key) != now.get(key):
                row = now.get(key, before.get(key, {}))
                yield {"day": night, **dict(zip(table.state_key, key, strict=True)), **row, "is_gone": key not in now}
        before = now


@pytest.fixture
def runner(spark: SparkSession, lake: Lake, settings: Settings) -> Runner:
    """A lake that the tables before the mart have filled for all nights; no day on which something turns ends a window."""
    for table, state in ((WINDOW, _windows), (FACET, _facets), (PERSON, _people)):
        rows = list(_kept(table, [(night, state(night)) for night in NIGHTS]))
        lake.replace(table, frame(spark, table, rows), NIGHTS, {"kind": "night"})
    said = [
        {"jd_pin_hash": name, "day": day, "event_day": day, "event_at": f"{day} 09:00:00", "is_granted": granted}
        for name, (day, granted) in STATEMENTS
    ]
    lake.replace(CONSENT, frame(spark, CONSENT, said), NIGHTS, {"kind": "night"})
    turns = {"recency_days": (25, 15, 9, 3), "new_days": 5, "active_days": 12, "dormant_days": 20}
    own = settings.model_copy(update={"portrait": settings.portrait.model_copy(update=turns)})
    gate = cast(Gate, SimpleNamespace(judge=lambda *_: SimpleNamespace(is_critical=False)))
    return Runner(lake, own, gate, lambda day: None)


def _spied(module: Any, monkeypatch: pytest.MonkeyPatch) -> list[Step | None]:
    """What the module's ``advance`` will have returned."""
    steps: list[Step | None] = []
    advance = module.advance

    def spy(night: Night, *, settings: Settings) -> Step | None:
        steps.append(advance(night, settings=settings))
        return steps[-1]

    monkeypatch.setattr(module, "advance", spy)
    return steps


def test_each_night_equals_the_tables_made_anew_and_keeps_only_whom_it_changed(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    advanced = [_spied(module, monkeypatch) for module in (user_portrait, brand_stage)]
    kept = {}
    for night in NIGHTS:
        for table in (PORTRAIT, STAGE):
            runner.run(table, [night])
            assertDataFrameEqual(as_of(runner.lake, table, night), runner.frame(table, [night]))
            rows = runner.lake.read(table, [night]).select("person_id", "is_gone").distinct().collect()
            kept[table.name, night.day] = {("-" if row.is_gone else "") + row.person_id for row in rows}
    assert [len(steps) for steps in advanced] == [len(NIGHTS) - 1] * 2
    assert all(steps and None not in steps for steps in advanced)
    assert {day: people for (name, day), people in kept.items() if name == "user_portrait"} == {
        2: {"j1", "j2", "j3", "j6", "j7", "j8"},
        5: {"j1", "j2", "j4", "j6", "j7"},  # joined by o5; no more new; allows it; a late row; joined by o7, nothing else
        9: {"j1", "j2", "j3", "-j4", "j6", "j7", "j8"},  # left; windows end; acts; withdraws; windows end; left; dormant
        15: {"j1", "j2", "j3", "j6", "j8"},  # 26 days after an order; dormant; no longer regained; dormant; lost
    }
    assert {day: people for (name, day), people in kept.items() if name == "brand_stage"} == {
        2: {"j1", "j2", "j3", "j6", "j7", "j8"},
        5: {"j1", "j4", "j6", "j7"},
        9: {"-j1", "j2", "j3", "-j4", "j6", "-j7"},
        15: set(),
    }


@pytest.mark.parametrize("module", [user_portrait, brand_stage])
def test_a_month_begins_with_everybody(module: Any, lake: Lake, settings: Settings) -> None:
    night = Night(lake, PORTRAIT, date(2015, 12, 1), NIGHTS[-1], {})
    assert night.begins_month
    assert module.advance(night, settings=settings) is None


def test_the_first_reference_data_may_move_everybody(spark: SparkSession, lake: Lake, settings: Settings) -> None:
    city = find("landing.city")
    lake.replace(city, frame(spark, city, [{"day": "2015-11-05", "event_day": "2015-11-05"}]), [NIGHTS[1]], {})
    night = Night(lake, PORTRAIT, NIGHTS[1], NIGHTS[0], {})
    assert user_portrait.advance(night, settings=settings) is None


def _audited(runner: Runner) -> Runner:
    """The same, with a night that audits everybody."""
    windows = runner.settings.windows.model_copy(update={"audited_one_in": 1})
    return Runner(runner.lake, runner.settings.model_copy(update={"windows": windows}), runner.gate, runner.model)


def _nobody(night: Night, *_: object) -> DataFrame:
    return night.rows().select("person_id").limit(0)


@pytest.mark.parametrize(("overlooked", "place"), [("moved", 1), ("owners", 2), ("_turned", 2)])
def test_a_night_that_overlooks_somebody_who_changed_fails_and_writes_nothing(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, overlooked: str, place: int
) -> None:
    audited = _audited(runner)
    for night in NIGHTS[:place]:
        audited.run(PORTRAIT, [night])
    version = runner.lake.version(PORTRAIT)
    monkeypatch.setattr(user_portrait, overlooked, _nobody)
    with pytest.raises(AuditFailed, match=rf"mart.user_portrait {NIGHTS[place]}: \d+ audited rows"):
        audited.run(PORTRAIT, [NIGHTS[place]])
    assert runner.lake.version(PORTRAIT) == version


@pytest.mark.parametrize("overlooked", ["moved", "owners"])
def test_stages_that_are_overlooked_fail_too(runner: Runner, monkeypatch: pytest.MonkeyPatch, overlooked: str) -> None:
    audited = _audited(runner)
    for night in NIGHTS[:2]:
        for table in (PORTRAIT, STAGE):
            audited.run(table, [night])
    audited.run(PORTRAIT, [NIGHTS[2]])
    version = runner.lake.version(STAGE)
    monkeypatch.setattr(brand_stage, overlooked, _nobody)
    since = Night.since
    monkeypatch.setattr(
        Night, "since", lambda night, name: since(night, name).limit(0) if name == PORTRAIT.name else since(night, name)
    )
    with pytest.raises(AuditFailed, match=r"mart.brand_stage 2015-11-09: \d+ audited rows"):
        audited.run(STAGE, [NIGHTS[2]])
    assert runner.lake.version(STAGE) == version


def test_another_scheme_reaches_everybody_in_the_next_night(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    advanced = _spied(user_portrait, monkeypatch)
    runner.run(PORTRAIT, [NIGHTS[0]])
    portrait = runner.settings.portrait.model_copy(update={"new_days": 30, "active_days": 40, "dormant_days": 50})
    other = Runner(runner.lake, runner.settings.model_copy(update={"portrait": portrait}), runner.gate, runner.model)
    other.run(PORTRAIT, [NIGHTS[1]])
    assert advanced == []
    assertDataFrameEqual(as_of(runner.lake, PORTRAIT, NIGHTS[1]), other.frame(PORTRAIT, [NIGHTS[1]]))
