"""What a workflow caused: the interval keeps its promise in stores as they are, and says when it cannot know yet."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.arrays import Floats
from app.insight.effect import Finding, added_up, cap, capped, effect, weeks_needed

VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), max_size=40)
CONVERSIONS = (0.01, 0.1)


def spending(random: np.random.Generator, *, n: int, share: float, mean: float, sigma: float) -> Floats:
    """Each customer's revenue: few buy, what they pay is log-normal."""
    buyers = int(random.binomial(n, share))
    paid = np.zeros(n)
    paid[:buyers] = mean * random.lognormal(-(sigma**2) / 2, sigma, buyers)
    return paid


def one_store(random: np.random.Generator, size: tuple[int, int]) -> tuple[Floats, Floats, float]:
    """A store with 10 % held out and an effect of 0 to 30 %, through more orders, larger ones, or both."""
    n = int(np.exp(random.uniform(*np.log(size))))
    held = int(random.binomial(n, 0.1))
    share, sigma = random.uniform(*CONVERSIONS), random.uniform(0.4, 1.1)
    rise, larger = random.uniform(0.0, 0.3), random.uniform(0.0, 0.5)
    more = 1.0 + rise * (1.0 - larger)
    treated = spending(random, n=n - held, share=share * more, mean=50.0 * (1.0 + rise) / more, sigma=sigma)
    return treated, spending(random, n=held, share=share, mean=50.0, sigma=sigma), share * 50.0 * rise


@pytest.mark.parametrize("size", [(300, 50_000), (300, 3_000), (3_000, 50_000)])
def test_the_interval_covers_the_true_effect_in_93_to_97_percent_of_2000_stores(size: tuple[int, int]) -> None:
    random = np.random.default_rng(20261125)
    covered = []
    for _ in range(2_000):
        treated, held_out, truth = one_store(random, size)
        found = effect(treated, held_out)
        covered.append(found.low <= truth <= found.high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_orders_are_measured_as_well_as_revenue() -> None:
    random = np.random.default_rng(5)
    covered = []
    for _ in range(2_000):
        n, share = int(np.exp(random.uniform(*np.log((500, 20_000))))), random.uniform(*CONVERSIONS)
        treated, held_out = random.poisson(share * 1.2, n * 9 // 10), random.poisson(share, n // 10)
        found = effect(treated, held_out)
        covered.append(found.low <= share * 0.2 <= found.high)
    assert 0.93 <= np.mean(covered) <= 0.97


def test_what_workflows_caused_together_is_covered_though_they_share_their_customers() -> None:
    """Each draws its own lot: the same money stands in all three differences, and their errors still add as squares."""
    random = np.random.default_rng(11)
    covered, naive = [], []
    for _ in range(1_000):
        n, rises = 4_000, random.uniform(0.0, 6.0, 3)
        meant = random.random((3, n)) >= 0.1
        paid = spending(random, n=n, share=0.15, mean=50.0, sigma=0.8)
        # Whoever buys pays more for every workflow that was for them.
        paid = random.permutation(paid)
        paid += (paid > 0.0) * (rises @ meant)
        found = [effect(paid[one], paid[~one]) for one in meant]
        truth = sum(rise * 0.15 * one.treated for rise, one in zip(rises, found, strict=True))
        _, low, high = added_up([(one.total, one.low * one.treated, one.high * one.treated) for one in found])
        covered.append(low <= truth <= high)
        naive.append((high - low) / sum((one.high - one.low) * one.treated for one in found))
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.mean(naive) < 0.65


def test_what_was_spent_before_narrows_the_interval_and_keeps_it_true() -> None:
    random = np.random.default_rng(6)
    covered, narrower = [], []
    for _ in range(600):
        likes = random.gamma(0.5, 2.0, 5_000) * 0.5
        before, after = (random.poisson(likes).astype(np.float64) * 40.0 for _ in range(2))
        after[:4_500] += 10.0 * (random.random(4_500) < 0.1)
        plain = effect(after[:4_500], after[4_500:])
        known = effect(after[:4_500], after[4_500:], treated_before=before[:4_500], held_out_before=before[4_500:])
        covered.append(known.low <= 1.0 <= known.high)
        narrower.append((known.high - known.low) / (plain.high - plain.low))
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.mean(narrower) < 0.95


def test_with_many_buyers_it_is_welch_s_interval() -> None:
    random = np.random.default_rng(8)
    treated, held_out = random.normal(52.0, 9.0, 90_000), random.normal(50.0, 9.0, 90_000)
    found = effect(treated, held_out)
    error = float(np.sqrt(treated.var(ddof=1) / 90_000 + held_out.var(ddof=1) / 90_000))
    assert found.lift == pytest.approx(treated.mean() - held_out.mean())
    assert found.standard_error == pytest.approx(error)
    assert (found.low, found.high) == pytest.approx((found.lift - 1.96 * error, found.lift + 1.96 * error), abs=0.01)
    assert found.finding is Finding.MORE
    assert found.total == pytest.approx(found.lift * 90_000)


def test_a_workflow_that_drives_people_away_is_said_to() -> None:
    random = np.random.default_rng(9)
    fewer = spending(random, n=20_000, share=0.04, mean=50.0, sigma=0.5)
    usual = spending(random, n=20_000, share=0.08, mean=50.0, sigma=0.5)
    assert effect(fewer, usual).finding is Finding.LESS
    assert effect(usual, usual).finding is Finding.NO_DIFFERENCE_SEEN


def test_too_few_buyers_are_not_enough_data() -> None:
    sold = [50.0] * 20 + [0.0] * 880
    assert effect(sold, [0.0] * 100).finding is Finding.NOT_ENOUGH_DATA
    assert effect(sold * 10, [0.0] * 20).finding is Finding.NOT_ENOUGH_DATA
    assert effect([], []).finding is Finding.NOT_ENOUGH_DATA
    assert effect([0.0], [0.0]).finding is Finding.NOT_ENOUGH_DATA
    assert effect([10.0] * 500, []).finding is Finding.NOT_ENOUGH_DATA


def test_currency_changes_nothing_but_the_unit() -> None:
    treated, held_out, _ = one_store(np.random.default_rng(10), (5_000, 6_000))
    euros, cents = effect(treated, held_out), effect(treated * 100, held_out * 100)
    assert (cents.lift, cents.low, cents.high) == pytest.approx((euros.lift * 100, euros.low * 100, euros.high * 100))
    assert cents.finding is euros.finding


def test_more_customers_see_smaller_effects() -> None:
    treated, held_out, _ = one_store(np.random.default_rng(11), (8_000, 9_000))
    few, many = effect(treated, held_out), effect(np.tile(treated, 4), np.tile(held_out, 4))
    assert many.detectable == pytest.approx(few.detectable / 2, rel=0.05)
    assert few.detectable >= 2.8 * few.standard_error


def test_weeks_needed_follow_the_square_of_what_is_missing() -> None:
    treated, held_out, _ = one_store(np.random.default_rng(12), (8_000, 9_000))
    found = effect(treated, held_out)
    assert weeks_needed(found, weeks=4.0, size=found.detectable) == pytest.approx(0.0)
    assert weeks_needed(found, weeks=4.0, size=found.detectable / 2) == pytest.approx(12.0)
    assert weeks_needed(found, weeks=4.0, size=found.detectable * 2) == 0.0
    assert weeks_needed(effect([], []), weeks=4.0, size=1.0) is None
    assert weeks_needed(found, weeks=4.0, size=0.0) is None


def test_a_cap_is_shared_by_both_groups_and_measures_capped_revenue() -> None:
    treated, held_out, _ = one_store(np.random.default_rng(13), (20_000, 21_000))
    height = cap(treated, held_out)
    plain = effect(treated, held_out)
    cut = effect(capped(treated, at=height), capped(held_out, at=height))
    assert cut.treated_mean < plain.treated_mean
    assert cut.standard_error < plain.standard_error
    assert cap([0.0], []) == float("inf")


@settings(max_examples=200, deadline=None)
@given(treated=VALUES, held_out=VALUES)
def test_any_numbers_give_finite_ones(treated: list[float], held_out: list[float]) -> None:
    found = effect(treated, held_out)
    assert np.isfinite([found.lift, found.standard_error, found.low, found.high, found.detectable]).all()
    assert found.low <= found.high
