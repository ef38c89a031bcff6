"""The shipped history is real, small, the same every time, and ends just before the day it is asked for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.standins import history

UNTIL = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_it_ends_within_a_day_before_until() -> None:
    last = max(purchase.at for purchase in history.load(until=UNTIL).purchases)
    assert UNTIL - timedelta(days=1) < last <= UNTIL


def test_a_naive_until_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        history.load(until=datetime(2026, 11, 22))  # noqa: DTZ001 - the point of the test


def test_it_is_the_same_every_time() -> None:
    assert history.load(until=UNTIL) == history.load(until=UNTIL)


def test_it_has_life_in_it() -> None:
    past = history.load(until=UNTIL)
    assert len(past.people) == 400
    assert any(purchase.person is None for purchase in past.purchases)
    assert any(purchase.cancelled for purchase in past.purchases)
    assert any(len({line.item for line in one.lines}) < len(one.lines) for one in past.purchases)
    assert any(person.email is None for person in past.people)
    assert 0.5 < sum(person.accepts_marketing for person in past.people) / 400 < 0.75


def test_everything_named_is_there() -> None:
    past = history.load(until=UNTIL)
    people, items = {person.key for person in past.people}, {item.key for item in past.items}
    for purchase in past.purchases:
        assert purchase.person is None or purchase.person in people
        assert purchase.lines
        assert all(line.item in items and line.quantity > 0 and line.price_minor > 0 for line in purchase.lines)


def test_numbers_and_addresses_are_unique_and_at_example_com() -> None:
    past = history.load(until=UNTIL)
    numbers = [purchase.number for purchase in past.purchases]
    addresses = [person.email for person in past.people if person.email]
    assert len(set(numbers)) == len(numbers)
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith("@example.com") and address.isascii() for address in addresses)


def test_nobody_bought_before_joining() -> None:
    past = history.load(until=UNTIL)
    joined = {person.key: person.joined_at for person in past.people}
    assert all(purchase.at >= joined[purchase.person] for purchase in past.purchases if purchase.person)


def test_fewer_people_bring_fewer_purchases() -> None:
    few = history.load(until=UNTIL, people=20)
    assert len(few.people) == 20
    assert len(few.purchases) < len(history.load(until=UNTIL).purchases) / 4


def test_it_is_small_and_says_whose_it_is() -> None:
    folder = Path(history.__file__).parent
    assert sum(packed.stat().st_size for packed in folder.glob("*.gz")) < 400_000
    assert "CC BY 4.0" in (folder / "LICENCE.txt").read_text(encoding="utf-8")
