"""When a product is needed again: learnt from what was bought until a day, finite always, and no surer than it may be."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insight.histories import Lines
from app.insight.replenish import Replenishment, balanced_gate, reminders, replenishment
from tests.insight.crowd import crowd

LINE = st.tuples(
    st.integers(0, 4), st.integers(0, 3), st.floats(-1e4, 1e4), st.sampled_from([-1.0, 0.0, 0.5, 1.0, 6.0, 1e6])
)


def lines(*rows: tuple[int, int, float, float]) -> Lines:
    customer, product, day, quantity = zip(*rows, strict=True) if rows else ((), (), (), ())
    return Lines.of(customer=customer, product=product, day=day, quantity=quantity)


def every(days: float, *, times: int, customer: int = 0, product: int = 0, quantity: float = 1.0) -> Lines:
    return lines(*((customer, product, days * turn, quantity) for turn in range(times)))


def both(one: Lines, other: Lines) -> Lines:
    return Lines(
        customer=np.concatenate([one.customer, other.customer]),
        product=np.concatenate([one.product, other.product]),
        day=np.concatenate([one.day, other.day]),
        quantity=np.concatenate([one.quantity, other.quantity]),
    )


def store(seed: int = 7, *, customers: int = 400, days: float = 360.0) -> Lines:
    """Half of the customers drink product 0 in about 30 days and product 1 in about 60; the others came once."""
    random = np.random.default_rng(seed)
    rows: list[tuple[int, int, float, float]] = []
    for customer in range(customers):
        for product, gap in ((0, 30.0), (1, 60.0)):
            day = float(random.uniform(0, gap))
            while day < days:
                rows.append((customer, product, day, 1.0))
                day += gap * float(random.lognormal(0.0, 0.15)) if customer % 2 else 1e9
    return lines(*rows)


def assert_sound(found: Replenishment) -> None:
    for values in (found.chance, found.mean, found.spread, found.repeat, found.silence, found.due(0.4), found.gap(0.9)):
        assert np.isfinite(values).all()
    assert (found.chance >= 0.0).all()
    assert (found.chance <= 1.0).all()
    assert (np.diff(found.chance, axis=1) >= -1e-12).all()
    assert (found.due(0.25) <= found.due(0.75) + 1e-9).all()


def test_a_steady_buyer_is_due_one_gap_after_the_last_time() -> None:
    found = replenishment(store(), as_of=360.0)
    steady = (found.customer % 2 == 1) & (found.silence < 20)
    for product, gap in ((0, 30.0), (1, 60.0)):
        mine = steady & (found.product == product)
        assert np.median(found.due()[mine] + found.silence[mine]) == pytest.approx(gap, rel=0.12)
        assert found.probability[mine].mean() > 0.85


def test_who_came_once_long_ago_is_not_reminded() -> None:
    found = replenishment(store(), as_of=360.0)
    said = reminders(found)
    assert not said.worth[found.visits == 1].any()
    assert found.probability[found.customer % 2 == 0].mean() < 0.2
    assert said.worth[found.customer % 2 == 1].mean() > 0.5


def test_reminders_of_a_steady_product_mostly_come_within_a_week_of_the_order() -> None:
    everything = store(days=450.0)
    found = replenishment(everything, as_of=360.0)
    said = reminders(found, least=0.5)
    last = dict(zip(zip(found.customer, found.product, strict=True), range(len(found.customer)), strict=True))
    came: dict[int, float] = {}
    for customer, product, day in zip(everything.customer, everything.product, everything.day, strict=True):
        if day > 360 and (customer, product) in last:
            came.setdefault(last[customer, product], float(day) - 360.0)
    hits = [abs(came.get(int(row), 1e9) - said.day[row]) <= 7 for row in np.flatnonzero(said.worth)]
    assert len(hits) > 100
    assert np.mean(hits) > 0.75
    assert np.mean(hits) == pytest.approx(said.chance[said.worth].mean(), abs=0.12)


def test_what_comes_after_the_day_is_not_looked_at() -> None:
    everything = store()
    known = replenishment(everything, as_of=200.0)
    alone = replenishment(everything.until(200.0), as_of=200.0)
    assert (known.chance == alone.chance).all()
    assert known.silence.min() >= 0.0


def test_the_order_of_lines_does_not_matter() -> None:
    given_in_order = store()
    mix = np.random.default_rng(1).permutation(len(given_in_order.day))
    mixed = Lines(*(getattr(given_in_order, name)[mix] for name in ("customer", "product", "day", "quantity")))
    one, other = replenishment(given_in_order, as_of=360.0), replenishment(mixed, as_of=360.0)
    assert one.chance == pytest.approx(other.chance, abs=1e-9)


def test_twice_the_quantity_lasts_longer() -> None:
    crowd = lines(
        *((who, 0, day, size) for who in range(60) for day, size in ((0, 1.0), (30, 2.0), (90, 1.0), (120, 2.0)))
    )
    small = both(crowd, lines((99, 0, 60.0, 1.0), (99, 0, 90.0, 1.0), (99, 0, 120.0, 1.0)))
    found = replenishment(small, as_of=125.0)
    assert found.gap(0.5)[found.customer < 60].min() > 1.4 * found.gap(0.5)[found.customer == 99][0]


def test_a_quick_customer_of_a_slow_product_is_quicker_than_the_product_and_slower_than_they_were() -> None:
    slow = [every(60.0, times=4, customer=who) for who in range(40)]
    crowd = slow[0]
    for one in slow[1:]:
        crowd = both(crowd, one)
    found = replenishment(both(crowd, every(20.0, times=3, customer=99)), as_of=185.0)
    quick = found.gap(0.5)[found.customer == 99][0]
    assert 20.0 < quick < found.gap(0.5)[found.customer == 0][0]


def test_the_longer_the_silence_the_less_probable_the_return() -> None:
    crowd = every(30.0, times=6)
    chances = [replenishment(crowd, as_of=day).probability[0] for day in (180.0, 300.0, 600.0, 3000.0)]
    assert chances == sorted(chances, reverse=True)
    assert chances[-1] < 0.05 < chances[0]


def test_nothing_bought_gives_empty_answers() -> None:
    found = replenishment(lines(), as_of=100.0)
    assert len(found.customer) == len(found.due()) == len(found.probability) == 0
    assert not reminders(found).worth.any()
    assert balanced_gate(found.probability, found.probability) == 1.0


@pytest.mark.parametrize("times", [1, 2, 3])
def test_one_customer_gets_a_finite_and_modest_answer(times: int) -> None:
    found = replenishment(every(14.0, times=times), as_of=50.0)
    assert_sound(found)
    assert 0.0 < found.probability[0] < 0.95


def test_lines_that_are_no_sale_are_left_out() -> None:
    found = replenishment(
        lines((0, 0, 1.0, -2.0), (0, 0, 5.0, 0.0), (1, 0, float("nan"), 1.0), (2, 0, 3, 1.0)), as_of=9
    )
    assert found.customer.tolist() == [2]


def test_two_lines_of_one_day_are_one_visit_of_both_quantities() -> None:
    found = replenishment(lines((0, 0, 1.2, 1.0), (0, 0, 1.9, 2.0), (0, 0, 8.0, 1.0)), as_of=9.0)
    assert found.visits.tolist() == [2]
    assert found.silence.tolist() == [1.0]


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(LINE, max_size=30), as_of=st.floats(-2e4, 2e4), horizon=st.floats(1.0, 400.0))
def test_any_lines_give_finite_probabilities_that_only_rise(
    rows: list[tuple[int, int, float, float]], as_of: float, horizon: float
) -> None:
    assert_sound(replenishment(lines(*rows), as_of=as_of, horizon=horizon))


def test_eight_times_the_lines_cost_no_more_than_their_share() -> None:
    """What a million of them take is a benchmark, `tests.benchmarks.reminders`; that it is linear is seen with fewer."""

    def cost(count: int) -> float:
        many = crowd(count)
        begin = time.process_time()
        found = replenishment(many, as_of=730.0)
        took = time.process_time() - begin
        assert_sound(found)
        return took

    cost(1_000)  # The first call pays for what is imported late.
    assert cost(160_000) < 8 * 1.25 * cost(20_000)
