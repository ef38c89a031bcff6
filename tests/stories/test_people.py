"""Who somebody is: guests, accounts, people who turn out to be one, and the same name in another store."""

import sqlalchemy as sa

from app.model import Message
from app.model.message import ReceiptKind
from connectors.records import ConsentState, CustomerRecord
from tests.story import Story

WELCOME = ["welcome_hello", "welcome_story", "welcome_favourites"]


def told(story: Story) -> list[str]:
    return [line.partition(": ")[2] for line in story.sent]


def test_two_accounts_that_become_one_are_told_once_and_share_one_cap(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.travel(hours=20)
    story.join("anne")
    story.travel(hours=1)
    story.merge("anne", into="anna")
    story.travel(days=10)
    assert told(story) == ["welcome_hello", "welcome_hello", "welcome_story"]
    assert [one.state for one in story.ways("anne")] == ["stopped", "done"]
    # It would have been the fourth within seven days, and stale by the time it might have left.
    last = story.why("anne")[-1]
    assert (last.step, last.kind, last.reason) == ("favourites", "dropped", "capped")
    assert last.seen == {"winner": "welcome", "winner_at": "2026-11-20T12:00:00+00:00"}


def test_what_both_were_sent_counts_against_the_cap_of_the_one_they_are(story: Story) -> None:
    story.on("welcome", "first_order_thanks")
    story.join("anne")
    story.join("anna", consent=None)
    story.merge("anne", into="anna")
    story.order("anna")
    story.travel(hours=2)
    assert told(story) == ["welcome_hello"]
    assert [one.seen["winner"] for one in story.why("anna") if one.reason == "capped"] == ["welcome"]


def test_a_guest_who_opens_an_account_is_not_won_back_twice(story: Story) -> None:
    story.on("win_back")
    story.guest_order("anna")
    story.travel(days=1)
    story.join("anna")
    story.order("anna")
    story.travel(days=100)
    assert story.sent == [f"anna: win_back_{word}" for word in ("miss_you", "news", "goodbye")]
    assert "win_back.miss_you: ordered_again" in story.reasons("anna")


def test_an_unsubscription_survives_the_joining_of_two(story: Story) -> None:
    story.on("welcome")
    story.join("cleo")
    story.join("chloe", consent=None)
    story.travel(days=1)
    story.answer("cleo", ConsentState.UNSUBSCRIBED)
    story.merge("cleo", into="chloe")
    story.travel(days=10)
    assert told(story) == ["welcome_hello"]


def test_a_bounced_address_stays_shut_whoever_brings_it_along(story: Story) -> None:
    story.on("welcome")
    story.join("dora")
    story.receipt("dora", ReceiptKind.BOUNCED)
    story.travel(days=1)
    story.leave("dora")
    story.people["dora"] = CustomerRecord("c-other", story.address("dora"), created_at=story.now)
    story.join("dora")
    story.travel(days=10)
    assert told(story) == ["welcome_hello"]


def test_one_stores_no_is_no_other_stores_no_and_their_messages_are_their_own(stories: list[Story]) -> None:
    ours, theirs = stories
    for one in stories:
        one.on("welcome")
        one.join("anna")
    ours.answer("anna", ConsentState.UNSUBSCRIBED)
    theirs.travel(days=10)
    assert told(ours) == ["welcome_hello"]
    assert told(theirs) == WELCOME
    with ours.runtime.database.read() as session:
        pairs = set(session.execute(sa.select(Message.store_id, Message.customer_id)))
    assert len(pairs) == 2


def test_the_caps_of_one_store_are_not_filled_by_another(stories: list[Story]) -> None:
    for one in stories:
        one.on("welcome")
        one.join("anna")
    assert [one.sent for one in stories] == [["anna: welcome_hello"]] * 2


def test_a_store_that_left_writes_to_nobody(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    story.uninstall()
    story.travel(days=10)
    assert told(story) == ["welcome_hello"]
