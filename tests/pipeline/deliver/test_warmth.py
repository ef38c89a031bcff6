"""A new sender's day: what left takes a place of it, and what stayed takes none."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.choices import choose
from app.model import SenderDay
from connectors.errors import InDoubt, Permanent, Temporary
from tests.pipeline.deliver.moody import Moody
from tests.story import Story

FIRST_DAY = 10


@pytest.fixture
def new_sender(story: Story) -> Story:
    with story.runtime.database.write() as session:
        choose(session, story.store_id, warm_up_since=story.now.date().isoformat(), warm_up_first=FIRST_DAY)
    return story


def places_taken(story: Story) -> int:
    with story.runtime.database.read() as session:
        return sum(session.scalars(sa.select(SenderDay.count)))


def test_a_channel_that_was_closed_takes_nothing_of_the_day(new_sender: Story, channel: Moody) -> None:
    channel.mood = Temporary("closed", retry_after=timedelta(minutes=20))
    for number in range(FIRST_DAY):
        new_sender.join(f"ben{number}")
    assert places_taken(new_sender) == 0
    channel.mood = None
    new_sender.travel(hours=3)
    assert (len(channel.taken), places_taken(new_sender)) == (FIRST_DAY, FIRST_DAY)
    new_sender.join("anna")
    assert "welcome.hello: warming_up" in new_sender.reasons("anna")


def test_what_is_refused_takes_nothing_and_what_may_have_left_does(new_sender: Story, channel: Moody) -> None:
    channel.mood = Permanent("never")
    new_sender.join("ben")
    assert places_taken(new_sender) == 0
    channel.mood = InDoubt("who knows")
    new_sender.join("anna")
    assert places_taken(new_sender) == 1
