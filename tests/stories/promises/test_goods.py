"""What is looked at, asked for, dear, gone and back, and what runs out: spoken of to those whom it concerns."""

from datetime import timedelta

import pytest

from tests.story import Story

BACK, LESS = ["anna: back_in_stock"], ["anna: price_drop"]


@pytest.fixture(autouse=True)
def shelf(story: Story) -> None:
    story.shelve()
    story.join("anna")
    story.join("ben", consent=None)


def test_who_looked_and_left_is_reminded_after_four_hours_and_not_again_within_a_week(story: Story) -> None:
    story.on("browse_abandonment")
    story.shelve("coffee")
    story.look("anna")
    story.look("ben")
    story.travel(hours=1)
    story.look("anna", product="coffee")
    story.travel(hours=3, minutes=30)
    assert story.sent == []
    story.travel(hours=1)
    assert story.sent_at == [("2026-11-20 17:00", "anna: browse_abandonment")]
    story.travel(days=3)
    story.look("anna")
    story.travel(days=3)
    assert len(story.sent) == 1
    assert story.reasons("ben") == ["browse_abandonment.looked: no_consent"]


def test_what_can_no_longer_be_bought_is_not_spoken_of(story: Story) -> None:
    story.on("browse_abandonment", "price_drop")
    story.look("anna")
    story.travel(hours=1)
    story.shelve(price=3900)
    story.shelve(is_available=False)
    story.travel(days=3)
    assert story.sent == []
    assert set(story.reasons("anna")) == {"browse_abandonment.looked: not_available", "price_drop.less: price_rose"}


def test_who_asked_or_looked_is_told_that_it_is_back_and_nobody_else(story: Story) -> None:
    story.on("back_in_stock")
    story.join("cleo")
    story.join("emil")
    story.look("emil")
    story.travel(days=32)
    story.look("anna")
    story.wish("cleo")
    story.wish("ben")
    story.shelve(is_available=False)
    story.travel(days=5)
    story.shelve(is_available=True)
    assert sorted(story.sent) == [*BACK, "cleo: back_in_stock"]


def test_who_has_bought_it_since_they_wanted_it_is_told_nothing_of_it(story: Story) -> None:
    story.on("back_in_stock", "price_drop")
    story.wish("anna")
    story.travel(hours=1)
    story.order("anna")
    story.travel(days=1)
    story.shelve(is_available=False)
    story.travel(days=1)
    story.shelve(is_available=True, price=3900)
    story.travel(days=2)
    assert story.sent == []
    assert set(story.reasons("anna")) == {"back_in_stock.back: bought_since", "price_drop.less: bought_since"}


def test_who_orders_before_it_is_said_is_not_told(story: Story) -> None:
    story.on("price_drop")
    story.look("anna")
    story.travel(days=1)
    story.shelve(price=3900)
    story.travel(minutes=30)
    story.order("anna")
    story.travel(days=2)
    assert story.sent == []


def test_a_wish_is_answered_once_however_often_it_comes_and_goes(story: Story) -> None:
    story.on("back_in_stock")
    story.wish("anna")
    for _ in range(3):
        story.shelve(is_available=False)
        story.travel(days=2)
        story.shelve(is_available=True)
        story.travel(days=2)
    assert story.sent == BACK
    story.wish("anna")
    story.shelve(is_available=False)
    story.travel(days=3)
    story.shelve(is_available=True)
    assert story.sent == [*BACK, *BACK]


def test_a_lower_price_is_told_an_hour_later_to_those_who_saw_the_higher_one(story: Story) -> None:
    story.on("price_drop")
    story.look("anna")
    story.travel(days=2)
    story.shelve(price=3900)
    story.join("cleo")
    story.look("cleo")
    story.travel(minutes=50)
    assert story.sent == []
    story.travel(minutes=20)
    assert story.sent == LESS


def test_a_price_that_rose_again_within_the_hour_is_not_told(story: Story) -> None:
    story.on("price_drop")
    story.look("anna")
    story.travel(days=2)
    story.shelve(price=490)
    story.travel(minutes=10)
    story.shelve(price=4900)
    story.travel(days=2)
    assert story.sent == []
    assert story.reasons("anna") == ["price_drop.less: price_rose"]


def test_what_they_buy_again_and_again_is_spoken_of_when_it_runs_out_and_not_after_they_bought_it(story: Story) -> None:
    """A dozen people buy tea every thirty days; so does Anna, and Cleo comes back in time."""
    story.on("replenishment")
    begun = story.now
    story.worker_stops()
    names = ["anna", "cleo", *(f"guest{number}" for number in range(10))]
    for place, name in enumerate(names):
        story.join(name)
        for month in range(6):
            past = story.now - timedelta(days=30 * month + 5 + place / 5)
            story.order(name, placed_at=past, paid_at=past, updated_at=past)
    story.worker_starts()
    story.travel(days=10)
    story.order("cleo")
    story.travel(days=8)
    story.live(days=18, every=24)
    assert [line for line in story.sent if line.startswith("anna")] == [
        "anna: replenishment_due",
        "anna: replenishment_reminder",
    ]
    first, *_ = (at for at, line in story.left() if line.startswith("anna"))
    assert timedelta(days=22) < first - begun < timedelta(days=27)
    assert [line for line in story.sent if line.startswith("cleo")] == []
