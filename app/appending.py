"""How rows that somebody waits for are added to a table: one INSERT in one transaction, durable when it returns.

On SQLite it is said to the driver itself, over a line that stays open. Around the one or two rows of a moment SQLAlchemy's
connection, transaction and events take twice what SQLite takes for the rows, and all who come meanwhile wait for it.
"""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from app import sqlite
from app.rows import plain

# Pages after which even a process that only appends writes SQLite's log of writes back by itself: nobody else does.
MOST_LOGGED_PAGES = 20_000


class Appender:
    """Adds rows by one statement. Writing SQLite's log of writes back into the file, which takes many times as long as adding
    to it, is left to the workers."""

    def __init__(self, engine: Engine, *, statement: sa.Insert, table: sa.Table, lock: "threading.Lock | None") -> None:
        self._engine, self._statement, self._table = engine, statement, table
        # Whoever writes to the same SQLite file in this process holds it; PostgreSQL needs none.
        self._lock = lock
        self._line: Any = None

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """All of these rows, which name the same columns, or none of them. Raises SQLAlchemyError."""
        if self._lock is None:
            with self._engine.begin() as connection:
                connection.execute(self._statement, rows)
            return
        sql, values = plain(self._statement, self._engine.dialect, table=self._table, rows=rows)
        with self._lock:
            is_kept = False
            try:
                self._write(sql, values)
                is_kept = True
            finally:
                # A line that is closed takes back what it had begun, whatever broke it.
                if not is_kept:
                    self.close()

    def close(self) -> None:
        """The next rows open another line."""
        line, self._line = self._line, None
        if line is not None:
            line.close()

    def _write(self, sql: str, values: Sequence[tuple[Any, ...]]) -> None:
        dialect = self._engine.dialect
        try:
            if self._line is None:
                self._line = self._opened()
            sqlite.enter(self._line, dialect)
            self._line.executemany(sql, values)
            self._line.execute("COMMIT")
        except dialect.loaded_dbapi.Error as error:
            # In SQLAlchemy's words, which the pages understand, and without the values, which may be anybody's.
            base = dialect.loaded_dbapi.Error
            raise sa.exc.DBAPIError.instance(sql, None, error, base, hide_parameters=True, dialect=dialect) from error

    def _opened(self) -> Any:
        """A line prepared like every other, which the pool lets go."""
        borrowed = self._engine.raw_connection()
        line = borrowed.dbapi_connection
        borrowed.detach()
        if line is None:
            raise sa.exc.InvalidRequestError("this connection is closed")
        line.execute(f"PRAGMA wal_autocheckpoint={MOST_LOGGED_PAGES}")
        line.execute("PRAGMA busy_timeout=0")
        return line
