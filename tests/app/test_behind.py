"""Rows that a thread writes: all of them or none, as if they had been written at once, and no thread is left behind."""

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import behind
from app.db import Database
from app.model import Store
from app.rows import bulk, bulk_columns, insert_new, table_of, upsert
from tests.conftest import NOW

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
STORE = table_of(Store)
INSERT = sa.insert(STORE)
COUNT = behind.FEWEST
MANY = range(1, COUNT + 1)
ODD = ['"\\', "\t\n\x01\x1f\x7f", "\\u0041 {} [1, null]", "ß😀\u2028\ufeff", "null", "", "'; --"]
# Killed with everything handed over and nothing committed.
KILLED = """
import os, signal, sys
from app.db import Database
from tests.app.test_behind import INSERT, MANY, STORE, bulk, rows_of
with Database(sys.argv[1]).write() as session:
    bulk(session, INSERT, table=STORE, rows=rows_of(*MANY))
    session.info["behind"].handed[-1].result()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert not [one for one in threading.enumerate() if one.name.startswith(behind.KEY)]
    assert sys.getswitchinterval() == behind.USUAL


def _store(number: int, **more: Any) -> dict[str, Any]:
    row = {"id": number, "platform": "any", "address": f"{number}.example.com", "public_key": f"key-{number}"}
    return row | {"created_at": NOW + timedelta(seconds=number), "live_since": NOW, **more}


def rows_of(*numbers: int) -> list[dict[str, Any]]:
    return [_store(number) for number in numbers]


def _ids(database: Database) -> list[int]:
    with database.read() as session:
        return list(session.scalars(sa.select(STORE.c.id).order_by(STORE.c.id)))


def _various(number: int) -> dict[str, Any]:
    return _store(
        number,
        name=ODD[number % len(ODD)],
        country=None if number % 2 else "DE",
        holdout_percent=2**63 - 1 if number == COUNT else number,
        quiet_from=None if number % 3 else -number,
        choices=[True, 1, [], None, {"a": [number]}][number % 5],
    )


def test_what_many_rows_say_is_seen_by_the_next_question_as_it_was_said(database: Database) -> None:
    rows = [_various(number) for number in MANY]
    with database.write() as session:
        bulk(session, INSERT, table=STORE, rows=rows)
        stored = {row.id: row for row in session.execute(sa.select(STORE))}
    for row in rows:
        found = {name: getattr(stored[row["id"]], name) for name in row}
        assert list(map(repr, found.values())) == list(map(repr, row.values()))
    assert {(one.currency, one.state, str(one.brakes)) for one in stored.values()} == {("USD", "active", "{}")}


def test_columns_become_the_same_rows_many_or_few(database: Database) -> None:
    for numbers in (MANY, range(COUNT + 1, COUNT + 4)):
        columns = {name: [_store(number)[name] for number in numbers] for name in _store(1)}
        with database.write() as session:
            bulk_columns(session, INSERT, table=STORE, columns=columns)
    with database.read() as session:
        stored = [
            (row.id, row.address, row.created_at) for row in session.execute(sa.select(STORE).order_by(STORE.c.id))
        ]
    assert stored == [
        (number, f"{number}.example.com", NOW + timedelta(seconds=number)) for number in range(1, COUNT + 4)
    ]


def test_what_follows_is_written_after_it_in_its_order(database: Database) -> None:
    later = _store(2, name="later", live_since=NOW + timedelta(days=1))
    with database.write() as session:
        bulk(session, INSERT, table=STORE, rows=rows_of(*MANY))
        insert_new(session, STORE, rows=[_store(1, name="not new"), _store(COUNT + 1, name="new")])
        rows = [
            {name: value for name, value in row.items() if name != "id"} for row in (later, _store(2, name="older"))
        ]
        upsert(session, STORE, rows=rows, unless_newer="live_since")
    with database.read() as session:
        names = dict(session.execute(sa.select(STORE.c.id, STORE.c.name)).all())
    assert len(names) == COUNT + 1
    assert (names[1], names[2], names[COUNT + 1]) == ("", "later", "new")


def test_an_error_comes_with_the_next_question_and_nothing_is_written_after_it(database: Database) -> None:
    with database.write() as session:
        bulk(session, INSERT, table=STORE, rows=rows_of(*MANY))
        bulk(session, INSERT, table=STORE, rows=rows_of(COUNT + 1, 1))
        bulk(session, INSERT, table=STORE, rows=rows_of(COUNT + 2))
        with pytest.raises(IntegrityError):
            session.scalar(sa.select(1))
    assert _ids(database) == list(MANY)


def _break(session: Session) -> None:
    bulk(session, INSERT, table=STORE, rows=rows_of(*MANY))
    bulk(session, INSERT, table=STORE, rows=rows_of(1))


def _break_nested(session: Session) -> None:
    with session.begin_nested():
        _break(session)


def _break_and_give_up(session: Session) -> None:
    with session.begin_nested():
        _break(session)
        raise KeyError


def _write(database: Database, do: Callable[[Session], None]) -> None:
    with database.write() as session:
        do(session)


def test_an_error_ends_its_savepoint_and_no_more(database: Database) -> None:
    with database.write() as session:
        with pytest.raises(IntegrityError):
            _break_nested(session)
        with pytest.raises(KeyError):
            _break_and_give_up(session)
        bulk(session, INSERT, table=STORE, rows=rows_of(*MANY))
    assert _ids(database) == list(MANY)


@pytest.mark.parametrize("do", [_break, _break_nested, _break_and_give_up])
def test_an_error_that_nobody_has_asked_for_keeps_nothing(database: Database, do: Callable[[Session], None]) -> None:
    with pytest.raises((IntegrityError, KeyError)):
        _write(database, do)
    assert _ids(database) == []


@pytest.mark.parametrize(
    "numbers", [[2**63] * COUNT, [2**63, *MANY[1:]], [*MANY[1:], -(2**63) - 1], [2**80, *MANY[1:]]]
)
def test_a_number_that_is_too_large_is_refused_and_never_made_a_fraction(
    database: Database, numbers: list[int]
) -> None:
    rows = [_store(number, holdout_percent=value) for number, value in zip(MANY, numbers, strict=True)]
    with pytest.raises(OverflowError):
        _write(database, lambda session: bulk(session, INSERT, table=STORE, rows=rows))
    assert _ids(database) == []


def test_a_process_that_is_killed_leaves_no_row(database: Database) -> None:
    with database.write() as session:
        bulk(session, INSERT, table=STORE, rows=rows_of(COUNT + 1))
    url = database.url.render_as_string(hide_password=False)
    killed = subprocess.run([sys.executable, "-c", KILLED, url], check=False)  # our own words
    assert killed.returncode == -signal.SIGKILL
    assert _ids(database) == [COUNT + 1]
    with database.write() as session:
        assert session.scalar(sa.text("PRAGMA integrity_check")) == "ok"
        bulk(session, INSERT, table=STORE, rows=rows_of(*MANY))
    assert len(_ids(database)) == COUNT + 1
