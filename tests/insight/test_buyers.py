"""Who comes back, counted by hand and held against the numbers; and against a slow, plain count of anything."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.insight.buyers import Bought, cohorts, repeat, retention, usual_gap

ORDERS = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 99)), max_size=60)


def bought(*orders: tuple[int, int]) -> Bought:
    return Bought.of(
        np.array([buyer for buyer, _ in orders], dtype=np.int64), np.array([at for _, at in orders], dtype=np.int64)
    )


def test_the_repeat_rate_counts_people_and_not_orders() -> None:
    told = repeat(bought((1, 0), (1, 5), (1, 9), (2, 3), (3, 8)), np.array([4, 9]))
    assert (told.buyers.tolist(), told.repeaters.tolist()) == ([2, 3], [0, 1])


def test_period_retention_is_the_formula() -> None:
    """At 10 there are 1 and 2; at 20 there are 1, who came again, and 3, who is new: (2 - 1) / 2."""
    told = retention(bought((1, 5), (1, 15), (2, 9), (3, 18)), np.array([10, 20]), within=10)
    assert (told.start.tolist(), told.end.tolist(), told.new.tolist()) == ([2], [2], [1])
    assert told.rate.tolist() == [0.5]


def test_where_nobody_was_nobody_was_kept() -> None:
    assert np.isnan(retention(bought((1, 15)), np.array([10, 20]), within=10).rate).all()


def test_a_cohort_counts_each_buyer_once_a_period() -> None:
    told = cohorts(bought((1, 1), (1, 11), (1, 12), (1, 25), (2, 2), (2, 3), (3, 15)), np.array([0, 10, 20, 30]))
    assert told.size.tolist() == [2, 1, 0]
    assert told.again.tolist() == [[1, 1], [0, 0], [0, 0]]


def test_the_usual_gap_is_not_guessed_from_a_few() -> None:
    assert usual_gap(bought((1, 0), (1, 10))) is None
    assert usual_gap(bought(*((1, day) for day in range(0, 300, 10)))) == 10.0


def test_nothing_bought_is_nobody() -> None:
    nothing, edges = bought(), np.array([0, 10])
    assert repeat(nothing, edges).buyers.tolist() == [0, 0]
    assert cohorts(nothing, edges).size.tolist() == [0]
    assert retention(nothing, edges, within=5).end.tolist() == [0]


@given(ORDERS, st.integers(1, 40))
def test_the_numbers_are_those_of_a_plain_count(orders: list[tuple[int, int]], within: int) -> None:
    edges = [20, 40, 60, 80]
    people = {buyer: sorted(at for one, at in orders if one == buyer) for buyer, _ in orders}
    told = retention(bought(*orders), np.array(edges), within=within)
    for place, (low, high) in enumerate(pairwise(edges)):
        here = {one for one, days in people.items() if any(high - within < day <= high for day in days)}
        new = {one for one in here if low < people[one][0] <= high}
        assert (told.end[place], told.new[place]) == (len(here), len(new))
    grid = cohorts(bought(*orders), np.array([0, *edges, 100]))
    for begun in range(5):
        crowd = [days for days in people.values() if days[0] // 20 == begun]
        assert grid.size[begun] == len(crowd)
        for later in range(begun + 1, 5):
            came = sum(any(day // 20 == later for day in days) for days in crowd)
            assert grid.again[begun, later - begun - 1] == came
