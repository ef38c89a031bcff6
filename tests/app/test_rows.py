"""Many rows at once: each value in its own column, whatever order its row names them in, and its default where it says none."""

from datetime import timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa

from app.db import Database
from app.model import Store
from app.pieces import PIECES
from app.rows import bulk, bulk_update, insert_new, table_of
from tests.conftest import NOW

STORE = table_of(Store)
COUNT = PIECES[0] + 2 * PIECES[1] + 33


def _store(number: int) -> dict[str, Any]:
    row = {
        "id": number,
        "platform": "any",
        "address": f"{number}.example.com",
        "public_key": f"key-{number}",
        "country": None if number % 2 else "DE",
        "created_at": NOW + timedelta(seconds=number),
        "live_since": NOW - timedelta(seconds=number),
        "choices": {"number": [number]},
    }
    return dict(reversed(row.items())) if number % 3 else row


def _stored(database: Database) -> dict[int, Any]:
    with database.read() as session:
        return {row.id: row for row in session.execute(sa.select(STORE))}


def _assert_stored(database: Database, rows: list[dict[str, Any]]) -> None:
    stored = _stored(database)
    for row in rows:
        assert {name: getattr(stored[row["id"]], name) for name in row} == row


def test_every_value_comes_into_its_own_column(database: Database) -> None:
    rows = [_store(number) for number in range(1, COUNT + 1)]
    with database.write() as session:
        bulk(session, sa.insert(STORE), table=STORE, rows=rows)
    _assert_stored(database, rows)
    assert {(one.currency, one.holdout_percent, str(one.brakes)) for one in _stored(database).values()} == {
        ("USD", 10, "{}")
    }
    moved = [
        {"id": one["id"], "uninstalled_at": one["created_at"] if one["id"] % 2 else None, "choices": None, "name": "x"}
        for one in rows
    ]
    moved = [dict(reversed(one.items())) if one["id"] % 5 else one for one in reversed(moved)]
    with database.write() as session:
        bulk_update(session, STORE, rows=moved)
    _assert_stored(database, moved)


def test_whatever_people_write_comes_through_unchanged(database: Database) -> None:
    odd = ['"\\', "\t\n\x01\x1f\x7f", "\\u0041 {} [1, null]", "ß😀\u2028\ufeff", "null", "", "%(told)s %s :x", "'; --"]
    rows = [{**_store(number), "name": text, "choices": {text: [text, None]}} for number, text in enumerate(odd, 1)]
    rows[0]["created_at"] = NOW + timedelta(microseconds=1)
    rows[1]["live_since"] = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with database.write() as session:
        insert_new(session, STORE, rows=[*rows, *rows])
    _assert_stored(database, rows)
    others = [{"id": row["id"], "name": text, "choices": [text]} for row, text in zip(rows, reversed(odd), strict=True)]
    with database.write() as session:
        # Of two for the same row the later one holds.
        bulk_update(session, STORE, rows=[{**one, "name": "lost"} for one in others] + others)
    _assert_stored(database, others)


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="zone"), database.write() as session:
        bulk(session, sa.insert(STORE), table=STORE, rows=[{**_store(1), "created_at": NOW.replace(tzinfo=None)}])


def test_a_row_that_names_less_than_the_first_is_a_mistake(database: Database) -> None:
    rows = [_store(1), {name: value for name, value in _store(2).items() if name != "live_since"}]
    with pytest.raises(KeyError), database.write() as session:
        bulk(session, sa.insert(STORE), table=STORE, rows=rows)


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_rows_are_changed_in_the_order_of_their_ids_so_that_no_two_lock_each_other_out(database: Database) -> None:
    with database.write() as session:
        bulk(session, sa.insert(STORE), table=STORE, rows=[_store(number) for number in (1, 2, 3)])
    with database.write() as session:
        # As in a large table, where each row is looked for by itself.
        session.execute(sa.text("SET LOCAL enable_hashjoin = off"))
        session.execute(sa.text("SET LOCAL enable_mergejoin = off"))
        bulk_update(session, STORE, rows=[{"id": number, "name": "new"} for number in (3, 1, 2)])
        # What is written later lies behind.
        assert list(session.scalars(sa.text("SELECT id FROM store ORDER BY ctid"))) == [1, 2, 3]
