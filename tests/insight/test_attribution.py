"""An order belongs to the last message that its customer clicked within five days before it, or to none."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.insight.attribution import MessageClick, PlacedOrder, attributed

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def click(message: int, *, days: float, customer: int = 1) -> MessageClick:
    return MessageClick(customer=customer, message=message, at=NOON - timedelta(days=days))


def order(number: int = 7, *, days: float = 0.0, customer: int = 1) -> PlacedOrder:
    return PlacedOrder(customer=customer, order=number, at=NOON - timedelta(days=days))


def test_the_last_click_before_the_order_counts() -> None:
    assert attributed([click(1, days=4), click(2, days=1), click(3, days=-1)], [order()]) == {7: 2}


def test_a_click_of_five_days_ago_still_counts_and_an_older_one_does_not() -> None:
    assert attributed([click(1, days=5)], [order()]) == {7: 1}
    assert attributed([click(1, days=5.001)], [order()]) == {}


def test_a_click_at_the_very_moment_counts_and_of_two_the_later_message() -> None:
    assert attributed([click(2, days=0), click(1, days=0)], [order()]) == {7: 2}


def test_another_customer_s_click_is_never_theirs() -> None:
    assert attributed([click(1, days=1, customer=2)], [order()]) == {}


def test_one_click_may_bring_several_orders() -> None:
    assert attributed([click(1, days=3)], [order(7), order(8, days=2), order(9, days=4)]) == {7: 1, 8: 1}


def test_nothing_clicked_or_nothing_ordered_is_nothing() -> None:
    assert attributed([], [order()]) == {}
    assert attributed([click(1, days=1)], []) == {}


@given(
    clicks=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 240)), max_size=12),
    orders=st.lists(st.tuples(st.integers(1, 3), st.integers(0, 240)), max_size=6),
)
def test_it_is_what_a_look_at_every_click_finds(clicks: list[tuple[int, int]], orders: list[tuple[int, int]]) -> None:
    clicked = [
        MessageClick(customer=who, message=number, at=NOON + timedelta(hours=hour))
        for number, (who, hour) in enumerate(clicks)
    ]
    placed = [
        PlacedOrder(customer=who, order=number, at=NOON + timedelta(hours=hour))
        for number, (who, hour) in enumerate(orders)
    ]
    expected = {}
    for one in placed:
        near = [
            (seen.at, seen.message)
            for seen in clicked
            if seen.customer == one.customer and timedelta(0) <= one.at - seen.at <= timedelta(days=5)
        ]
        if near:
            expected[one.order] = max(near)[1]
    assert attributed(clicked, placed) == expected
