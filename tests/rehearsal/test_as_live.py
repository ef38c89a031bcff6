"""A rehearsal says what the live run did on the same history: the same people, the same steps, at the same times."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

import workflows
from app.clock import FrozenClock
from app.model import Customer, Message, MessageState, Store
from app.pipeline.enroll import Taking
from app.rehearsal import CannotRehearseError, Said, rehearse, rehearse_in_parts
from app.rehearsal.past import Past, pasts
from app.rehearsal.person import Moment, Way
from app.runtime import Runtime
from connectors.base import Accepted, Envelope
from connectors.records import ConsentRecord, ConsentState, Medium
from tests.conftest import NOW
from tests.story import Story, village

PEOPLE = ("anna", "ben", "cleo", "dora", "emil")
OFTEN = ("win_back", "review_request")
SELDOM: tuple[str, ...] = (
    "welcome",
    "first_order_thanks",
    "order_confirmation",
    "post_purchase",
    "milestone",
    "shipping_update",
)
SELDOM += ("abandoned_checkout",)


@pytest.fixture
def story(runtime: Runtime, clock: FrozenClock) -> Iterator[Story]:
    with village(runtime, clock) as made:
        yield made[0]


def live_on(story: Story, dice: Random, *, days: int, checkouts: bool = False) -> None:
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
    if checkouts:
        # One of them is never touched again: of a checkout the history keeps the last touch alone.
        deeds += [lambda who: story.checkout(who, number=f"cart-{story.now:%d%H%M}-{who}")] * 4
    for _ in range(days):
        dice.choice(deeds)(dice.choice(PEOPLE))
        story.travel(hours=dice.randrange(10, 40))


class Phones:
    """A channel of texts that takes them all."""

    name = "phones"
    medium: Medium = Medium.SMS
    notice: str | None = None

    def send(self, envelope: Envelope) -> Accepted:
        return Accepted(envelope.key)

    def has_left(self, key: str, *, store: str) -> bool | None:
        return None

    def close(self) -> None:
        pass


def test_of_texts_too_they_say_the_same(runtime: Runtime, clock: FrozenClock) -> None:
    """Phones of two countries, and of one whose state, and so whose clock, nobody knows."""
    dice, begun = Random(5), clock.now()
    phones = ("+4915123456789", "+447400123456", "+14155550123")
    with village(runtime, clock, channel=Phones()) as (story,):
        story.set(holdout_percent=0, quiet_from=22 * 60, quiet_until=7 * 60)
        story.on("abandoned_checkout_text")
        for day in range(16):
            who = PEOPLE[day % len(PEOPLE)]
            story.join(who, phone=phones[day % len(PEOPLE) % len(phones)])
            state = dice.choice([*[ConsentState.SUBSCRIBED] * 4, ConsentState.UNSUBSCRIBED])
            story.tell(ConsentRecord(Medium.SMS, state, story.now, "form", story.people[who].external_id))
            story.travel(hours=dice.randrange(10, 40))
            story.checkout(who, number=f"cart-{day}")
        story.travel(days=10)
        said = left(story)
        told = rehearse_in_parts(
            runtime.database,
            store_id=story.store_id,
            workflow="abandoned_checkout_text",
            dials={},
            since=begun,
            now=clock.now(),
        )
    assert told.said == said
    assert len(said) > 2


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
    ("workflow", "seed"), [*((name, seed) for name in OFTEN for seed in (1, 2)), *((name, 3) for name in SELDOM)]
)
def test_rehearsal_and_live_run_say_the_same(story: Story, workflow: str, seed: int) -> None:
    begun = story.clock.now()
    story.set(holdout_percent=20)
    story.on(workflow)
    live_on(story, Random(seed), days=25, checkouts=workflow == "abandoned_checkout")
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


def test_readers_who_share_a_store_read_everybody_once_between_them(story: Story) -> None:
    for who in PEOPLE:
        story.join(who)
        story.order(who)
    with story.runtime.database.read() as session:
        store = session.get_one(Store, story.store.id)
        shares = [list(pasts(session, store, until=story.now, share=(place, 2), size=2)) for place in (0, 1)]
    assert [len(share) for share in shares] == [3, 2]
    assert len({past.row.id for share in shares for past in share}) == len(PEOPLE)
    assert all(len(past.orders) == 1 for share in shares for past in share)


def test_what_is_known_is_reckoned_anew_whenever_it_changed(story: Story) -> None:
    """A person who is followed from hour to hour is seen as one who is looked at in that hour alone."""
    begun = story.clock.now()
    live_on(story, Random(7), days=25, checkouts=True)
    with story.runtime.database.read() as session:
        lived = list(pasts(session, session.get_one(Store, story.store.id), until=story.now))
    seen = set()
    for past in lived:
        followed = _moment(past, begun)
        ways = [_way(past, f"order:{one.row.external_id}") for one in past.orders]
        ways += [_way(past, f"checkout:{row.external_id}") for row in past.checkouts] + [_way(past, "self")]
        for hour in range(0, int((story.now - begun).total_seconds() // 3600), 2):
            followed.reach(begun + timedelta(hours=hour))
            alone = _moment(past, followed.now)
            assert followed.standing == alone.standing
            for way in ways:
                told = followed.facts(way, was_said=False)
                assert told == alone.facts(replace(way, told=None), was_said=False)
                seen.add((told.orders_since, told.is_subscribed, told.has_reviewed, bool(followed.standing.suspended)))
    assert len(seen) > 8


@pytest.mark.parametrize(
    ("address", "is_held_back"), [("anna@example.com", False), ("anna at example", True), ("anna@localhost", True)]
)
def test_whom_no_mail_reaches_is_told_nothing_in_a_rehearsal_either(
    story: Story, address: str, is_held_back: bool
) -> None:
    story.join("anna")
    story.order("anna")
    begun = story.now
    story.travel(days=70)
    with story.runtime.database.write() as session:
        session.execute(sa.update(Customer).where(Customer.store_id == story.store_id).values(email=address))
    told = rehearse_in_parts(
        story.runtime.database, store_id=story.store_id, workflow="win_back", dials={}, since=begun, now=story.now
    )
    assert (not told.said, bool(told.held_back["no_address"])) == (is_held_back, is_held_back)


def _moment(past: Past, now: datetime) -> Moment:
    return Moment(past, now, ZoneInfo("Europe/Berlin"), {"orders": 2}, 100)


def _way(past: Past, subject: str) -> Way:
    entry = Taking(subject, anchor=NOW, rank=0, due_at=NOW)
    return Way.begun(entry, workflows.load()["welcome"].steps[0], past=past, zone=ZoneInfo("Europe/Berlin"))


def test_every_verdict_is_counted_on_its_day(story: Story) -> None:
    story.join("anna")
    story.join("ben", consent=None)
    for who in ("anna", "ben"):
        story.order(who)
    begun = story.now
    story.travel(days=90)
    told = rehearse_in_parts(
        story.runtime.database, store_id=story.store_id, workflow="win_back", dials={}, since=begun, now=story.now
    )
    counted = [(f"{one.day:%m-%d}", one.decision, one.reason, one.count) for one in told.by_day()]
    assert counted == [
        (day, decision, reason, 1)
        for day in ("01-19", "01-26", "02-09")
        for decision, reason in (("drop", "no_consent"), ("send", "due"))
    ]
    assert (told.held_back, told.deferred) == ({"no_consent": 3}, {})


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
