"""Work is taken once, by turns between stores, and a row that nobody settles comes back; nothing due costs next to nothing."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import Database
from app.model import Customer, Delivery, Enrollment, Message, Store
from app.pipeline.fair import Row, any_due, claim
from tests.statements import heard

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
WAITING = ("waiting",)
ENROLLMENT: Any = Enrollment.__table__
DELIVERY: Any = Delivery.__table__
MESSAGE: Any = Message.__table__
OPEN = ("queued", "sending")


def _store(database: Database, store_id: int, *, waiting: int, alarm_at: datetime = NOW, state: str = "active") -> None:
    with database.write() as session:
        session.add(
            Store(
                id=store_id,
                platform="woocommerce",
                address=f"https://{store_id}.example",
                public_key=f"key-{store_id}",
                state=state,
                created_at=NOW,
                live_since=NOW,
            )
        )
        session.flush()
        session.add(Customer(id=store_id, store_id=store_id))
        session.flush()
        session.execute(sa.insert(Enrollment), [_enrollment(store_id, n, alarm_at) for n in range(waiting)])


def _enrollment(store_id: int, number: int, alarm_at: datetime) -> dict[str, Any]:
    return {
        "id": store_id * 10_000 + number,
        "store_id": store_id,
        "workflow": "welcome",
        "customer_id": store_id,
        "subject": f"customer:{number}",
        "step": "hello",
        "event_at": NOW,
        "due_at": alarm_at,
        "alarm_at": alarm_at + number * timedelta(microseconds=1),
        "enrolled_at": NOW,
    }


def _claim(database: Database, limit: int, *, now: datetime = NOW + timedelta(seconds=1)) -> Sequence[Row]:
    with database.write() as session:
        return claim(session, ENROLLMENT, states=WAITING, now=now, lease=LEASE, limit=limit)


def _by_store(rows: Sequence[Row]) -> dict[int, int]:
    return dict(Counter(row.store_id for row in rows))


def test_what_is_due_is_taken_once_and_nothing_else(database: Database) -> None:
    _store(database, 1, waiting=3)
    _store(database, 2, waiting=2, alarm_at=NOW + timedelta(hours=1))
    taken = _claim(database, 100)
    assert [row.id for row in taken] == [10_000, 10_001, 10_002]
    assert {row.alarm_at for row in taken} == {NOW + timedelta(seconds=1) + LEASE}
    assert {row.tries for row in taken} == {1}
    assert _claim(database, 100) == []


def test_a_row_that_nobody_settles_comes_back_when_its_lease_ends(database: Database) -> None:
    _store(database, 1, waiting=1)
    _claim(database, 1)
    again = NOW + timedelta(seconds=1) + LEASE
    assert _claim(database, 1, now=again - timedelta(microseconds=1)) == []
    assert [row.tries for row in _claim(database, 1, now=again)] == [2]


def test_a_large_store_never_crowds_out_a_small_one(database: Database) -> None:
    _store(database, 1, waiting=500, alarm_at=NOW - timedelta(days=1))
    _store(database, 2, waiting=3)
    assert _by_store(_claim(database, 10)) == {1: 7, 2: 3}


def test_what_small_stores_leave_of_their_share_goes_to_those_that_have_more(database: Database) -> None:
    """Whoever takes fewer than it may believes that nothing is left, and rests: a large store would be done by handfuls."""
    for store_id in range(1, 8):
        _store(database, store_id, waiting=2)
    _store(database, 8, waiting=500)
    _store(database, 9, waiting=40)
    taken = _claim(database, 100)
    assert _by_store(taken) == {**dict.fromkeys(range(1, 8), 2), 8: 46, 9: 40}
    assert [row.id for row in taken] == sorted({row.id for row in taken})
    assert _by_store(_claim(database, 500)) == {8: 454}


def test_more_stores_than_places_take_turns(database: Database) -> None:
    for store_id in range(1, 8):
        _store(database, store_id, waiting=3)
    served = [_by_store(_claim(database, 3)) for _ in range(7)]
    assert all(set(one.values()) == {1} for one in served)
    assert Counter(store for one in served for store in one) == dict.fromkeys(range(1, 8), 3)


def test_the_longest_due_of_a_store_goes_first(database: Database) -> None:
    _store(database, 1, waiting=10)
    assert [row.id for row in _claim(database, 4)] == [10_000, 10_001, 10_002, 10_003]


@pytest.mark.parametrize("state", ["uninstalled", "erased"])
def test_a_store_that_left_is_left_alone(database: Database, state: str) -> None:
    _store(database, 1, waiting=3, state=state)
    _store(database, 2, waiting=1)
    assert _by_store(_claim(database, 100)) == {2: 1}


def test_deliveries_of_a_store_that_left_are_still_read(database: Database) -> None:
    """The last words of a platform (uninstalled, erase this store) come after the store has gone."""
    row = {"store_id": 9, "topic": "app/uninstalled", "key": "1", "received_at": NOW, "alarm_at": NOW, "body": b"{}"}
    with database.write_inbox() as session:
        session.execute(sa.insert(Delivery), [row])
    with database.write_inbox() as session:
        taken = claim(session, DELIVERY, states=WAITING, now=NOW, lease=LEASE, limit=5)
    assert [(one.topic, one.body) for one in taken] == [("app/uninstalled", b"{}")]


def test_whether_anything_is_due_is_one_look_into_an_index(database: Database) -> None:
    _store(database, 1, waiting=1)
    with database.read() as session:
        assert any_due(session, ENROLLMENT, states=WAITING, now=NOW)
        assert not any_due(session, ENROLLMENT, states=WAITING, now=NOW - timedelta(seconds=1))


def test_two_workers_never_take_the_same_row(database: Database) -> None:
    """PostgreSQL: the second passes over what the first holds. SQLite writes one at a time anyway."""
    _store(database, 1, waiting=20)
    if database.is_sqlite:
        first, second = _claim(database, 10), _claim(database, 20)
    else:
        with database.write() as one, database.write() as other:
            now = NOW + timedelta(seconds=1)
            first = claim(one, ENROLLMENT, states=WAITING, now=now, lease=LEASE, limit=10)
            second = claim(other, ENROLLMENT, states=WAITING, now=now, lease=LEASE, limit=20)
    assert (len(first), len(second)) == (10, 10)
    assert not {row.id for row in first} & {row.id for row in second}


@pytest.mark.parametrize("purpose", ["service", "marketing"])
def test_messages_of_one_purpose_are_taken_apart_from_the_others(database: Database, purpose: str) -> None:
    _store(database, 1, waiting=4)
    with database.write() as session:
        session.execute(sa.insert(Message), [_message(number) for number in range(4)])
    with database.write() as session:
        taken = claim(session, MESSAGE, states=OPEN, now=NOW, lease=LEASE, limit=3, purpose=purpose)
    assert {row.purpose for row in taken} == {purpose}
    assert len(taken) == 2


def _message(number: int) -> dict[str, Any]:
    purpose = ("service", "marketing")[number % 2]
    about = {"workflow": "welcome", "step": "hello", "text": "hello", "medium": "email", "rank": 1, "purpose": purpose}
    times = dict.fromkeys(("due_at", "stale_at", "alarm_at", "created_at"), NOW)
    ids = {"store_id": 1, "customer_id": 1, "enrollment_id": 10_000 + number, "key": f"key-{number}"}
    return {**ids, **about, **times}


@pytest.mark.parametrize("purpose", [None, "service"])
def test_sqlite_looks_into_its_partial_indexes_only(database: Database, purpose: str | None) -> None:
    """Of the messages those of service by an index of their own, however many others are due before them."""
    if not database.is_sqlite:
        pytest.skip("asks SQLite's planner")
    _store(database, 1, waiting=1)
    with database.write() as session:
        session.execute(sa.insert(Message), [_message(0)])
    with heard(database.main) as asked:
        if purpose is None:
            _claim(database, 1)
        else:
            with database.write() as session:
                claim(session, MESSAGE, states=OPEN, now=NOW, lease=LEASE, limit=1, purpose=purpose)
    plans = [_plan(database, *one) for one in asked if "alarm_at" in one[0]]
    assert len(plans) == 3
    looks = [line for plan in plans for line in plan if line.startswith(("SCAN", "SEARCH"))]
    whole = [line for line in looks if "INDEX ix_" not in line and "PRIMARY KEY" not in line]
    assert {line.split()[1] for line in whole} <= {"found", "turn", "store", "CONSTANT"}, whole
    used = {line.split("INDEX ")[1].split()[0] for line in looks if "INDEX ix_message" in line}
    assert all(one.startswith("ix_message_service_") for one in used), plans
    assert bool(used) is (purpose is not None)


def _plan(database: Database, statement: str, given: Any) -> list[str]:
    with database.read() as session:
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return [str(row.detail) for row in rows]
