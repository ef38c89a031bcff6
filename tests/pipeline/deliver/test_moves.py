"""Every pair of a message's states: what the table allows happens somewhere, and what it does not allow happens nowhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from app.db import Database
from app.model import MessageState
from app.model.message import MOVES, ReceiptKind
from app.pipeline import by_hand
from app.pipeline.receipts import Told, take
from app.pipeline.switch import Choice
from connectors.errors import InDoubt, Permanent, Temporary
from tests.pipeline.deliver.moody import Moody
from tests.pipeline.deliver.test_recover import lose, settle
from tests.story import Story

PAIRS = [(one, other) for one in MessageState for other in MessageState if one is not other]
WATCH = {
    "sqlite": (
        "CREATE TABLE moved (before TEXT, after TEXT)",
        """CREATE TRIGGER watch AFTER UPDATE ON message WHEN OLD.state <> NEW.state
           BEGIN INSERT INTO moved VALUES (OLD.state, NEW.state); END""",
    ),
    "postgresql": (
        "CREATE TABLE moved (before TEXT, after TEXT)",
        """CREATE FUNCTION watch() RETURNS trigger LANGUAGE plpgsql AS
           'BEGIN INSERT INTO moved VALUES (OLD.state, NEW.state); RETURN NEW; END'""",
        """CREATE TRIGGER watch AFTER UPDATE ON message FOR EACH ROW
           WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION watch()""",
    ),
}
UNWATCH = {
    "sqlite": ("DROP TRIGGER watch", "DROP TABLE moved"),
    "postgresql": ("DROP TRIGGER watch ON message", "DROP FUNCTION watch", "DROP TABLE moved"),
}


@contextmanager
def watched(database: Database, backend: str) -> Iterator[None]:
    """The database itself writes down every move of a message."""
    _do(database, WATCH[backend])
    try:
        yield
    finally:
        _do(database, UNWATCH[backend])


def _do(database: Database, statements: tuple[str, ...]) -> None:
    with database.write() as session:
        for one in statements:
            session.execute(sa.text(one))


def moved(database: Database) -> set[tuple[MessageState, MessageState]]:
    with database.read() as session:
        rows = session.execute(sa.text("SELECT DISTINCT before, after FROM moved")).all()
    return {(MessageState(before), MessageState(after)) for before, after in rows}


@pytest.fixture(autouse=True)
def watch(story: Story, backend: str) -> Iterator[None]:
    with watched(story.runtime.database, backend):
        yield


def leaves(story: Story, channel: Moody) -> None:
    channel.mood = None


def waits_and_leaves(story: Story, channel: Moody) -> None:
    channel.mood = Temporary("later")


def is_refused(story: Story, channel: Moody) -> None:
    channel.mood = Permanent("never", bad_address=True)


def is_in_doubt(story: Story, channel: Moody) -> None:
    channel.mood = InDoubt("who knows")


def waits_until_it_is_dropped(story: Story, channel: Moody) -> None:
    channel.mood = Temporary("later")
    story.join("anna")
    story.off("welcome", choice=Choice.DROP)


FATES: tuple[Callable[[Story, Moody], None], ...] = (
    leaves,
    waits_and_leaves,
    is_refused,
    is_in_doubt,
    waits_until_it_is_dropped,
)


def live(story: Story, channel: Moody, fate: Callable[[Story, Moody], None]) -> None:
    """One message meets its fate, and then everything that may still be told of it or done to it."""
    fate(story, channel)
    if not story.people:
        story.join("anna")
    story.travel(minutes=1)
    channel.mood = None
    if fate is waits_and_leaves:
        story.travel(hours=2)
    _tell_everything(story)
    story.off("welcome", choice=Choice.DROP)
    story.on("welcome", choice=Choice.SHIFT)
    story.travel(days=10)
    _tell_everything(story)


def _tell_everything(story: Story) -> None:
    for message in story.messages("anna"):
        told = [Told(kind, f"{kind}:{message.key}", story.now, message=message.key) for kind in ReceiptKind]
        take(story.runtime, told)
        take(story.runtime, told)


@pytest.mark.parametrize("fate", FATES)
def test_no_message_moves_as_the_table_forbids(
    story: Story, channel: Moody, fate: Callable[[Story, Moody], None]
) -> None:
    live(story, channel, fate)
    seen = moved(story.runtime.database)
    assert seen
    assert [pair for pair in PAIRS if pair in seen and pair[1] not in MOVES[pair[0]]] == []


def test_every_move_that_the_table_allows_happens(story: Story, channel: Moody) -> None:
    fates = (Temporary("later"), Permanent("never"), InDoubt("who knows"), Temporary("later"), None)
    for number, fate in enumerate(fates):
        channel.mood = fate
        story.join(f"ben{number}")
    channel.mood = None
    for message in story.messages("ben2") + story.messages("ben3"):
        take(story.runtime, [Told(ReceiptKind.DELIVERED, f"it came:{message.key}", story.now, message=message.key)])
    put_back(story, "ben0")
    retried(story, "ben1")
    doubted_and_overtaken(story, channel)
    story.off("welcome", choice=Choice.DROP)
    allowed = {(one, other) for one, others in MOVES.items() for other in others}
    assert moved(story.runtime.database) == allowed


def doubted_and_overtaken(story: Story, channel: Moody) -> None:
    """A service message may have left in a crash, and is true no longer when it is tried again."""
    channel.mood = Temporary("later")
    lose(story)
    settle(story)
    channel.mood = None
    story.order("anna")
    story.travel(hours=1)


def put_back(story: Story, name: str) -> None:
    """Somebody of the store cancels a message, and takes that back."""
    with story.runtime.database.write() as session:
        assert by_hand.cancel(session, hand(story), seen=seen(story, name)) is by_hand.Fate.DONE
    retried(story, name)


def retried(story: Story, name: str) -> None:
    with story.runtime.database.write() as session:
        assert by_hand.retry(session, hand(story), seen=seen(story, name)) is by_hand.Fate.DONE


def hand(story: Story) -> by_hand.Hand:
    return by_hand.Hand(story.store_id, "7", story.now)


def seen(story: Story, name: str) -> by_hand.Seen:
    message = story.messages(name)[-1]
    return by_hand.Seen(by_hand.What.MESSAGE, message.id, message.step, message.tries)


def test_the_table_names_every_state() -> None:
    assert set(MOVES) == set(MessageState)
