"""Orders that change: cancelled, deleted, given back, late, of the past; and what a review or a reminder makes of them."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.records import Origin
from tests.story import Story, move_in

REVIEWS = ["anna: review_request", "anna: review_reminder"]
WON_BACK = [f"anna: win_back_{word}" for word in ("miss_you", "news", "goodbye")]


@pytest.fixture(autouse=True)
def on(story: Story) -> None:
    story.on("review_request", "win_back")


def test_each_message_says_its_step_at_its_time(story: Story) -> None:
    story.join("anna")
    story.arrive(story.order("anna"))
    story.travel(days=100)
    assert story.sent_at == [
        ("2026-11-27 12:00", "anna: review_request"),
        ("2026-12-04 12:00", "anna: review_reminder"),
        ("2027-01-19 12:00", "anna: win_back_miss_you"),
        ("2027-01-26 12:00", "anna: win_back_news"),
        ("2027-02-09 12:00", "anna: win_back_goodbye"),
    ]


@pytest.mark.parametrize("days", [1, 6, 8, 61])
def test_an_order_that_no_longer_stands_is_spoken_of_no_more(story: Story, days: int) -> None:
    story.join("anna")
    order = story.order("anna")
    story.arrive(order)
    story.travel(days=days)
    before = len(story.sent)
    story.cancel(order)
    story.travel(days=100)
    assert len(story.sent) == before
    assert story.reasons("anna")[-1] == "win_back.miss_you: order_no_longer_stands" or before > 2


def test_a_deleted_order_is_as_if_it_had_never_been(story: Story) -> None:
    story.join("anna")
    order = story.order("anna")
    story.arrive(order)
    story.delete(order)
    story.travel(days=100)
    assert story.sent == []


def test_a_refund_of_a_part_ends_the_review_but_not_the_customer(story: Story) -> None:
    story.join("anna")
    order = story.order("anna")
    story.arrive(order)
    story.refund(order, 1000)
    story.travel(days=100)
    assert story.sent == WON_BACK
    assert [line for line in story.reasons("anna") if "review" in line] == [
        "review_request.ask: refunded",
        "review_request.remind: refunded",
    ]


def test_the_arrival_is_counted_from_and_not_the_shipping_once_it_is_known(story: Story) -> None:
    story.join("anna")
    order = story.order("anna")
    story.ship(order)
    story.travel(days=12)
    story.arrive(order)
    story.travel(days=6)
    assert story.sent == []
    story.travel(days=1)
    assert story.sent == REVIEWS[:1]


def test_one_who_reviewed_in_time_is_not_even_asked(story: Story) -> None:
    story.join("anna")
    story.arrive(story.order("anna"))
    story.travel(days=3)
    story.review("anna")
    story.travel(days=20)
    assert story.sent == []


def test_a_review_of_something_else_is_no_review_of_this(story: Story) -> None:
    story.join("anna")
    story.arrive(story.order("anna"))
    story.review("anna", product="coffee")
    story.travel(days=8)
    assert story.sent == REVIEWS[:1]


@pytest.mark.parametrize("given", [{"origin": Origin.STAFF}, {"origin": Origin.API}, {"is_test": True}])
def test_what_no_shopper_ordered_starts_nothing(story: Story, given: dict[str, Any]) -> None:
    story.join("anna")
    story.arrive(story.order("anna", **given))
    story.travel(days=100)
    assert (story.sent, story.ways("anna")) == ([], [])


def test_history_starts_nothing_and_yet_counts(story: Story) -> None:
    past = story.now - timedelta(days=50)
    story.join("anna")
    order = story.order("anna", placed_at=past, paid_at=past)
    story.arrive(order)
    story.travel(days=100)
    assert [line for line in story.sent if "win_back" in line] == []
    assert [one.workflow for one in story.ways("anna") if one.workflow == "win_back"] == []


def test_the_first_import_of_a_store_starts_nothing(story: Story) -> None:
    story.join("anna")
    story.arrive(story.order("anna"))
    held = story.world.village.stores[story.home]
    story.world.village.stores["https://tea-7.example.com"] = held
    story.travel(days=1)
    late = move_in(story.world, 7)
    late.on("welcome", "win_back", "review_request")
    late.catch_up()
    late.travel(days=150)
    assert (late.sent, late.ways("anna")) == ([], [])
    assert story.sent == REVIEWS + WON_BACK


def test_after_a_long_silence_of_the_machine_nothing_is_said_late_or_in_a_burst(story: Story) -> None:
    story.join("anna")
    story.arrive(story.order("anna"))
    story.worker_stops()
    story.travel(days=120)
    story.worker_starts()
    story.travel(days=10)
    assert story.sent == []
    steps = ("review_request.ask", "review_request.remind", "win_back.goodbye", "win_back.miss_you", "win_back.news")
    assert sorted(story.reasons("anna")) == [f"{step}: stale" for step in steps]


def test_after_a_short_silence_it_is_said_once_and_the_cap_holds(story: Story) -> None:
    story.join("anna")
    story.arrive(story.order("anna"))
    story.travel(days=55)
    story.worker_stops()
    story.travel(days=13)
    story.worker_starts()
    assert story.sent[len(REVIEWS) :] == WON_BACK[:1]
    story.travel(days=60)
    assert story.sent[len(REVIEWS) :] == WON_BACK
    assert [one.reason for one in story.why("anna")].count("capped") == 1


def test_it_is_switched_on_again_without_a_burst(story: Story) -> None:
    for name in ("anna", "ben", "cleo"):
        story.join(name)
        story.arrive(story.order(name))
    story.off("review_request")
    story.travel(days=50)
    story.on("review_request")
    story.travel(days=1)
    assert story.sent == []
    assert all("review_request.ask: stale" in story.reasons(name) for name in ("anna", "ben", "cleo"))
