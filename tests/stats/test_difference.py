"""Differences between groups, against numbers that others published."""

import csv
import math
from pathlib import Path

import pytest
import tea_tasting as tt

from jobs.stats.difference import GroupSums, adjusted, in_means, in_proportions, relative
from jobs.stats.estimate import NotEnough

HILLSTROM = Path(__file__).parents[3] / "shared" / "data" / "hillstrom" / "hillstrom.csv"

# GrowthBook, packages/stats/tests/frequentist/test_tests.py
CONTROL = GroupSums(3407, 1396.87, 52377.9767)
TREATED = GroupSums(3461, 2422.70, 134698.29)


def test_welch_from_sums_gives_growthbook_s_difference() -> None:
    found = in_means(CONTROL, TREATED)

    assert found.estimate.value == pytest.approx(0.29, abs=5e-6)
    assert found.estimate[1:3] == pytest.approx((0.04538, 0.53462), abs=5e-6)
    assert (found.error, found.p_value) == pytest.approx((0.12478, 0.02016), abs=5e-6)


def test_relative_difference_gives_growthbook_s_delta_method() -> None:
    found = relative(CONTROL, TREATED)

    assert found.estimate.value == pytest.approx(0.70732, abs=5e-6)
    assert found.estimate[1:3] == pytest.approx((-0.03526, 1.44989), abs=5e-4)
    assert found.error == pytest.approx(0.37879, abs=5e-6)


def test_relative_difference_of_proportions_gives_growthbook_s_estimate() -> None:
    found = relative(GroupSums(28, 14, 14), GroupSums(30, 16, 16))

    assert (found.estimate.value, found.error) == pytest.approx((0.06667, 0.2717), abs=6e-3)


def test_cuped_on_four_thousand_users_gives_tea_tasting_s_published_effect() -> None:
    # tea-tasting, docs/user-guide.md: orders per user 0.523, 0.581, p 0.00733; revenue per user 5.12, 5.85, p 0.00674
    users = tt.make_users_data(rng=42, covariates=True, return_type="pandas")
    for outcome, p_value in (("orders", 0.00733), ("revenue", 0.00674)):
        control, treated = (
            sums(zip(group[outcome], group[f"{outcome}_covariate"], strict=True)) for _, group in users.groupby("variant")
        )
        found = adjusted(control, treated)

        assert found.difference.p_value == pytest.approx(p_value, abs=5e-6)
        assert found.reduction > 0.2


def test_a_covariate_that_says_nothing_reduces_nothing() -> None:
    found = adjusted(GroupSums(100, 50, 50, 10, 10, 5), GroupSums(100, 60, 60, 10, 10, 6))

    assert found.reduction == pytest.approx(0, abs=1e-9)
    assert found.difference.estimate == pytest.approx(in_means(GroupSums(100, 50, 50), GroupSums(100, 60, 60)).estimate)


def test_difference_in_proportions_has_newcombe_s_interval() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 873-890, example (a), method 10: 56/70 less 48/80
    found = in_proportions((48, 80), (56, 70)).estimate

    assert found[:3] == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


@pytest.mark.parametrize("control", [(0, 100), (100, 100)])
def test_groups_without_any_spread_still_give_an_interval(control: tuple[int, int]) -> None:
    found = in_proportions(control, control)

    assert found.estimate.value == 0
    assert found.estimate.low < 0 < found.estimate.high


def test_nobody_converts_in_the_control_and_the_difference_is_the_treated_share() -> None:
    found = in_means(GroupSums(100, 0, 0), GroupSums(100, 5, 5))

    assert found.estimate.value == pytest.approx(0.05)
    assert found.error == pytest.approx(math.sqrt((5 - 25 / 100) / 99 / 100))


def test_a_group_of_one_is_refused() -> None:
    with pytest.raises(NotEnough, match="at least two people a group, not 1"):
        in_means(GroupSums(1, 0, 0), GroupSums(100, 5, 5))


@pytest.mark.skipif(not HILLSTROM.exists(), reason="the Hillstrom file is not beside the checkout")
@pytest.mark.parametrize(
    ("segment", "outcome", "effect", "error", "reduction"),
    [
        ("Mens E-Mail", "visit", 0.07659, 0.003386, 0.0044),
        ("Mens E-Mail", "conversion", 0.006805, 0.000921, 0.0009),
        ("Mens E-Mail", "spend", 0.769827, 0.145247, 0.0004),
        ("Womens E-Mail", "visit", 0.045233, 0.003234, 0.0040),
        ("Womens E-Mail", "conversion", 0.003111, 0.000823, 0.0007),
        ("Womens E-Mail", "spend", 0.424412, 0.130333, 0.0004),
    ],
)
def test_hillstrom_s_mailings_have_their_known_effects(
    segment: str, outcome: str, effect: float, error: float, reduction: float
) -> None:
    with HILLSTROM.open() as file:
        rows = list(csv.DictReader(file))
    control, treated = (
        sums((float(row[outcome]), float(row["history"])) for row in rows if row["segment"] == name)
        for name in ("No E-Mail", segment)
    )

    found = in_means(control, treated)

    assert (found.estimate.value, found.error) == pytest.approx((effect, error), abs=6e-7 if outcome != "visit" else 6e-6)
    assert adjusted(control, treated).reduction == pytest.approx(reduction, abs=6e-5)


def sums(pairs) -> GroupSums:  # type: ignore[no-untyped-def]
    rows = [(float(y), float(x)) for y, x in pairs]
    return GroupSums(
        len(rows),
        math.fsum(y for y, _ in rows),
        math.fsum(y * y for y, _ in rows),
        math.fsum(x for _, x in rows),
        math.fsum(x * x for _, x in rows),
        math.fsum(x * y for y, x in rows),
    )
