"""What is made of a message whose worker died in the middle of the call."""

from datetime import timedelta

import sqlalchemy as sa

from app.model import EnrollmentState, Message, MessageState
from app.model.message import ReceiptKind
from app.pipeline.deliver.recover import settle_the_lost
from app.pipeline.receipts import Told, take
from connectors.errors import Temporary
from tests.pipeline.deliver.moody import Moody
from tests.story import Story


def lose(story: Story) -> Message:
    """A service message to Anna is being handed over by a worker that is gone, journal and all."""
    story.join("anna")
    [waiting] = story.messages("anna")
    values = {"state": MessageState.SENDING, "worker": "gone", "channel": "moody", "purpose": "service"}
    with story.runtime.database.write() as session:
        session.execute(sa.update(Message).where(Message.id == waiting.id).values(**values))
    return waiting


def settle(story: Story) -> list[str]:
    with story.runtime.database.read() as session:
        rows = session.execute(sa.select(Message.__table__)).all()
    settle_the_lost(story.runtime, rows)
    return [one.state for one in story.messages("anna")]


def test_what_a_receipt_tells_of_had_left_and_is_not_said_again(story: Story, channel: Moody) -> None:
    channel.mood = Temporary("closed", retry_after=timedelta(hours=5))
    lost = lose(story)
    take(story.runtime, [Told(ReceiptKind.DELIVERED, "d", story.now, message=lost.key)])
    assert settle(story) == [MessageState.SENT]


def test_what_nobody_tells_of_is_tried_again_where_it_belongs_to_an_order(story: Story, channel: Moody) -> None:
    channel.mood = Temporary("closed", retry_after=timedelta(hours=5))
    lose(story)
    assert settle(story) == [MessageState.QUEUED]


def test_what_may_have_left_and_is_true_no_longer_stays_in_doubt(story: Story, channel: Moody) -> None:
    """That it was not sent nobody can say: the ledger says that it may have left, and why it is not tried again."""
    channel.mood = Temporary("closed", retry_after=timedelta(hours=5))
    lose(story)
    assert settle(story) == [MessageState.QUEUED]
    channel.mood = None
    story.order("anna")
    story.travel(hours=1)
    assert [one.state for one in story.messages("anna")] == [MessageState.IN_DOUBT]
    assert story.reasons("anna")[-2:] == ["welcome.hello: may_have_left", "welcome.hello: crashed_while_sending"]
    assert [one.state for one in story.ways("anna")] == [EnrollmentState.STOPPED]
    assert channel.taken == []
