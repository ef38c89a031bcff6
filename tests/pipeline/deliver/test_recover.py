"""What is made of a message whose worker died in the middle of the call."""

from datetime import timedelta

import sqlalchemy as sa

from app.model import Message, MessageState
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
