"""How the tables come to be, step by numbered step: `main/` for the main database, `inbox/` for the inbox.

On SQLite the inbox is a file of its own, on PostgreSQL both live in one database; each keeps its own version table, so that
the same two lists of steps serve both. Everything here is called from code: there is no alembic.ini.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import app.model  # noqa: F401 - fills the metadata below.
from app.db import Base, Database, InboxBase
from app.sqlite import FULL

FOLDER = Path(__file__).parent
ADVISORY_LOCK = 5_077_201


@dataclass(frozen=True, slots=True)
class Part:
    """One list of steps: its folder's name and the tables that it makes."""

    name: str
    metadata: sa.MetaData

    @property
    def folder(self) -> Path:
        return FOLDER / self.name

    @property
    def version_table(self) -> str:
        return f"migration_{self.name}"


PARTS = (Part("main", Base.metadata), Part("inbox", InboxBase.metadata))


def migrate(database: Database, revision: str = "head") -> None:
    """Bring every table to `revision` ("base" takes them all away). Safe to call from any number of processes at once."""
    for part in PARTS:
        with _connection(database, part) as connection:
            towards = command.downgrade if revision == "base" else command.upgrade
            towards(configuration(part, connection), revision)


def pending(database: Database) -> list[str]:
    """The parts that are not at their last step, by name; empty where the app may start."""
    return [part.name for part in PARTS if _stands_at(database, part) != _last(part)]


def configuration(part: Part, connection: sa.Connection) -> Config:
    """What Alembic needs to know to work on one part over one open connection."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(part.folder))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update({"part": part, "connection": connection})
    return config


def options(part: Part) -> dict[str, Any]:
    """How Alembic compares and writes one part, the same in `env.py` and in the tests."""
    return {
        "target_metadata": part.metadata,
        "version_table": part.version_table,
        "render_as_batch": True,
        "user_module_prefix": "",
        "compare_server_default": True,
        "include_name": lambda name, kind, _: kind != "table" or name in part.metadata.tables,
        # Without this Alembic would let every statement on SQLite commit by itself.
        "transactional_ddl": True,
    }


def _stands_at(database: Database, part: Part) -> str | None:
    with _engine(database, part).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": part.version_table})
        return context.get_current_revision()


def _last(part: Part) -> str | None:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("version_locations", str(part.folder))
    config.set_main_option("path_separator", "newline")
    return ScriptDirectory.from_config(config).get_current_head()


def _engine(database: Database, part: Part) -> sa.Engine:
    return database.inbox if part.name == "inbox" else database.main


@contextmanager
def _connection(database: Database, part: Part) -> Iterator[sa.Connection]:
    """One transaction around all steps of a part, alone on its database."""
    engine = _engine(database, part)
    with engine.connect().execution_options(writes=FULL) as connection:
        if database.is_sqlite:
            yield from _alone_on_sqlite(connection)
        else:
            with connection.begin():
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
                yield connection


def _alone_on_sqlite(connection: sa.Connection) -> Iterator[sa.Connection]:
    # A changed table is copied and its old self dropped: with foreign keys on, that would empty the tables that point at it.
    raw: Any = connection.connection.driver_connection
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield connection
            if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError(f"a migration left a row of {broken[0]} without the row of {broken[2]} it points at")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
