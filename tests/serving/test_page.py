"""What the report's page says of a comparison, without a lake."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conf.settings import Settings
from jobs.serving.report.festival import Festival
from jobs.serving.report.figures import uplift, work_out
from jobs.serving.report.loop import Arm
from jobs.serving.report.page import Told, compared, page
from jobs.stats.difference import GroupSums


@pytest.fixture
def told(settings: Settings) -> Told:
    """A report of nothing but 300 sealed and 700 treated people."""
    control, treated = arm(300, 30), arm(700, 84)
    figures, omitted = work_out([uplift(control, treated)], {})
    share = settings.activation.control_share
    return Told(settings.brand("b01"), Festival(2015), share, [], [], [], [], [], control, treated, [], figures, omitted)


def arm(n: int, buyers: int) -> Arm:
    """People of whom some bought for 100 CNY, all having spent alike before."""
    spend = GroupSums(n, buyers * 1e4, buyers * 1e8, n * 50.0, n * 2500.0, buyers * 1e4 * 50.0)
    return Arm(n, buyers, GroupSums(n, buyers, buyers, n * 50.0, n * 2500.0, buyers * 50.0), spend)


def test_a_lot_that_fell_as_meant_is_reported_without_alarm(told: Told) -> None:
    text = page(told).decode()

    assert "The lot did not fall as it should" not in text
    assert "+2.000" in text
    assert "+20.0 %" in text


def test_a_split_that_the_lot_cannot_explain_raises_the_alarm(told: Told) -> None:
    text = page(replace(told, control=arm(100, 10))).decode()

    assert 'role="alert"' in text
    assert "700 treated and" in text
    assert "100 sealed" in text


def test_a_side_of_one_person_is_not_compared(told: Told) -> None:
    assert compared(replace(told, control=arm(1, 0))) is None


def test_names_are_escaped(told: Told) -> None:
    named = told.brand.model_copy(update={"title": "<b>A & B</b>"})

    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page(replace(told, brand=named)).decode()
