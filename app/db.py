"""Engines, sessions and the column types that keep times aware and money whole; SQLite and PostgreSQL alike.

SQLite is opened as its authors advise for one writer: WAL, `synchronous=FULL`, and every writing transaction begins
IMMEDIATE, so that it never finds out half-way that somebody else writes. Deliveries live in a file of their own there: a
claim of 500 rows would otherwise become a webhook's waiting time. On PostgreSQL both are one database.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app import sqlite
from app.appending import Appender
from app.sqlite import FULL, NORMAL

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
# Columns of JSON are written and read on every import row; msgspec does it ten times as fast as the standard library.
JSON_CODEC: dict[str, Any] = {
    "json_serializer": lambda value: msgspec.json.encode(value).decode(),
    "json_deserializer": msgspec.json.decode,
}
NO_ZONE = "a time without a zone cannot be stored"

BigId = sa.BigInteger().with_variant(sa.Integer, "sqlite")
Minor = sa.BigInteger


class Base(DeclarativeBase):
    """The parent of every table in the main database."""

    metadata = sa.MetaData(naming_convention=NAMING)


class InboxBase(DeclarativeBase):
    """The parent of the tables that live in the inbox's own file on SQLite."""

    metadata = sa.MetaData(naming_convention=NAMING)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Refuses naive times. Microseconds since 1970 on SQLite, so that it sorts and indexes; timestamptz elsewhere."""

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(sa.BigInteger() if dialect.name == "sqlite" else sa.TIMESTAMP(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Any) -> Any:
        return self.bind_processor(dialect)(value)

    # A batch reads and writes thousands of moments: the function is chosen once a statement, not once a value.
    def bind_processor(self, dialect: Any) -> Callable[[datetime | None], Any]:
        return _microseconds if dialect.name == "sqlite" else _with_zone

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], datetime | None]:
        del coltype
        return _moment if dialect.name == "sqlite" else _in_utc


def _microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(NO_ZONE)
    return (value - EPOCH) // MICROSECOND


def _with_zone(value: datetime | None) -> datetime | None:
    if value is not None and value.tzinfo is None:
        raise ValueError(NO_ZONE)
    return value


def _moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + value * MICROSECOND


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


class Database:
    """The sessions of one process. `read()` sees a stable picture; `write()` is one short transaction, committed at its end."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.main = _engine(self.url)
        self.inbox = _engine(inbox_url(self.url)) if self.is_sqlite else self.main
        if self.is_sqlite:
            sa.event.listen(self.main, "connect", sqlite.write_back_seldom)
        # Made once: an engine with options of its own costs more than a small transaction.
        self._glancing = self.main if self.is_sqlite else self.main.execution_options(isolation_level="AUTOCOMMIT")
        self._writing = {level: self.main.execution_options(writes=level) for level in (FULL, NORMAL)}
        self._writing_inbox = {level: self.inbox.execution_options(writes=level) for level in (FULL, NORMAL)}
        self._main_lock = threading.Lock() if self.is_sqlite else None
        self._inbox_lock = threading.Lock() if self.is_sqlite else None
        self._appenders: list[Appender] = []

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.main, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """For the one question that every tick asks, mostly in vain. On PostgreSQL nothing is begun and ended around it, which
        would be two turns to the server more than the question itself."""
        with Session(self._glancing, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, is_durable: bool = True) -> Iterator[Session]:
        """One transaction on the main database; rolls back on any exception. Never call the outside inside. One that is not
        durable holds SQLite's write lock for no flush of the disk: right for a claim, which after a power cut is as if it had
        never been."""
        engine = self._writing[FULL if is_durable else NORMAL]
        with _held(self._main_lock), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read_inbox(self) -> Iterator[Session]:
        with Session(self.inbox, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write_inbox(self, *, is_durable: bool = True) -> Iterator[Session]:
        """One transaction on the inbox. One that is not durable holds SQLite's write lock for no flush of the disk: right for
        what may be done again after a power cut, while webhooks wait for the lock."""
        engine = self._writing_inbox[FULL if is_durable else NORMAL]
        with _held(self._inbox_lock), Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    def inbox_appender(self, statement: sa.Insert, *, table: sa.Table) -> Appender:
        """Adds rows to a table of the inbox, durably, for who waits for them; closed with the database."""
        found = Appender(self.inbox, statement=statement, table=table, lock=self._inbox_lock)
        self._appenders.append(found)
        return found

    def wipe(self) -> bool:
        """Write SQLite's files anew, so that nothing deleted is left in free pages, in the gaps of used ones or in the log of
        writes; False where a reader or writer held it up, then again later. PostgreSQL vacuums by itself."""
        engines = ((self.main, self._main_lock), (self.inbox, self._inbox_lock))
        return not self.is_sqlite or all(_rewritten(engine, lock) for engine, lock in engines)

    def size(self) -> int:
        """The bytes of SQLite's main file; 0 on PostgreSQL."""
        return Path(self.url.database or "").stat().st_size if self.is_sqlite else 0

    def close(self) -> None:
        for one in self._appenders:
            one.close()
        self.main.dispose()
        self.inbox.dispose()


def inbox_url(url: URL) -> URL:
    """The inbox's own file beside the main one: perennial.db -> perennial-inbox.db."""
    path = Path(url.database or "perennial.db")
    return url.set(database=str(path.with_name(f"{path.stem}-inbox{path.suffix}")))


def _held(lock: "threading.Lock | None") -> AbstractContextManager[Any]:
    return lock if lock is not None else nullcontext()


def _rewritten(engine: Engine, lock: "threading.Lock | None") -> bool:
    with _held(lock), engine.execution_options(alone=True).connect() as connection:
        # The new copy would be made in memory else. It holds only what is still there.
        connection.exec_driver_sql("PRAGMA temp_store=FILE")
        try:
            connection.exec_driver_sql("VACUUM")
            is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        except sa.exc.OperationalError:
            return False
        finally:
            connection.exec_driver_sql("PRAGMA temp_store=MEMORY")
        return not is_busy


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        return sa.create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=10, hide_parameters=True, **JSON_CODEC
        )
    Path(url.database or ".").parent.mkdir(parents=True, exist_ok=True)
    connect = {"timeout": sqlite.BUSY_MILLISECONDS / 1000}
    # An error that quotes a statement's values would carry addresses into logs and tracebacks.
    engine = sa.create_engine(url, module=sqlite.newest(), connect_args=connect, hide_parameters=True, **JSON_CODEC)
    sa.event.listen(engine, "connect", sqlite.prepare)
    sa.event.listen(engine, "begin", sqlite.begin)
    return engine


def reserve_ids(session: Session, table: sa.Table, *, count: int, beyond: int = 0) -> Sequence[int]:
    """`count` unused ids of a table, for rows that are written together; call inside `write()`.

    SQLite: the writer is alone, so the ids after the highest (and after `beyond`, the highest that the caller holds but has
    not written) are free. PostgreSQL: the table's own sequence.
    """
    if session.get_bind().dialect.name == "sqlite":
        highest = session.execute(sa.select(sa.func.coalesce(sa.func.max(table.c.id), 0))).scalar_one()
        return range(max(highest, beyond) + 1, max(highest, beyond) + 1 + count)
    query = sa.text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    return list(session.execute(query, {"name": f'"{table.name}"', "count": count}).scalars())
