"""The festival report on a tiny lake whose numbers can be counted by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from conf.errors import MissingInput, UnknownName
from conf.settings import Settings
from jobs.lake import Lake
from jobs.serving.report import Reported, report
from schemas.catalogue import find
from tests.frames import frame

OCTOBER = [date(2015, 10, 1) + timedelta(days=offset) for offset in range(31)]
PEAK = date(2015, 11, 11)
LISTED = date(2015, 10, 31)


class Tiny:
    """A lake with one order a day through an entrance, 20 on the peak, and a list of 200 with 100 sealed.

    Five more on the list and three more sealed, who all bought, do not allow to be measured.
    """

    def __init__(self, lake: Lake) -> None:
        self.lake = lake

    def write(self, table: str, rows: list[dict[str, Any]]) -> None:
        contract = find(table)
        days = sorted({row["day"] for row in rows})
        self.lake.replace(contract, frame(self.lake.spark, contract, rows), [date.fromisoformat(day) for day in days], {})

    def fill(self) -> Tiny:
        self.write("core.user_brand_day", [*self.tiles(), *self.buyers()])
        self.write("core.order_line", self.orders())
        self.write("core.touch", self.registrations())
        self.write("core.person", [{"day": "2015-11-12", "identifier_hash": "bound", "person_id": "merged"}])
        self.write("landing.city", [{"city_code": f"c{tier}", "city_tier": tier, "day": "2015-10-01"} for tier in range(1, 7)])
        self.write("landing.market_benchmark", self.rival())
        self.write("serving.target_list", [self.listed(f"t{number}") for number in range(205)])
        self.write("serving.sealed_control", [self.listed(f"s{number}") for number in range(103)])
        self.write("landing.consent", self.consents())
        self.write("landing.ad_return", [self.returned(number) for number in (*range(50), 203)])
        return self

    @staticmethod
    def tiles() -> list[dict[str, Any]]:
        tile = {"scene": "mobile_qq", "city_code": "c3", "net_fen": 1000, "brand_id": "b02"}
        usual = [tile | {"day": str(day), "account_hash": f"u{day:%d}"} for day in OCTOBER]
        peak = [row | {"day": str(PEAK), "account_hash": f"v{place}", "net_fen": 1000} for place, row in enumerate(usual[:20])]
        elsewhere = usual[0] | {"day": str(PEAK), "account_hash": "w", "scene": "jd_app", "city_code": "c1", "net_fen": 5000}
        return [*usual, *peak, elsewhere]

    @staticmethod
    def buyers() -> list[dict[str, Any]]:
        accounts = [*(f"t{number}" for number in range(30)), *(f"s{number}" for number in range(10))]
        accounts += [*(f"t{number}" for number in range(200, 205)), *(f"s{number}" for number in range(100, 103))]
        tile = {"day": "2015-11-05", "brand_id": "b01", "scene": "jd_app", "city_code": "unknown", "net_fen": 2000}
        returned = [{"account_hash": "t29", "day": "2015-11-06", "n_order": -1, "net_fen": -2000}]
        return [tile | {"account_hash": account} for account in accounts] + [tile | row for row in returned]

    @staticmethod
    def orders() -> list[dict[str, Any]]:
        hours = [(f"2015-11-{day:02} 12:00:00", f"2015-11-{day:02}") for day in range(1, 12)]
        return [
            {"event_id": f"e{place}", "order_id": f"o{place}", "event_at": at, "day": day, "net_fen": 1000}
            for place, (at, day) in enumerate(hours * 4)
        ]

    @staticmethod
    def registrations() -> list[dict[str, Any]]:
        wanted = (
            ("2015-10-05", "wechat_discovery", 10),
            ("2015-11-05", "wechat_discovery", 25),
            ("2015-11-05", "mobile_qq", 7),
            ("2015-11-05", "jd_app", 68),
            ("2015-10-20", "mobile_qq", 99),
        )
        return [
            {"event_id": f"r{day}{scene}{number}", "day": day, "scene": scene, "action": "register"}
            for day, scene, n in wanted
            for number in range(n)
        ]

    @staticmethod
    def rival() -> list[dict[str, Any]]:
        told = {"metric": "rival_day_gmv_fen", "figure": 50.0, "day": "2015-11-12"}
        return [told | {"event_id": f"m{minute}", "period": f"{minute:04}"} for minute in range(1440)]

    @staticmethod
    def consents() -> list[dict[str, Any]]:
        """All on the list and all who were sealed allow to be measured."""
        people = [*(f"t{number}" for number in range(200)), *(f"s{number}" for number in range(100))]
        return [
            {"day": "2015-10-01", "event_id": f"c{person}", "purpose": "measure", "jd_pin_hash": person} for person in people
        ]

    @staticmethod
    def listed(person: str) -> dict[str, Any]:
        given = {"person_id": person, "audience_hash": f"pv1_1_{person}"}
        return given | {"day": str(LISTED), "list_id": "b01-20151031"}

    @staticmethod
    def returned(number: int) -> dict[str, Any]:
        shown = {"audience_hash": f"pv1_1_t{number}", "n_impression": 4, "n_click": 1, "cost_fen": 100}
        return {"event_id": f"ad{number}", "day": "2015-11-12", "event_day": "2015-11-03", "list_id": "b01-20151031"} | shown


@pytest.fixture(scope="module")
def told(spark: SparkSession, settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Lake, Reported]:
    """The tiny lake with its truth, and b01's report of it."""
    lake = Tiny(Lake(spark, tmp_path_factory.mktemp("report") / "lake")).fill().lake
    truth = {"figures": {"1": {"planted": 20.0}, "4": {"planted": 0.5}, "10": {"planted": ["2015-11-11"]}}}
    (lake.root / "truth.json").write_text(json.dumps(truth))
    return lake, report(lake, settings, brand_id="b01", festival=2015, out=lake.root.parent / "report.html")


def test_the_figures_are_those_that_one_counts_by_hand(told: tuple[Lake, Reported]) -> None:
    found = {figure.id: figure.estimate.value for figure in told[1].figures}

    assert found == pytest.approx(
        {
            "1": 20.0,
            "2": 32 / 10,
            "3": 20 / 12,
            "4": 25 / 100,
            "7.users": 20 / 21,
            "7.gmv": 20_000 / 25_000,
            "9.ratio": 72_000 / 44_000,
            "9.hours": 8 * 24 + 12 + (44_000 * 1000 / 1271 - 32_000) / 4_000 / 60,
            "9.rival_hours": 44_000 * 1000 / 1271 / 50 / 60,
            "19": 29 / 200 - 10 / 100,
        }
    )


def test_only_people_who_allow_it_are_followed_and_the_bill_is_whole(told: tuple[Lake, Reported]) -> None:
    assert {figure.id: figure.estimate.n for figure in told[1].figures}["19"] == 300
    cells = "".join(f"<td>{cell}</td>" for cell in ("200", "50", "204", "51", "25.0%", "¥51"))
    assert cells in told[1].file.read_text("utf-8").replace("\n", "")


def test_every_interval_holds_its_estimate(told: tuple[Lake, Reported]) -> None:
    for figure in told[1].figures:
        assert figure.estimate.low <= figure.estimate.value <= figure.estimate.high, figure.id
        assert figure.estimate.n > 0, figure.id


def test_only_the_list_s_effect_is_called_randomised(told: tuple[Lake, Reported]) -> None:
    assert [figure.id for figure in told[1].figures if figure.design == "randomised"] == ["19"]


def test_planted_figures_stand_beside_what_was_found(told: tuple[Lake, Reported]) -> None:
    facts = {figure.id: figure.facts for figure in told[1].figures}

    assert facts["1"]["planted"] == 20.0
    assert facts["2"]["planted"] is None
    assert {figure.id: figure.is_recovered for figure in told[1].figures if figure.planted} == {"1": True, "4": False}


def test_the_table_holds_the_figures_and_a_second_report_replaces_them(
    told: tuple[Lake, Reported], settings: Settings, tmp_path: Path
) -> None:
    lake, first = told
    report(lake, settings, brand_id="b02", festival=2015, out=tmp_path / "b02.html")
    again = report(lake, settings, brand_id="b01", festival=2015, out=tmp_path / "b01.html")

    rows = lake.read(find("serving.uplift_report")).where("brand_id = 'b01'").collect()
    assert {(row.figure_id, row.estimate) for row in rows} == {(figure.id, figure.estimate.value) for figure in first.figures}
    assert {row.day for row in rows} == {date(2015, 11, 12)}
    assert again.file.read_bytes() == first.file.read_bytes()


def test_another_brand_without_a_list_gets_no_effect_and_a_sentence(
    told: tuple[Lake, Reported], settings: Settings, tmp_path: Path
) -> None:
    made = report(told[0], settings, brand_id="b02", festival=2015, out=tmp_path / "b02.html")

    assert "19" not in {figure.id for figure in made.figures}
    assert "no list with a sealed control was made in the 14 days before the festival" in made.file.read_text("utf-8")


def test_a_lake_with_orders_alone_still_gives_a_report(spark: SparkSession, settings: Settings, lake: Lake) -> None:
    Tiny(lake).write("core.order_line", Tiny.orders())

    made = report(lake, settings, brand_id="b01", festival=2015, out=lake.root.parent / "report.html")

    assert [figure.id for figure in made.figures] == ["9.hours"]
    assert "the market&#39;s benchmark of the rival&#39;s day is not in the lake" in made.file.read_text("utf-8")


def test_a_festival_without_any_order_is_refused(lake: Lake, settings: Settings) -> None:
    out = lake.root.parent / "report.html"
    with pytest.raises(MissingInput, match="no order of 1-11 November 2014"):
        report(lake, settings, brand_id="b01", festival=2014, out=out)
    assert not out.exists()


def test_an_unknown_brand_is_refused(lake: Lake, settings: Settings) -> None:
    with pytest.raises(UnknownName, match="no brand is named 'b99'"):
        report(lake, settings, brand_id="b99", festival=2015, out=lake.root.parent / "report.html")


class Page(HTMLParser):
    """What a test wants to know of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, list[dict[str, str | None]]] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.setdefault(tag, []).append(dict(attrs))


def test_the_page_stands_alone_and_can_be_read_without_seeing_it(told: tuple[Lake, Reported]) -> None:
    text = told[1].file.read_text("utf-8")
    tags = Page(text).tags

    assert "http" not in text
    assert tags.keys().isdisjoint({"script", "link", "img", "iframe"})
    assert tags["html"] == [{"lang": "en"}]
    assert len(tags["svg"]) == len(tags["figure"]) == len(tags["figcaption"]) == 5
    assert all(drawn["role"] == "img" and drawn["aria-label"] for drawn in tags["svg"])
    assert all(head.get("scope") in {"row", "col"} for head in tags["th"])
    assert len(tags["table"]) == len(tags["caption"])


def test_the_page_carries_no_pseudonym(told: tuple[Lake, Reported]) -> None:
    text = told[1].file.read_text("utf-8")

    assert "pv1_" not in text
    assert ">t29<" not in text
