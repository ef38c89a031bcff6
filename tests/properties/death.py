"""How a worker dies in the middle of things: before a statement or a commit, around the channel's call and every note."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.pipeline.journal import Journal, Mark
from connectors.base import Accepted, Envelope
from connectors.records import Medium
from tests.story import World

# The points between which nobody but the channel knows whether a message left.
HANDING_OVER = {
    "after the note STARTED",
    "in the call, before it was taken",
    "in the call, after it was taken",
    "before the note LEFT",
}


class Killed(BaseException):
    """The process is gone. Nothing of ours may catch this."""


@dataclass
class Fate:
    """Counts the points at which a worker may die, and kills it at one of them. `moment` names where that was."""

    at: int = 0
    points: int = 0
    moment: str = ""
    names: list[str] = field(default_factory=list)

    def point(self, moment: str) -> None:
        self.points += 1
        self.names.append(moment)
        if self.points == self.at:
            self.moment = moment
            raise Killed(moment)

    def spare(self) -> None:
        self.at = 0


@dataclass
class Postman:
    """A channel that takes mail over and keeps its keys; like a mail server, it may not know what it was given before."""

    fate: Fate
    knows: bool = False
    taken: list[str] = field(default_factory=list)
    name: str = "postman"
    medium: Medium = Medium.EMAIL
    notice: str | None = None

    def send(self, envelope: Envelope) -> Accepted:
        self.fate.point("in the call, before it was taken")
        self.taken.append(envelope.key)
        self.fate.point("in the call, after it was taken")
        return Accepted()

    def has_left(self, key: str, *, store: str) -> bool | None:
        return key in self.taken if self.knows else None

    def close(self) -> None:
        """Nothing is open between calls."""


class MortalJournal(Journal):
    """The journal of a worker that may die before and after each note."""

    fate: Fate

    def note(self, message_id: int, mark: Mark) -> None:
        self.fate.point(f"before the note {mark.name}")
        super().note(message_id, mark)
        self.fate.point(f"after the note {mark.name}")


@contextmanager
def mortal(world: World, fate: Fate) -> Iterator[None]:
    """Inside this block the worker may die at any point that is counted; if it does, another one begins afterwards."""
    database, journal = world.runtime.database, world.journal
    journal.__class__ = MortalJournal
    journal.fate = fate  # type: ignore[attr-defined] # It is a MortalJournal since the line before.

    def statement(_connection: Any, _cursor: Any, text: str, *_: object) -> None:
        word = text.split(maxsplit=1)[0]
        # A line is told how durable its next commit is only where that changes, and nothing is kept by telling it.
        if word != "PRAGMA":
            fate.point(f"before {word}")

    def commit(_connection: Any) -> None:
        fate.point("before COMMIT")

    hooks = [(one, event, hook) for one in {database.main, database.inbox} for event, hook in _hooks(statement, commit)]
    for engine, event, hook in hooks:
        sa.event.listen(engine, event, hook)
    try:
        yield
    except Killed:
        fate.spare()
        world.die()
    finally:
        fate.spare()
        for engine, event, hook in hooks:
            sa.event.remove(engine, event, hook)


def _hooks(statement: Any, commit: Any) -> tuple[tuple[str, Any], ...]:
    return (("before_cursor_execute", statement), ("commit", commit))
