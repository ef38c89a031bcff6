"""What is asked for ever, each minute or each night, is answered by an index and never by a whole table."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Database
from app.pipeline.brake import _lately
from app.pipeline.rhythms import _whom
from migrations import migrate
from tests.conftest import NOW
from tests.statements import heard
from workflows.win_back import WORKFLOW


@pytest.fixture(scope="module")
def new_postgres(postgres_url: Callable[[], str]) -> Iterator[Database]:
    database = Database(postgres_url())
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def untouched(backend: str, request: pytest.FixtureRequest) -> Database:
    """A database into which nobody ever wrote: how PostgreSQL answers hangs on what it counted last, and where other tests were
    before that may be anything."""
    found: Database = request.getfixturevalue("database" if backend == "sqlite" else "new_postgres")
    return found


def plan(database: Database, asked: sa.Select[Any]) -> str:
    """How the database would answer, with the values bound as they are when it is asked; PostgreSQL leaves out whole tables
    where an index will do, however small they are."""
    with database.read() as session:
        return _plan(session, asked)


def _plan(session: Session, asked: sa.Select[Any]) -> str:
    dialect = session.get_bind().dialect
    how = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    if dialect.name == "postgresql":
        session.execute(sa.text("SET LOCAL enable_seqscan = off"))
    with heard(session.get_bind()) as said:
        session.execute(asked)
    statement, values = said[-1]
    return "\n".join(str(row) for row in session.connection().exec_driver_sql(f"{how} {statement}", values).all())


def test_the_brake_looks_at_what_is_bad_and_at_nothing_else(untouched: Database) -> None:
    told = plan(untouched, _lately(NOW))
    assert "ix_receipt_bad" in told
    assert "SCAN" not in told.upper().replace("INDEX SCAN", "")


def test_the_rhythms_are_followed_from_those_who_wait(untouched: Database) -> None:
    told = plan(untouched, _whom(1, workflow=WORKFLOW, now=NOW))
    assert "ix_enrollment_waiting" in told
    assert ("(store_id=? AND external_id=?)" if untouched.is_sqlite else "uq_orders_store_id_external_id") in told
    assert "SCAN" not in told.upper().replace("INDEX SCAN", "")
