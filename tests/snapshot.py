"""A database as it was: kept beside itself, gone back to, and held against what it is now; for tests that begin again often."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import Base, Database


@contextmanager
def kept(database: Database) -> Iterator[Callable[[], None]]:
    """Keeps what the main database holds now and hands out the way back to it. PostgreSQL goes on counting its ids."""
    names = _names()
    with database.write() as session:
        full = [name for name in names if session.scalar(sa.text(f'SELECT 1 FROM "{name}" LIMIT 1'))]
        _run(session, [f'CREATE TABLE "kept_{name}" AS SELECT * FROM "{name}"' for name in full])
    back = [f'DELETE FROM "{name}"' for name in reversed(names)]
    back += [f'INSERT INTO "{name}" SELECT * FROM "kept_{name}"' for name in full]

    def go_back() -> None:
        with database.write() as session:
            _run(session, back)

    try:
        yield go_back
    finally:
        with database.write() as session:
            _run(session, [f'DROP TABLE "kept_{name}"' for name in full])


def held(database: Database) -> tuple[object, ...]:
    """All that the main database holds: equal for two moments in which no program could tell them apart by it."""
    with database.read() as session:
        if database.is_sqlite:
            everything = [session.connection().exec_driver_sql(f'SELECT * FROM "{name}"').all() for name in _names()]
            return tuple(tuple(sorted(map(repr, rows))) for rows in everything)
        # In one question: sixty take longer than what a test does in between.
        each = (f"""(SELECT string_agg(t::text, ' ' ORDER BY t::text) FROM "{name}" t)""" for name in _names())
        return tuple(session.connection().exec_driver_sql(f"SELECT {', '.join(each)}").one())


def _names() -> list[str]:
    return [table.name for table in Base.metadata.sorted_tables]


def _run(session: Session, statements: Sequence[str]) -> None:
    if session.get_bind().dialect.name == "sqlite":
        for statement in statements:
            session.connection().exec_driver_sql(statement)
        return
    # The foreign keys are not asked, which is most of the work.
    session.connection().exec_driver_sql("; ".join(["SET LOCAL session_replication_role = replica", *statements]))
