"""Many rows go into SQLite by a thread of their own, which needs no Python for it, while whoever made them makes the next.

Nothing else of a transaction changes: whatever it asks or does next waits until all is written, and gets the error of what
could not be. After one that failed nothing more is written, since SQLite may have ended the transaction by itself.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

# Fewer rows are written sooner than a thread has begun.
FEWEST = 1_000
# Whenever the writer has written it asks for its turn in Python, to take the next rows. Python's own patience with whoever has
# the turn is five milliseconds, in which a thousand rows are written.
USUAL, HURRIED = sys.getswitchinterval(), 0.0005
KEY = "behind"


@dataclass(slots=True, eq=False)
class _Behind:
    """What one transaction has handed over and not waited for yet; `writer` is there as long as there is something."""

    connection: sa.Connection
    line: Any
    writer: ThreadPoolExecutor | None = None
    handed: list["Future[None]"] = field(default_factory=list)
    is_broken: bool = False
    is_given_up: bool = False

    def hand(self, sql: str, values: Sequence[Any]) -> None:
        if self.writer is None:
            self.writer = ThreadPoolExecutor(1, thread_name_prefix=KEY)
            self.is_broken = self.is_given_up = False
            sys.setswitchinterval(HURRIED)
        self.handed.append(self.writer.submit(self.write, sql, values))

    def write(self, sql: str, values: Sequence[Any]) -> None:
        """Said to the driver itself: SQLAlchemy's connection, and what listens to it, stay with whoever handed it over."""
        if self.is_broken or self.is_given_up:
            return
        self.is_broken, driver = True, self.connection.dialect.loaded_dbapi
        try:
            self.line.execute(sql, values)
        except driver.Error as error:
            raise DBAPIError.instance(
                sql, None, error, driver.Error, hide_parameters=True, dialect=self.connection.dialect
            ) from error
        self.is_broken = False

    def wait(self, *_: object) -> None:
        for one in self.finish():
            one.result()

    def give_up(self, *_: object) -> None:
        """All of it is taken back, so that nobody needs the rest, or what was wrong with it."""
        self.is_given_up = True
        self.finish()

    def finish(self) -> list["Future[None]"]:
        """What was handed over, all of it done; the thread is gone."""
        if self.writer is None:
            return []
        self.writer.shutdown()
        self.writer = None
        sys.setswitchinterval(USUAL)
        done, self.handed = self.handed, []
        return done


def is_worth_it(session: Session, count: int) -> bool:
    """Whether so many rows are handed over: many, or any while something is being written, so that nobody waits for it."""
    return (count >= FEWEST or _is_busy(session)) and session.get_bind().dialect.name == "sqlite"


def _is_busy(session: Session) -> bool:
    behind: _Behind | None = session.info.get(KEY)
    return behind is not None and behind.writer is not None


def hand(session: Session, sql: str, *, values: Sequence[Any]) -> None:
    """Have a statement run by the writer, after what it was handed before."""
    behind: _Behind | None = session.info.get(KEY)
    if behind is None or behind.connection is not session.connection():
        connection = session.connection()
        behind = session.info[KEY] = _Behind(connection, connection.connection.dbapi_connection)
        _watch(session, behind)
    behind.hand(sql, values)


def _watch(session: Session, behind: _Behind) -> None:
    # A savepoint whose end itself fails counts as ended for SQLAlchemy, and would not be taken back.
    sa.event.listen(session, "before_commit", behind.wait)
    sa.event.listen(behind.connection, "before_cursor_execute", behind.wait)
    sa.event.listen(behind.connection, "rollback", behind.give_up)
    sa.event.listen(behind.connection, "rollback_savepoint", behind.give_up)
