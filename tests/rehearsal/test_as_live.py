"""A rehearsal says what the live run did on the same history: the same people, the same steps, at the same times."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Message, MessageState, Store
from app.rehearsal import CannotRehearseError, rehearse
from app.rehearsal.rehearse import Said
from app.runtime import Runtime
from connectors.records import ConsentState
from tests.story import Story, village

PEOPLE = ("anna", "ben", "cleo", "dora", "emil")


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    with village(runtime, clock) as made:
        yield made[0]


def live_on(story: Story, dice: Random, *, days: int) -> None:
    """Some weeks of a small store: people join, change their minds, buy, cancel, get parcels and money back, and review."""
    for who in PEOPLE:
        story.join(who, consent=dice.choice([ConsentState.SUBSCRIBED, ConsentState.SUBSCRIBED, None]))
        story.travel(hours=dice.randrange(1, 30))
    orders = [story.order(PEOPLE[0])]
    deeds: list[Callable[[str], object]] = [
        lambda who: orders.append(story.order(who, price=dice.choice([1_000, 20_000]))),
        lambda who: orders.append(story.order(who)),
        lambda _: story.arrive(dice.choice(orders)) if orders else None,
        # A platform cancels and gives back once; the history keeps one time of each.
        lambda _: story.cancel(orders.pop()) if orders else None,
        lambda _: story.refund(orders.pop(0), 500) if orders else None,
        lambda who: story.answer(who, dice.choice([ConsentState.SUBSCRIBED, ConsentState.UNSUBSCRIBED])),
        story.review,
    ]
    for _ in range(days):
        dice.choice(deeds)(dice.choice(PEOPLE))
        story.travel(hours=dice.randrange(10, 40))


def left(story: Story) -> list[Said]:
    """What left live, as a rehearsal says it."""
    query = (
        sa.select(Message.customer_id, Message.step, Message.sent_at)
        .where(Message.store_id == story.store.id, Message.state == MessageState.SENT)
        .order_by(Message.sent_at, Message.customer_id)
    )
    with story.runtime.database.read() as session:
        return [Said(who, step, at) for who, step, at in session.execute(query) if at is not None]


@pytest.mark.parametrize(
    "workflow", ["welcome", "win_back", "review_request", "first_order_thanks", "order_confirmation"]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_rehearsal_and_live_run_say_the_same(story: Story, workflow: str, seed: int) -> None:
    begun = story.clock.now()
    story.set(holdout_percent=20)
    story.on(workflow)
    live_on(story, Random(seed), days=25)
    story.travel(days=100)
    with story.runtime.database.read() as session:
        told = rehearse(
            session,
            store=session.get_one(Store, story.store.id),
            workflow=story.runtime.workflows[workflow],
            dials={},
            since=begun - timedelta(days=1),
            now=story.clock.now(),
        )
    assert told.said == left(story)


def test_what_a_history_does_not_tell_is_not_rehearsed(story: Story) -> None:
    with story.runtime.database.read() as session, pytest.raises(CannotRehearseError, match="does not tell"):
        rehearse(
            session,
            store=session.get_one(Store, story.store.id),
            workflow=story.runtime.workflows["replenishment"],
            dials={},
            since=story.clock.now(),
            now=story.clock.now(),
        )


def test_a_rehearsal_changes_nothing(story: Story) -> None:
    story.join("anna")
    story.order("anna")
    story.travel(days=90)
    with story.runtime.database.read() as session:
        store = session.get_one(Store, story.store.id)
        workflow = story.runtime.workflows["win_back"]
        since = story.clock.now() - timedelta(days=120)
        told = rehearse(session, store=store, workflow=workflow, dials={}, since=since, now=story.clock.now())
    assert [one.step for one in told.said] == ["miss_you", "news", "goodbye"]
    assert left(story) == []
