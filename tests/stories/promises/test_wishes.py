"""What recipients ask for and the law of their place allows, told with the real pipeline; and a new sender's slow start."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.choices import choose
from app.model import Confirmation, Consent, Customer, SenderDay, Suppression
from app.model.consent import SuppressionReason
from app.pipeline import by_hand
from app.pipeline.advance import advance
from app.pipeline.by_hand import Hand
from app.pipeline.double_opt_in import Wish, ask, confirm, send_questions
from app.pipeline.inbox import open_batch
from app.pipeline.journal import Journal, Mark
from app.pipeline.leave import leave
from app.pipeline.preferences import Chosen, save
from app.pipeline.suppress import Refusal, suppress
from app.policy.consent import CONFIRMED, SINGLE
from app.policy.topics import NAMES
from connectors.records import ConsentState
from tests.story import Story


def _choose(story: Story, name: str, **chosen: object) -> None:
    everything = Chosen(media=frozenset({"email"}), topics=frozenset(NAMES))
    values = {one: getattr(everything, one) for one in Chosen.__dataclass_fields__} | chosen
    with story.runtime.database.write() as session:
        query = sa.select(Customer).where(Customer.store_id == story.store_id, Customer.email == story.address(name))
        save(session, session.scalars(query).one(), chosen=Chosen(**values), now=story.now)


def test_a_topic_that_somebody_does_not_want_is_not_sent_and_the_rest_is(story: Story) -> None:
    story.on("win_back", "review_request")
    story.join("anna")
    story.arrive(story.order("anna"))
    _choose(story, "anna", topics=frozenset(NAMES) - {"reviews"})
    story.travel(days=62)
    assert [line for line in story.sent if "review" in line] == []
    assert "anna: win_back_miss_you" in story.sent
    assert "unwanted_topic" in {reason.partition(": ")[2] for reason in story.reasons("anna")}


def test_a_rest_holds_marketing_back_and_what_belongs_to_an_order_not(story: Story) -> None:
    story.on("welcome", "order_confirmation")
    story.join("anna")
    _choose(story, "anna", rest_days=30)
    story.travel(days=9)
    story.order("anna")
    assert story.sent == ["anna: welcome_hello", "anna: order_confirmation"]
    assert "welcome.story: asked_for_rest" in story.reasons("anna")


def test_once_a_month_is_once_a_month(story: Story) -> None:
    story.on("welcome")
    story.join("anna")
    _choose(story, "anna", every_days=30)
    story.travel(days=20)
    assert story.sent == ["anna: welcome_hello"]
    assert "welcome.story: asked_for_less" in story.reasons("anna")


def test_a_purchase_stands_for_a_yes_only_where_the_merchant_said_that_the_checkout_tells(story: Story) -> None:
    """The store is German: UWG s. 7(3)."""
    story.on("win_back")
    with story.runtime.database.write() as session:
        choose(session, story.store_id, soft_since=(story.now - timedelta(days=1)).isoformat())
    story.join("ben", consent=None, country="DE")
    story.join("cleo", consent=ConsentState.UNSUBSCRIBED, country="DE")
    story.join("dora", consent=None, country="US")
    for name in ("ben", "cleo", "dora"):
        story.order(name)
    story.travel(days=65)
    assert story.sent == ["ben: win_back_miss_you"]
    assert "You get this because you are a customer of" in story.letter("ben")
    (reason,) = [one for one in story.why("dora") if one.reason == "no_consent"]
    assert "CAN-SPAM" in str(reason.seen["rule"])


def test_a_new_sender_starts_slowly_and_service_never_waits(story: Story) -> None:
    story.on("welcome", "order_confirmation")
    with story.runtime.database.write() as session:
        choose(session, story.store_id, warm_up_since=story.now.date().isoformat(), warm_up_first=10)
    for number in range(14):
        story.join(f"anna{number}")
    story.order("anna13")
    assert [line.partition(": ")[2] for line in story.sent].count("welcome_hello") == 10
    assert "anna13: order_confirmation" in story.sent
    assert "welcome.hello: warming_up" in story.reasons("anna12")
    story.travel(hours=13)
    with story.runtime.database.read() as session:
        days = session.execute(sa.select(SenderDay.day, SenderDay.count).order_by(SenderDay.day)).all()
    assert [tuple(day) for day in days] == [("2026-11-20", 10), ("2026-11-21", 3)], "one of them has bought and left it"


def test_a_big_store_s_send_never_keeps_a_small_store_s_service_waiting(stories: list[Story]) -> None:
    """While thousands wait in one store, the other's message is in the very next batch: a round of the worker, not a minute."""
    big, small = stories
    big.on("welcome")
    small.on("order_confirmation")
    big.worker_stops()
    for number in range(120):
        big.join(f"anna{number}")
    small.order("ben")
    world = big.world
    world.is_awake = True
    open_batch(world.runtime, limit=100)
    advance(world.runtime, limit=100)
    leave(world.runtime, world.journal, limit=100)
    assert small.sent == ["ben: order_confirmation"]
    assert len(big.sent) < 100, "it did not wait for the big store to end"


class Heard(Journal):
    """Remembers whose handing over began, in this order."""

    def __init__(self, folder: Path, worker: str) -> None:
        super().__init__(folder, worker)
        self.begun: list[int] = []

    def note(self, message_id: int, mark: Mark) -> None:
        super().note(message_id, mark)
        if mark is Mark.STARTED:
            self.begun.append(message_id)


def test_in_a_batch_the_stores_take_turns(stories: tuple[Story, Story]) -> None:
    """A slow channel is handed a part of a batch in its forty seconds: else a small store's would be the rest each time."""
    big, small = stories
    for story in stories:
        story.on("welcome")
    big.worker_stops()
    for number in range(20):
        big.join(f"anna{number}")
    small.join("ben")
    world = big.world
    world.journal.close()
    world.journal = heard = Heard(Path(world.runtime.config.journal_dir), "heard")
    world.is_awake = True
    world.round()
    [his], hers = small.messages("ben"), [big.messages(f"anna{number}")[0].id for number in range(20)]
    assert [one for one in heard.begun if one != his.id] == hers
    assert heard.begun.index(his.id) <= 1


def test_a_single_opt_in_is_no_proof_in_germany_until_the_mailbox_said_yes(story: Story) -> None:
    """Asked once, however often the store tells of it; and marketing waits for the button."""
    story.on("welcome")
    with story.runtime.database.write() as session:
        choose(session, story.store_id, asks_twice=True)
    for name, country in (("anna", "DE"), ("ben", "US")):
        story.join(name, consent=None, country=country)
        yes = replace(story._answered(name, ConsentState.SUBSCRIBED, at=story.now), opt_in_level=SINGLE)
        story.tell(yes)
        story.deliver(yes, again=1)
    assert story.sent == ["ben: welcome_hello"]
    with story.runtime.database.read() as session:
        (asked,) = session.scalars(sa.select(Confirmation)).all()
    assert send_questions(story.runtime) == 1
    story.travel(minutes=5)
    with story.runtime.database.write() as session:
        assert confirm(session, story.store_id, confirmation_id=asked.id, asked_from=None, now=story.now)
    with story.runtime.database.read() as session:
        anna = session.get_one(Customer, asked.customer_id)
    assert anna.answers["email"][0] == ConsentState.SUBSCRIBED
    assert anna.answers["email"][3] == CONFIRMED


@pytest.mark.parametrize("reason", list(SuppressionReason))
def test_the_yes_of_a_mailbox_lifts_its_own_no_and_nothing_else(story: Story, reason: SuppressionReason) -> None:
    story.join("anna", consent=None)
    with story.runtime.database.write() as session:
        (anna,) = session.scalars(sa.select(Customer)).all()
        ask(session, Wish("form", "Yes, write to me", {}), store_id=story.store_id, customer_id=anna.id, now=story.now)
    assert send_questions(story.runtime) == 1
    with story.runtime.database.write() as session:
        refusal = Refusal(story.store_id, "email", story.address("anna"), reason, "reply")
        suppress(session, [refusal], now=story.now)
        assert confirm(session, story.store_id, confirmation_id=1, asked_from=None, now=story.now)
    is_own = reason is SuppressionReason.UNSUBSCRIBED
    with story.runtime.database.read() as session:
        (kept,) = session.scalars(sa.select(Suppression)).all()
        proof = session.scalars(sa.select(Consent.proof).where(Consent.opt_in_level == CONFIRMED)).one()
    assert kept.undone_at == (story.now if is_own else None)
    assert proof.get("lifted_suppression") == (str(kept.id) if is_own else None)


def test_of_two_that_the_merchant_makes_one_the_no_of_either_holds(story: Story) -> None:
    story.on("win_back")
    story.join("anna", consent=ConsentState.UNSUBSCRIBED)
    story.travel(days=1)
    story.join("anne")
    story.order("anne")
    with story.runtime.database.write() as session:
        ids = {one.email: one.id for one in session.scalars(sa.select(Customer))}
        kept, gone = ids[story.address("anne")], ids[story.address("anna")]
        by_hand.join(session, Hand(story.store_id, "staff-7", story.now), kept=kept, gone=gone, runtime=story.runtime)
    story.travel(days=70)
    assert story.sent == []
    story.answer("anne", ConsentState.SUBSCRIBED)
    story.order("anne")
    story.travel(days=62)
    assert story.sent == ["anne: win_back_miss_you"]
