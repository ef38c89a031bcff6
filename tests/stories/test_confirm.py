"""Before messages leave, their store is looked at: all of them in one call where it can show several, and nobody for long."""

import threading
from dataclasses import replace

from connectors.errors import Temporary
from connectors.records import ConsentRecord, ConsentState, Kind, Medium
from tests.story import Story
from workflows.language import Purpose

CROWD = ("anna", "cleo", "dora", "emil")


def welcomed(story: Story) -> None:
    """Everybody joined at once, so their second messages fall due together, two days later."""
    story.on("welcome")
    for name in CROWD:
        story.join(name)
    story.world.village.looks.clear()
    story.world.village.crowds.clear()


def test_a_batch_is_looked_at_in_one_call_and_no_one_twice(story: Story) -> None:
    welcomed(story)
    story.travel(days=2, hours=1)
    seen = story.world.village
    assert seen.crowds == [len(CROWD)]
    assert len(seen.looks) == len(set(seen.looks)) == len(CROWD)
    assert len(story.left()) == 2 * len(CROWD)


def test_who_is_not_shown_in_a_crowd_is_looked_at_alone(story: Story) -> None:
    welcomed(story)
    seen = story.world.village
    seen.apart = {"c-dora"}
    story.travel(days=2, hours=1)
    assert sorted(seen.looks) == sorted(set(seen.looks))
    assert (Kind.CUSTOMER, "c-dora") in seen.looks
    assert len(story.left()) == 2 * len(CROWD)


def test_an_answer_that_only_the_store_knows_is_seen_in_a_crowd(story: Story) -> None:
    welcomed(story)
    story.travel(days=1)
    no = ConsentRecord(Medium.EMAIL, ConsentState.UNSUBSCRIBED, story.now, "page", customer_external_id="c-cleo")
    story.world.village.keep(story.home, replace(story.people["cleo"], updated_at=story.now, consents=(no,)))
    story.travel(days=1, hours=1)
    assert [one for one in story.sent if one.startswith("cleo")] == ["cleo: welcome_hello"]
    assert len(story.sent) == 2 * len(CROWD) - 1


def test_whoever_is_written_to_on_a_day_reckoned_ahead_is_looked_at_on_it(story: Story) -> None:
    """The day itself is no news: the last that was heard of her is weeks old."""
    story.on("win_back")
    story.join("anna")
    story.order("anna")
    story.travel(days=59)
    no = ConsentRecord(Medium.EMAIL, ConsentState.UNSUBSCRIBED, story.now, "page", customer_external_id="c-anna")
    story.world.village.keep(story.home, replace(story.people["anna"], updated_at=story.now, consents=(no,)))
    story.travel(days=2)
    assert story.sent == []


def test_a_store_that_does_not_answer_a_crowd_is_not_asked_for_each_of_it(story: Story) -> None:
    welcomed(story)
    story.world.village.trouble = [Temporary("down")]
    story.travel(days=2, minutes=1)
    assert story.world.village.looks == []
    assert {one.reason for name in CROWD for one in story.why(name)[-1:]} == {"not_confirmed"}
    story.travel(hours=1)
    assert len(story.left()) == 2 * len(CROWD)


def test_nobody_s_order_confirmation_waits_for_another_store_s_answer(stories: list[Story]) -> None:
    """While one store is slow to show something, the hand that holds the channel is free and another's message leaves."""
    slow, other = stories
    welcomed(slow)
    other.on("order_confirmation")
    slow.worker_stops()
    slow.travel(days=2, hours=1)
    other.order("anna")
    hand, left = threading.Lock(), []

    def meanwhile() -> None:
        slow.world.village.meanwhile = lambda: None
        slow.world.round(purpose=Purpose.SERVICE, hand=hand)
        left.extend(other.sent)

    slow.world.village.meanwhile = meanwhile
    slow.world.round(purpose=Purpose.MARKETING, hand=hand)
    assert left == ["anna: order_confirmation"]
    assert len(slow.left()) == 2 * len(CROWD)
