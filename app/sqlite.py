"""How SQLite is opened and entered: as its authors advise for one writer, and who writes looks often whether it is let in."""

import importlib
import time
from types import ModuleType
from typing import Any

import sqlalchemy as sa

BUSY_MILLISECONDS = 10_000
SAFE = (3, 51, 3)
# What is written survives a power cut; or it does once something after it was written so. A crash alone takes neither back.
FULL, NORMAL = "FULL", "NORMAL"
# Pages after which whoever writes to the main file writes its log of writes back; 16 MiB.
LOGGED_PAGES = 4_000


def newest() -> ModuleType:
    """The newest SQLite at hand: below 3.51.3, two processes that checkpoint at once may lose the WAL (sqlite.org)."""
    import sqlite3

    if sqlite3.sqlite_version_info >= SAFE:
        return sqlite3
    try:
        return importlib.import_module("pysqlite3")
    except ModuleNotFoundError:
        return sqlite3


def prepare(connection: Any, _: object) -> None:
    # The driver must not begin transactions of its own: `begin` says which kind.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-65536",
        "temp_store=MEMORY",
        # Zeroes what is deleted wherever that costs no further page; `wipe` does the rest.
        "secure_delete=FAST",
    ):
        connection.execute(f"PRAGMA {pragma}")


def write_back_seldom(connection: Any, _: object) -> None:
    """SQLite's own limit is passed by each page of an import, which changes the same pages of the file again and again: each
    time they would be written back, and the disk be waited for twice more."""
    connection.execute(f"PRAGMA wal_autocheckpoint={LOGGED_PAGES}")


def begin(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("alone"):
        return
    level = connection.get_execution_options().get("writes")
    if level is not None and level != connection.info.get("level", FULL):
        connection.exec_driver_sql(f"PRAGMA synchronous={level}")
        connection.info["level"] = level
    if level is None:
        connection.exec_driver_sql("BEGIN")
    else:
        _enter(connection)


def _enter(connection: sa.Connection) -> None:
    """Begin to write as soon as nobody else does; an error is said in SQLAlchemy's words, which the pages and jobs understand:
    a full disk is a 503 and no bug."""
    driver = connection.connection.dbapi_connection
    if driver is None:
        raise sa.exc.InvalidRequestError("this connection is closed")
    driver.execute("PRAGMA busy_timeout=0")
    try:
        if not _is_let_in(driver, connection.dialect):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


def enter(driver: Any, dialect: sa.Dialect) -> None:
    """The same for a line of the driver's own, whose busy timeout is 0; raises the driver's errors."""
    if not _is_let_in(driver, dialect):
        driver.execute("BEGIN IMMEDIATE")


def _is_let_in(driver: Any, dialect: sa.Dialect) -> bool:
    """Whether the driver may write now, asked for as long as SQLite itself would wait; False also for any other trouble.

    SQLite's own waiting sleeps for up to a tenth of a second between two looks, while another worker's whole transaction takes
    half of that: two workers stood idle for a fifth of their time. Here it is looked every millisecond.
    """
    try:
        return any(_begun(driver, dialect) for _ in range(BUSY_MILLISECONDS))
    except dialect.loaded_dbapi.Error:
        return False


def _begun(driver: Any, dialect: sa.Dialect) -> bool:
    try:
        driver.execute("BEGIN IMMEDIATE")
    except dialect.loaded_dbapi.OperationalError as error:
        if "locked" not in str(error):
            raise
        time.sleep(0.001)
        return False
    return True
