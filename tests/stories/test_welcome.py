"""Welcome: who subscribes is greeted at once, after two days and after four, until they order; and nobody else is."""

import pytest

from app.links import Unsubscription
from app.model.message import ReceiptKind
from app.pipeline.unsubscribe import unsubscribe
from connectors.records import ConsentState, Medium
from tests.story import Story

HELLO = ["anna: welcome_hello"]
ALL = [*HELLO, "anna: welcome_story", "anna: welcome_favourites"]


@pytest.fixture(autouse=True)
def on(story: Story) -> None:
    story.on("welcome")


def test_each_message_leaves_at_its_time_and_the_ledger_has_both_halves(story: Story) -> None:
    story.join("anna")
    story.travel(days=10)
    assert story.sent_at == [
        ("2026-11-20 12:00", "anna: welcome_hello"),
        ("2026-11-22 12:00", "anna: welcome_story"),
        ("2026-11-24 12:00", "anna: welcome_favourites"),
    ]
    assert story.reasons("anna")[:3] == ["welcome.hello: due", "welcome.hello: left", "welcome.story: due"]
    assert [str(one.kind) for one in story.why("anna")] == ["queued", "sent"] * 3


def test_an_order_that_is_cancelled_in_time_does_not_end_it(story: Story) -> None:
    story.join("anna")
    story.travel(days=1)
    story.cancel(story.order("anna"))
    story.travel(days=10)
    assert story.sent == ALL


def test_an_order_as_a_guest_under_the_same_address_ends_it(story: Story) -> None:
    story.join("anna")
    story.travel(days=1)
    story.guest_order("anna")
    story.travel(days=10)
    assert story.sent == HELLO
    assert story.why("anna")[-1].seen["orders"] == 1


def test_ben_who_never_consented_is_not_even_taken_in(story: Story) -> None:
    story.join("ben", consent=None)
    story.travel(days=10)
    assert (story.sent, story.ways("ben")) == ([], [])


def test_a_pending_answer_is_no_consent_until_it_is_confirmed(story: Story) -> None:
    story.join("ben", consent=ConsentState.PENDING)
    story.travel(days=5)
    assert story.sent == []
    story.answer("ben", ConsentState.SUBSCRIBED)
    assert story.sent == ["ben: welcome_hello"]


@pytest.mark.parametrize(
    "answer", [ConsentState.UNSUBSCRIBED, ConsentState.PENDING, ConsentState.INVALID, ConsentState.UNKNOWN]
)
def test_cleo_who_takes_her_yes_back_gets_nothing_more(story: Story, answer: ConsentState) -> None:
    story.join("cleo")
    story.travel(days=1)
    story.answer("cleo", answer)
    story.travel(days=10)
    assert story.sent == ["cleo: welcome_hello"]
    assert story.reasons("cleo")[-1] == "welcome.story: no_longer_subscribed"


def test_the_link_in_the_message_ends_it_at_once(story: Story) -> None:
    story.join("cleo")
    message = story.messages("cleo")[-1]
    wish = Unsubscription(story.store_id, message.customer_id, Medium.EMAIL, message.id)
    with story.runtime.database.write() as session:
        assert unsubscribe(session, wish, now=story.now)
    story.travel(days=10)
    assert story.sent == ["cleo: welcome_hello"]


def test_whoever_leaves_and_is_back_before_the_next_step_is_told_on(story: Story) -> None:
    story.join("anna")
    story.travel(days=1)
    story.answer("anna", ConsentState.UNSUBSCRIBED)
    story.travel(hours=12)
    story.answer("anna", ConsentState.SUBSCRIBED)
    story.travel(days=10)
    assert story.sent == ALL


@pytest.mark.parametrize(("told", "why"), [(ReceiptKind.BOUNCED, "bounced"), (ReceiptKind.COMPLAINED, "complained")])
def test_dora_who_bounces_or_complains_is_never_written_to_again(story: Story, told: ReceiptKind, why: str) -> None:
    story.join("dora")
    story.receipt("dora", told)
    story.travel(days=10)
    assert story.sent == ["dora: welcome_hello"]
    assert story.reasons("dora")[-2:] == ["welcome.story: suppressed", "welcome.favourites: suppressed"]
    assert story.why("dora")[-1].seen == {"suppressed": why}


def test_who_subscribed_before_the_switch_is_left_alone(story: Story) -> None:
    story.off("welcome")
    story.join("anna")
    story.travel(hours=1)
    story.on("welcome")
    story.travel(days=10)
    assert (story.sent, story.ways("anna")) == ([], [])


def test_a_subscription_of_which_the_call_was_lost_comes_with_the_catch_up(story: Story) -> None:
    story.is_heard = False
    story.join("anna")
    story.travel(hours=20)
    assert story.sent == []
    story.catch_up()
    assert story.sent == HELLO
    story.travel(days=10)
    assert story.sent == ALL


def test_a_greeting_that_would_come_too_late_is_not_said(story: Story) -> None:
    story.is_heard = False
    story.join("anna")
    story.travel(hours=49)
    story.catch_up()
    assert story.reasons("anna")[0] == "welcome.hello: stale"
    assert story.why("anna")[0].seen["stale_at"] == "2026-11-22T12:00:00+00:00"
    assert "anna: welcome_hello" not in story.sent


def test_a_new_address_is_where_the_next_message_goes(story: Story) -> None:
    story.join("anna")
    story.travel(days=1)
    story.join("anna", consent=None, email="anna.new@example.com")
    story.travel(days=2)
    assert story.sent == ["anna: welcome_hello", "anna.new: welcome_story"]


def test_a_customer_whom_the_store_deleted_gets_nothing_more(story: Story) -> None:
    story.join("anna")
    story.travel(days=1)
    story.leave("anna")
    story.travel(days=10)
    assert story.sent == HELLO


def test_staff_are_not_greeted(story: Story) -> None:
    story.join("anna", is_staff=True)
    story.travel(days=10)
    assert story.sent == []
    assert story.reasons("anna") == ["welcome.hello: staff"]
