"""One message that breaks whoever hands it over stops no other: it is found out alone, and given up after many tries."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from app.model import MessageState
from app.pipeline.leave import MOST_TRIES
from connectors.base import Accepted, Envelope
from tests.pipeline.deliver.moody import Moody
from tests.story import Story


class Brittle(Moody):
    """Takes several at once and makes some ready ahead, as the mail server's channel does; at Ben's it breaks."""

    is_whole = True

    def send_each(
        self, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]
    ) -> Iterator[tuple[Envelope, Accepted | Exception]]:
        for one in envelopes:
            if one.to.address.startswith("ben") and not self.is_whole:
                raise TypeError("a mistake of ours")
            begun(one)
            yield one, self.send(one)


@pytest.fixture
def channel() -> Brittle:
    return Brittle()


def test_one_that_breaks_its_batch_stops_no_other(story: Story, channel: Brittle) -> None:
    story.worker_stops()
    for name in ("ben", "anna", "cleo"):
        story.join(name)
    channel.is_whole = False
    story.worker_starts()
    assert sorted(one.to.address for one in channel.taken) == ["anna@example.com", "cleo@example.com"]
    assert [one.state for one in story.messages("ben")] == [MessageState.QUEUED]
    assert story.reasons("ben")[-1] == "welcome.hello: our_fault"
    story.travel(minutes=2 * MOST_TRIES + 2)
    assert [one.state for one in story.messages("ben")] == [MessageState.DROPPED]
    assert story.reasons("ben")[-2:] == ["welcome.hello: our_fault", "welcome.hello: broken"], "said once each"
    assert len(channel.taken) == 2


def test_one_that_is_mended_in_time_leaves_once(story: Story, channel: Brittle) -> None:
    channel.is_whole = False
    story.join("ben")
    channel.is_whole = True
    story.travel(hours=1)
    assert [one.to.address for one in channel.taken] == ["ben@example.com"]
    assert [one.state for one in story.messages("ben")] == [MessageState.SENT]
