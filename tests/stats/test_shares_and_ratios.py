"""Shares, ratios of windows, splits and curves."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.stats.curve import hours_to_amount, hours_to_share
from jobs.stats.estimate import Estimate, NotEnough
from jobs.stats.proportion import amount_share, wilson
from jobs.stats.ranking import beats_chance
from jobs.stats.ratio import PairSums, dispersion, inverse, ratio_of_rates, ratio_of_totals
from jobs.stats.sample_ratio import check


def test_wilson_gives_newcombe_s_published_interval() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3
    assert wilson(81, 263)[1:3] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148)[1:3] == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20)[1:3] == pytest.approx((0.0, 0.1611), abs=5e-5)


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_its_share_and_stays_between_0_and_1(counts: tuple[int, int]) -> None:
    found = wilson(*counts)

    assert 0 <= found.low <= found.value <= found.high <= 1


def test_a_share_of_nobody_is_refused() -> None:
    with pytest.raises(NotEnough, match="n > 0, not 0 of 0"):
        wilson(0, 0)


def test_a_ratio_of_people_who_count_once_has_katz_s_interval() -> None:
    found = ratio_of_totals(PairSums(150, 100, 50, 100, 50, 0))

    reach = math.exp(1.959964 * math.sqrt(1 / 100 + 1 / 50))
    assert found[:3] == pytest.approx((2, 2 / reach, 2 * reach), rel=1e-6)


def test_people_who_appear_in_both_windows_narrow_the_ratio() -> None:
    apart = ratio_of_totals(PairSums(150, 100, 50, 100, 50, 0))
    shared = ratio_of_totals(PairSums(100, 100, 50, 100, 50, 50))

    assert shared.high < apart.high


def test_a_ratio_with_an_empty_window_is_refused() -> None:
    with pytest.raises(NotEnough, match="two positive totals"):
        ratio_of_totals(PairSums(1, 1, 0, 1, 0, 0))


def test_the_ratio_s_interval_covers_the_truth_as_often_as_it_says() -> None:
    lot, covered = random.Random(5), 0
    for _ in range(400):
        people = [(lot.expovariate(1 / 3.2), lot.expovariate(1)) for _ in range(300)]
        found = ratio_of_totals(pair_sums(people))
        covered += found.low <= 3.2 <= found.high

    assert 0.92 <= covered / 400 <= 0.98


def test_equal_days_have_the_dispersion_of_a_count_and_uneven_ones_more() -> None:
    assert dispersion([10, 10, 10]) == 1
    assert dispersion([0, 100]) == pytest.approx(100)
    assert dispersion([7]) == 1


def test_days_that_differ_widen_a_ratio_of_rates() -> None:
    even, uneven = ratio_of_rates([20, 20], [10, 10]), ratio_of_rates([1, 39], [10, 10])

    assert even.value == uneven.value == 2
    assert uneven.high > even.high


def test_a_share_of_money_by_person_is_wilson_s_neighbour_where_all_spend_alike() -> None:
    found = amount_share(PairSums(1000, 620, 380, 620, 380, 0))

    assert found[:3] == pytest.approx(wilson(620, 1000)[:3], abs=1e-3)


def test_a_constant_over_a_total_widens_with_the_squares() -> None:
    found = inverse(1683, 1271, 1271 * 4, 300)

    assert found.value == pytest.approx(1.3241, abs=1e-4)
    assert found.high / found.value == pytest.approx(math.exp(1.959964 * 2 / math.sqrt(1271)), rel=1e-6)


def test_the_lot_of_tea_tasting_s_users_is_not_odd() -> None:
    # tea-tasting, docs/user-guide.md: 2,023 control and 1,977 treated, p 0.477
    found = check(2023, 1977, 0.5)

    assert found.p_value == pytest.approx(0.477, abs=5e-4)
    assert not found.is_alarm


def test_a_lot_that_fell_far_off_raises_the_alarm() -> None:
    assert check(300, 300, 0.3).is_alarm
    assert not check(300, 700, 0.3).is_alarm


def test_a_straight_curve_passes_half_of_its_end_halfway() -> None:
    found = hours_to_share([10.0] * 120, [10.0] * 120, 0.5, 60, 1200)

    assert found.value == pytest.approx(1.0)
    assert found.low < 1.0 < found.high


def test_a_refund_does_not_bring_the_curve_back_below_what_it_passed() -> None:
    found = hours_to_share([10.0, -8.0, 18.0], [0.0, 0.0, 0.0], 0.5, 1, 3)

    assert found[:3] == (1.0, 1.0, 1.0)


def test_a_curve_of_nothing_is_refused() -> None:
    with pytest.raises(NotEnough, match="passes no amount"):
        hours_to_share([0.0], [0.0], 0.5, 60, 0)


def test_a_published_curve_is_straight_between_its_points_and_known_to_the_minute() -> None:
    found = hours_to_amount([60, 120], [100.0, 200.0], Estimate(150, 150, 150, 9))

    assert found[:3] == pytest.approx((1.5, 89 / 60, 91 / 60))


def test_an_amount_that_the_published_curve_never_reaches_is_refused() -> None:
    with pytest.raises(NotEnough, match="ends below the amount"):
        hours_to_amount([60], [100.0], Estimate(150, 140, 160, 9))


def pair_sums(people: list[tuple[float, float]]) -> PairSums:
    return PairSums(
        len(people),
        sum(a for a, _ in people),
        sum(b for _, b in people),
        sum(a * a for a, _ in people),
        sum(b * b for _, b in people),
        sum(a * b for a, b in people),
    )


def test_few_meaningless_scores_seem_to_beat_chance() -> None:
    lot = random.Random(1)
    lucky = sum(beats_chance(meaningless_auc(lot, 20, 80), 20, 80) for _ in range(500))

    assert 0.02 <= lucky / 500 <= 0.08
    assert not beats_chance(1.0, 0, 80)


def meaningless_auc(lot: random.Random, positives: int, negatives: int) -> float:
    hits, others = ([lot.random() for _ in range(n)] for n in (positives, negatives))
    return sum(hit > other for hit in hits for other in others) / (positives * negatives)
