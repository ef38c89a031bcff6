"""A domain that slows us down holds up nobody else's message: its own wait, untried, and the channel is not left alone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.model import Outcome
from connectors.base import Accepted, Envelope
from connectors.errors import Slowed
from tests.pipeline.deliver.moody import Moody
from tests.story import Story

SLOW = "@slow.example.com"


class Choosy(Moody):
    """Spares a domain once it was slowed down there, until its mood is better."""

    is_slow = True
    was_asked = 0

    def send(self, envelope: Envelope) -> Accepted:
        if self.is_slow and envelope.to.address.endswith(SLOW):
            self.was_asked += 1
            raise Slowed("slow down", timedelta(minutes=5), is_tried=self.was_asked == 1)
        return super().send(envelope)


@pytest.fixture
def channel() -> Choosy:
    return Choosy()


def test_one_slow_domain_holds_up_no_other(story: Story, channel: Choosy) -> None:
    story.worker_stops()
    for number in range(8):
        story.join(f"anna{number}", email=f"anna{number}{SLOW}")
    story.join("ben")
    story.worker_starts()
    assert [one.to.address for one in channel.taken] == ["ben@example.com"]
    with story.runtime.database.read() as session:
        reasons = session.scalars(sa.select(Outcome.reason).where(Outcome.reason == "try_again")).all()
    assert len(reasons) == 1, "those that were spared were not tried"
    channel.is_slow = False
    story.travel(minutes=10)
    assert len(channel.taken) == 9
