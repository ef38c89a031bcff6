"""Who comes back: published parameters are found again, simulated customers are counted right, odd data stay finite."""

import csv
import gzip

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.alive import Ages, Alive, fitted
from app.insight.arrays import Floats
from app.insight.returns import returns
from tests.conftest import SHARED

# The store that lifecycle facts 4.3 checked by simulation looks like this one.
STORE = Alive(r=0.5, alpha=6.0, a=0.9, b=1.6)


def lives(store: Alive, *, n: int, now: float, seed: int = 2) -> tuple[Ages, Floats]:
    """Customers as the model has them, known until `now`; and their orders in as long a time again."""
    random = np.random.default_rng(seed)
    rate, leave = random.gamma(store.r, 1.0 / store.alpha, n), random.beta(store.a, store.b, n)
    repeats, last, later, at, stays = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, np.bool_)
    while stays.any():
        stays &= random.random(n) >= leave
        at = at + random.exponential(1.0, n) / np.maximum(rate, 1e-12)
        stays &= at <= 2 * now
        early = stays & (at <= now)
        repeats, last, later = repeats + early, np.where(early, at, last), later + (stays & (at > now))
    return Ages(repeats, last, np.full(n, now)), later


@pytest.mark.shared
def test_cdnow_gives_the_published_parameters() -> None:
    """MBG/NBD on the 1/10 sample, 39 weeks: r .525, alpha 6.183, a .891, b 1.614 (tests of the package lifetimes)."""
    path = SHARED / "data/retail/cdnow_summary_rfm_weeks.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [(float(row["frequency"]), float(row["recency"]), float(row["T"])) for row in csv.DictReader(lines)]
    ages = Ages(*np.array(rows).T)
    found = fitted(ages)
    assert (found.r, found.alpha, found.a, found.b) == pytest.approx((0.525, 6.183, 0.891, 1.614), rel=0.02)
    assert found.log_likelihood(ages) == pytest.approx(-9582.1, abs=0.3)


def test_simulated_customers_are_expected_right() -> None:
    ages, later = lives(STORE, n=200_000, now=40.0)
    expected, none = STORE.expected(ages, 40.0), STORE.no_order(ages, 40.0)
    for few in (0, 1, 2):
        mine = ages.repeats == few
        assert expected[mine].mean() == pytest.approx(later[mine].mean(), rel=0.03)
        assert none[mine].mean() == pytest.approx((later[mine] == 0).mean(), abs=0.006)


def test_the_store_is_found_again_from_its_customers() -> None:
    ages, _ = lives(STORE, n=20_000, now=40.0)
    found = fitted(ages)
    assert found.log_likelihood(ages) >= STORE.log_likelihood(ages) - 1.0
    assert found.no_order(ages, 40.0) == pytest.approx(STORE.no_order(ages, 40.0), abs=0.05)


def test_days_or_weeks_give_one_answer() -> None:
    weeks, _ = lives(STORE, n=2_000, now=40.0)
    days = Ages(weeks.repeats, weeks.last * 7, weeks.now * 7)
    one, other = fitted(weeks).probability(weeks), fitted(days).probability(days)
    assert one == pytest.approx(other, abs=0.01)


def test_the_longer_the_silence_the_less_probably_one_is_still_a_customer() -> None:
    silent = Ages(np.full(50, 3.0), np.full(50, 20.0), np.linspace(20.0, 500.0, 50))
    assert (np.diff(STORE.probability(silent)) < 0).all()
    assert (np.diff(STORE.no_order(silent, 30.0)) > 0).all()
    assert (np.diff(STORE.expected(silent, 30.0)) < 0).all()


def test_a_one_time_buyer_of_long_ago_is_not_alive_for_ever() -> None:
    once = Ages(np.zeros(2), np.zeros(2), np.array([1.0, 2_000.0]))
    early, late = STORE.probability(once)
    assert late < early < 1.0


def regulars(*, customers: int = 60, until: float = 300.0) -> tuple[list[int], list[float]]:
    """Customers with a rhythm of their own, from 10 to 40 days; number 0 stopped half-way."""
    whose, days = [], []
    for who in range(customers):
        gap = 10.0 + who % 4 * 10.0
        for turn in range(int((until / 2 if not who else until) / gap) + 1):
            whose.append(who)
            days.append(turn * gap + who % 7)
    return whose, days


def test_who_broke_with_their_habit_has_lapsed_and_the_others_have_not() -> None:
    whose, days = regulars()
    found = returns(customer=whose, day=days, as_of=305.0, horizon=60.0)
    assert found.lapsed().tolist() == [True] + [False] * 59
    assert found.no_order[0] > found.no_order[1:].max() + 0.2
    assert found.silence[0] > found.gap(0.9)[0]


def test_nobody_has_lapsed_before_thirty_days() -> None:
    found = returns(customer=[1, 1, 1, 1], day=[0, 2, 4, 6], as_of=30.0)
    assert not found.lapsed().any()


def test_the_length_of_a_silence_says_the_same_as_the_judgement_of_it() -> None:
    whose, days = regulars()
    for as_of in (290.0, 305.0, 330.0, 360.0, 400.0, 700.0):
        found = returns(customer=whose, day=days, as_of=as_of)
        differ = (found.silence > found.quiet_after()) != found.lapsed()
        assert (found.silence[differ] == found.quiet_after()[differ]).all(), "but for the very day"
        assert np.isfinite(found.quiet_after()).all()
        assert found.quiet_after().min() >= 30.0


def test_next_order_follows_the_own_rhythm() -> None:
    whose, days = regulars()
    found = returns(customer=whose, day=days, as_of=305.0, horizon=60.0)
    quick, slow = (found.next_order + found.silence)[1:].reshape(-1)[[3, 6]]
    assert quick < slow


def test_no_orders_give_empty_answers() -> None:
    found = returns(customer=[], day=[], as_of=10.0)
    assert len(found.customer) == len(found.no_order) == len(found.expected) == 0


@settings(max_examples=60, deadline=None)
@given(
    orders=st.lists(st.tuples(st.integers(0, 20), st.floats(-1e5, 1e5)), max_size=60),
    as_of=st.floats(-1e5, 1e5),
    horizon=st.floats(1.0, 1e3),
)
def test_any_orders_give_finite_numbers(orders: list[tuple[int, float]], as_of: float, horizon: float) -> None:
    whose, days = [one for one, _ in orders], [day for _, day in orders]
    found = returns(customer=whose, day=days, as_of=as_of, horizon=horizon)
    for values in (found.alive, found.no_order, found.next_order, found.expected, found.gap(), found.fades):
        assert np.isfinite(values).all()
    assert ((found.no_order >= 0.0) & (found.no_order <= 1.0)).all()
    assert (found.expected >= 0.0).all()
