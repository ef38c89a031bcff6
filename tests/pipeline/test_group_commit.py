"""Webhook calls that come together become durable together, and nobody is told so who was not kept."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

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


def test_whoever_comes_while_another_is_written_is_written_in_one_transaction(database: Database) -> None:
    commits: list[object] = []
    note = commits.append  # A bound method is a new object each time it is named, and would not be found again.
    sa.event.listen(database.inbox, "commit", note)
    try:
        for one in Crowded(database).keep_all([a_row(f"key-{number}") for number in range(6)]):
            one.result()
    finally:
        sa.event.remove(database.inbox, "commit", note)
    assert len(commits) == 1
    assert _kept(database) == {f"key-{number}" for number in range(6)}


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
    with database.append_inbox() as connection:
        found.append(connection.exec_driver_sql("PRAGMA synchronous").scalar())
    with database.write() as session:
        found.append(session.connection().exec_driver_sql("PRAGMA synchronous").scalar())
    full, normal = 2, 1
    assert found == [full, normal, full, full, full]
