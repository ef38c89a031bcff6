"""Every gate is asked again when a message is about to leave: what was true when it was decided may be true no longer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.model import Message, MessageState
from app.model.consent import SuppressionReason
from app.pipeline.suppress import Refusal, suppress
from connectors.errors import Permanent, Temporary
from connectors.records import ConsentState
from tests.pipeline.deliver.moody import Moody
from tests.story import Story


@pytest.fixture
def waiting(story: Story, channel: Moody) -> Story:
    """A greeting to Anna was decided, but the channel could not take it yet."""
    channel.mood = Temporary("the post office is closed", retry_after=timedelta(hours=1))
    story.join("anna")
    channel.mood = None
    assert [one.state for one in story.messages("anna")] == [MessageState.QUEUED]
    return story


def test_what_could_not_be_taken_is_tried_again_and_leaves(waiting: Story, channel: Moody) -> None:
    waiting.travel(hours=2)
    assert [one.to.address for one in channel.taken] == ["anna@example.com"]
    assert waiting.reasons("anna")[:3] == ["welcome.hello: due", "welcome.hello: try_again", "welcome.hello: left"]
    assert waiting.why("anna")[1].seen == {"why": "the post office is closed"}


def _unsubscribes(story: Story) -> None:
    story.answer("anna", ConsentState.UNSUBSCRIBED)


def _orders(story: Story) -> None:
    story.order("anna")


def _leaves(story: Story) -> None:
    story.leave("anna")


def _joins_the_staff(story: Story) -> None:
    story.join("anna", consent=None, is_staff=True)


def _complains(story: Story) -> None:
    refusal = Refusal(story.store_id, "email", story.address("anna"), SuppressionReason.COMPLAINED, "hand")
    with story.runtime.database.write() as session:
        suppress(session, [refusal], now=story.now)


def _is_held_out(story: Story) -> None:
    story.set(holdout_percent=100)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (_unsubscribes, "no_longer_subscribed"),
        (_orders, "has_ordered"),
        (_leaves, "customer_gone"),
        (_joins_the_staff, "staff"),
        (_complains, "suppressed"),
        (_is_held_out, "holdout"),
    ],
)
def test_what_changed_since_it_was_decided_counts(
    waiting: Story, channel: Moody, change: Callable[[Story], None], reason: str
) -> None:
    change(waiting)
    waiting.travel(hours=2)
    assert channel.taken == []
    assert reason in [one.reason for one in waiting.why("anna")]
    with waiting.runtime.database.read() as session:
        states = list(session.scalars(sa.select(Message.state)))
    assert states == [MessageState.DROPPED]


def test_the_night_that_fell_meanwhile_is_slept_through(waiting: Story, channel: Moody) -> None:
    waiting.set(quiet_from=13 * 60, quiet_until=20 * 60)
    waiting.travel(hours=2)
    assert channel.taken == []
    waiting.travel(hours=10)
    assert len(channel.taken) == 1
    assert [one.reason for one in waiting.why("anna")].count("quiet_hours") == 1


def test_what_waits_too_long_is_dropped_and_never_late(story: Story, channel: Moody) -> None:
    channel.mood = Temporary("the post office is closed", retry_after=timedelta(hours=5))
    story.join("anna")
    story.travel(hours=49)
    channel.mood = None
    story.travel(hours=20)
    hello = story.messages("anna")[0]
    assert (hello.state, hello.reason) == (MessageState.DROPPED, "stale")
    assert [one.key for one in channel.taken if one.key == hello.key] == []


def test_switched_off_in_the_meantime_it_waits_and_leaves_no_burst(waiting: Story, channel: Moody) -> None:
    waiting.off("welcome")
    waiting.travel(days=1)
    assert channel.taken == []
    waiting.on("welcome")
    waiting.travel(minutes=1)
    assert len(channel.taken) == 1
    waiting.off("welcome")
    waiting.travel(days=30)
    waiting.on("welcome")
    waiting.travel(days=30)
    assert len(channel.taken) == 1


def test_an_address_at_which_nothing_is_accepted_is_suppressed(story: Story, channel: Moody) -> None:
    channel.mood = Permanent("no such mailbox", bad_address=True)
    story.join("dora")
    channel.mood = None
    story.travel(days=10)
    assert channel.taken == []
    assert story.reasons("dora") == [
        "welcome.hello: due",
        "welcome.hello: refused",
        "welcome.story: suppressed",
        "welcome.favourites: suppressed",
    ]


def test_a_refused_message_holds_no_place_of_anothers(story: Story, channel: Moody) -> None:
    story.on("first_order_thanks")
    channel.mood = Permanent("not this one")
    story.join("anna")
    channel.mood = None
    story.order("anna")
    story.travel(hours=2)
    assert [one.subject for one in channel.taken if one.to.address == "anna@example.com"] != []
    assert "capped" not in [one.reason for one in story.why("anna")]


def test_a_channel_in_trouble_is_left_alone_after_a_few(story: Story, channel: Moody) -> None:
    channel.mood = Temporary("too many at once", retry_after=timedelta(minutes=10))
    story.worker_stops()
    for number in range(12):
        story.join(f"ben{number}")
    story.worker_starts()
    told = [len([one for one in story.why(f"ben{number}") if one.reason == "try_again"]) for number in range(12)]
    assert sum(told) == 5
    channel.mood = None
    story.travel(hours=3)
    assert len(channel.taken) == 12


def test_the_message_is_the_same_over_every_try_and_carries_the_way_out(waiting: Story, channel: Moody) -> None:
    waiting.travel(hours=2)
    mail = channel.taken[0]
    assert mail.message_id.startswith(f"<{waiting.messages('anna')[0].key}@")
    assert "List-Unsubscribe" in dict(mail.headers)
    assert waiting.store.name in mail.subject


def test_a_name_that_would_break_a_header_is_left_out_and_stops_nobody(story: Story, channel: Moody) -> None:
    story.join("anna", first_name="Anna\r\nBcc: all@example.com")
    story.join("ben")
    assert [one.to.address for one in channel.taken] == ["anna@example.com", "ben@example.com"]
    assert all("\n" not in one.subject and "\n" not in one.to.name for one in channel.taken)
