"""A code that is over is never said: a message that leaves late gets a new one, or does not leave; and a silent store is
asked for codes once a batch."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.model import DiscountCode, MessageState
from app.model.code import CodeState
from app.pipeline.deliver.codes import LONGEST_MAKING
from connectors.errors import Temporary
from tests.pipeline.deliver.moody import Moody
from tests.story import Story

CLOSED = Temporary("closed", retry_after=timedelta(hours=1))


def _waits_with_a_code(story: Story, channel: Moody, *names: str) -> None:
    """The last reminder of a checkout has its code, and the channel was closed when it was to leave."""
    story.world.village.makes_codes()
    story.off("welcome")
    story.on("abandoned_checkout")
    for name in names:
        story.join(name)
        story.checkout(name, number=name)
    story.travel(days=2)
    channel.mood = CLOSED
    story.travel(days=1, minutes=1)
    channel.taken.clear()
    channel.mood = None


def _codes(story: Story) -> list[DiscountCode]:
    with story.runtime.database.read() as session:
        return list(session.scalars(sa.select(DiscountCode).order_by(DiscountCode.id)))


def _change(story: Story, **values: Any) -> None:
    with story.runtime.database.write() as session:
        session.execute(sa.update(DiscountCode).values(**values))


@pytest.mark.parametrize("left", [timedelta(hours=-1), timedelta(hours=20)])
def test_a_late_message_brings_a_code_that_can_still_be_used(story: Story, channel: Moody, left: timedelta) -> None:
    _waits_with_a_code(story, channel, "anna")
    (old,) = _codes(story)
    _change(story, expires_at=story.now + left)
    story.world.village.no_codes = [Temporary("the store is closed")]
    story.travel(hours=1, minutes=1)
    (wished,) = _codes(story)
    assert (channel.taken, wished.state) == ([], CodeState.WANTED)
    story.travel(hours=5)
    (new,) = _codes(story)
    assert (new.state, new.code) == (CodeState.MADE, wished.code), "the wish that failed is asked for again"
    assert new.code != old.code
    assert new.expires_at > story.now + timedelta(days=6)
    (mail,) = channel.taken
    assert new.code in mail.text
    assert old.code not in mail.text


def test_one_that_was_redeemed_is_neither_said_when_it_is_over_nor_made_twice(story: Story, channel: Moody) -> None:
    _waits_with_a_code(story, channel, "anna")
    _change(story, expires_at=story.now, state=CodeState.REDEEMED)
    story.travel(days=6)
    assert channel.taken == []
    assert story.messages("anna")[-1].state == MessageState.DROPPED
    assert len(story.world.village.codes) == 1


def test_a_store_that_makes_none_now_is_asked_once_a_batch(story: Story, channel: Moody) -> None:
    village = story.world.village
    village.makes_codes()
    story.off("welcome")
    story.on("abandoned_checkout")
    for name in ("anna", "ben", "cleo"):
        story.join(name)
        story.checkout(name, number=name)
    story.travel(days=2)
    story.worker_stops()
    story.travel(days=1, minutes=1)
    village.no_codes = [Temporary("the store is closed")] * 9
    story.worker_starts()
    assert village.asked_for_codes == 1
    reasons = [story.reasons(name)[-1] for name in ("anna", "ben", "cleo")]
    assert reasons == ["abandoned_checkout.last: no_code"] * 3
    village.no_codes = []
    story.travel(hours=1)
    assert len(village.codes) == 3


def test_a_code_that_was_made_and_not_told_yet_takes_its_part_of_the_budget(story: Story, channel: Moody) -> None:
    """Ten percent of 300 euros is 30: a budget of 70 is enough for two, and one of them has hers already."""
    story.world.village.makes_codes()
    story.off("welcome")
    story.on("service_recovery")
    story.turn("service_recovery", budget=70)
    channel.mood = CLOSED
    for name in ("anna", "ben", "cleo"):
        story.join(name)
    story.ship(story.order("anna", price=30_000), promised_at=story.now)
    story.live(days=2, every=24)
    for name in ("ben", "cleo"):
        story.ship(story.order(name, price=30_000), promised_at=story.now)
    story.live(days=2, every=24)
    assert len(story.world.village.codes) == 1
    story.worker_stops()
    story.live(days=2, every=24)
    channel.mood = None
    story.worker_starts()
    assert len(channel.taken) == len(story.world.village.codes) == 2


def test_a_store_that_is_slow_to_make_codes_holds_up_no_other_for_long(story: Story, channel: Moody) -> None:
    village = story.world.village
    village.makes_codes()
    village.at_a_code = lambda: story.clock.travel(LONGEST_MAKING)
    story.off("welcome")
    story.on("abandoned_checkout")
    for name in ("anna", "ben", "cleo"):
        story.join(name)
        story.checkout(name, number=name)
    story.travel(days=2)
    story.worker_stops()
    story.travel(days=1, minutes=1)
    channel.taken.clear()
    story.world.round()
    assert len(channel.taken) == village.asked_for_codes == 2, "the second began while there was time"
