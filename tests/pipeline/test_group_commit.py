"""Webhook calls that come together become durable together, and nobody is told so who was not kept."""

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from app import sqlite
from app.db import Database
from app.model import Delivery, DeliveryState
from app.pipeline.inbox import GroupCommit
from tests.conftest import NOW


def a_row(key: str, *, topic: str | None = "told") -> dict[str, Any]:
    row = {"store_id": 1, "topic": topic, "key": key, "received_at": NOW, "body": b"{}"}
    return row | {"state": DeliveryState.WAITING, "alarm_at": NOW, "tries": 0}


class Crowded(GroupCommit):
    """A hand at the door that is busy until all that are expected have come."""

    def keep_all(self, rows: Sequence[dict[str, Any]]) -> list[Future[None]]:
        with ThreadPoolExecutor(len(rows)) as pool:
            with self._line:
                found = [pool.submit(self.keep, row) for row in rows]
                while len(self._open.rows) < len(rows):
                    threading.Event().wait(0.001)
            return found


def _kept(database: Database) -> set[str]:
    with database.read_inbox() as session:
        return set(session.scalars(sa.select(Delivery.key)))


@contextmanager
def _lines(database: Database) -> Iterator[list[Any]]:
    """The driver's lines to the inbox that are opened meanwhile."""
    found: list[Any] = []

    def note(line: Any, _: object) -> None:
        found.append(line)

    database.inbox.dispose()
    sa.event.listen(database.inbox, "connect", note)
    try:
        yield found
    finally:
        sa.event.remove(database.inbox, "connect", note)


@contextmanager
def _commits(database: Database) -> Iterator[list[object]]:
    found: list[object] = []
    note = found.append  # A bound method is a new object each time it is named, and would not be found again.
    sa.event.listen(database.inbox, "commit", note)
    try:
        yield found
    finally:
        sa.event.remove(database.inbox, "commit", note)


def test_whoever_comes_while_another_is_written_is_written_in_one_transaction(database: Database) -> None:
    keys = {f"key-{number}" for number in range(6)}
    with _lines(database) as lines, _commits(database) as commits:
        group, said = Crowded(database), list[str]()
        group.keep(a_row("first"))
        if database.is_sqlite:
            lines[-1].set_trace_callback(said.append)
        commits.clear()
        for one in group.keep_all([a_row(key) for key in sorted(keys)]):
            one.result()
    assert len(commits) + said.count("COMMIT") == 1
    assert _kept(database) == keys | {"first"}


def test_a_line_that_broke_is_left_and_takes_nothing_along(database: Database) -> None:
    group = GroupCommit(database)
    group.keep(a_row("before"))
    with pytest.raises((OverflowError, DataError)):
        group.keep(a_row("too large") | {"store_id": 2**70})
    group.keep(a_row("after"))
    assert _kept(database) == {"before", "after"}


def test_who_is_kept_out_for_too_long_is_told_so_in_words_that_a_page_understands(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL lets many write")
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 3)
    group = GroupCommit(database)
    with _lines(database) as lines, database.inbox.connect() as other:
        assert lines
        other.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]  # it is open
        with pytest.raises(OperationalError):
            group.keep(a_row("kept out"))
    group.keep(a_row("later"))
    assert _kept(database) == {"later"}


def test_a_repeated_call_is_kept_once(database: Database) -> None:
    for one in Crowded(database).keep_all([a_row("same"), a_row("same"), a_row("other")]):
        one.result()
    assert _kept(database) == {"same", "other"}


def test_nobody_believes_to_be_kept_whose_transaction_broke(database: Database) -> None:
    group = Crowded(database)
    for one in group.keep_all([a_row("first"), a_row("bad", topic=None), a_row("last")]):
        with pytest.raises(IntegrityError):
            one.result()
    assert _kept(database) == set()
    group.keep(a_row("again"))
    assert _kept(database) == {"again"}


def test_what_a_webhook_is_told_is_flushed_to_the_disk_and_the_worker_s_marks_need_not_be(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL flushes every commit")
    found = []
    for is_durable in (True, False, True):
        with database.write_inbox(is_durable=is_durable) as session:
            found.append(session.connection().exec_driver_sql("PRAGMA synchronous").scalar())
    with database.write_inbox(is_durable=False):
        pass
    with _lines(database) as lines:
        GroupCommit(database).keep(a_row("told"))
        found.append(lines[-1].execute("PRAGMA synchronous").fetchone()[0])
    with database.write() as session:
        found.append(session.connection().exec_driver_sql("PRAGMA synchronous").scalar())
    full, normal = 2, 1
    assert found == [full, normal, full, full, full]
