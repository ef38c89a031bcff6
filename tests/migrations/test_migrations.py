"""The numbered steps make exactly the tables that the models describe, on both databases, and can be taken back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from app.db import Base, Database, InboxBase
from migrations import PARTS, migrate, options, pending

CATALOGUE = {
    "sqlite": ("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'migration%' AND name NOT LIKE 'sqlite%'",),
    "postgresql": (
        """SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
           FROM information_schema.columns WHERE table_schema = 'public'""",
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
        """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    ),
}


@pytest.fixture
def fresh(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Makes a database without any table."""
    made: list[Database] = []

    def make() -> Database:
        if backend == "postgresql":
            url = request.getfixturevalue("postgres_url")()
        else:
            url = f"sqlite:///{tmp_path / str(len(made)) / 'store.db'}"
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.close()


def test_steps_and_models_describe_the_same_tables(fresh: Callable[[], Database]) -> None:
    migrated = fresh()
    migrate(migrated)
    for part in PARTS:
        engine = migrated.inbox if part.name == "inbox" else migrated.main
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=options(part))
            assert compare_metadata(context, part.metadata) == [], "run: python -m migrations --anew"


def test_steps_and_models_make_the_same_catalogue(fresh: Callable[[], Database], backend: str) -> None:
    """Alembic's comparison knows nothing of the WHERE of a partial index: here the database itself is asked."""
    migrated, created = fresh(), fresh()
    migrate(migrated)
    Base.metadata.create_all(created.main)
    InboxBase.metadata.create_all(created.inbox)
    assert _catalogue(migrated, backend) == _catalogue(created, backend), "run: python -m migrations --anew"


def test_steps_can_be_taken_back_and_taken_again(fresh: Callable[[], Database], backend: str) -> None:
    database = fresh()
    migrate(database)
    before = _catalogue(database, backend)
    assert all(before[-1:])
    migrate(database, "base")
    assert not any(_catalogue(database, backend))
    migrate(database)
    assert _catalogue(database, backend) == before


def test_an_empty_database_says_what_is_pending(fresh: Callable[[], Database]) -> None:
    database = fresh()
    assert pending(database) == ["main", "inbox"]
    migrate(database)
    assert pending(database) == []


def test_steps_are_numbered_without_a_gap() -> None:
    for part in PARTS:
        numbers = sorted(path.name[:4] for path in part.folder.glob("[0-9]*.py"))
        assert numbers == [f"{count:04d}" for count in range(1, len(numbers) + 1)]


def test_a_step_that_fails_leaves_nothing_behind(fresh: Callable[[], Database], backend: str) -> None:
    database = fresh()
    with database.write() as session:
        session.execute(sa.text("CREATE TABLE store (id INTEGER)"))
    before = _catalogue(database, backend)
    with pytest.raises(sa.exc.DBAPIError):
        migrate(database)
    assert _catalogue(database, backend) == before


def _catalogue(database: Database, backend: str) -> list[list[Any]]:
    found = []
    for read in {database.read, database.read_inbox}:
        with read() as session:
            found += [_rows(session, query) for query in CATALOGUE[backend]]
    return sorted(found)


def _rows(session: Session, query: str) -> list[tuple[Any, ...]]:
    rows = (tuple(row) for row in session.execute(sa.text(query)))
    return sorted((_plain(row) for row in rows if "migration_" not in str(row)), key=str)


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row in which the clauses of a CREATE TABLE stand in no particular order."""
    return tuple("\n".join(sorted(line.strip(" ,\t") for line in str(value).splitlines())) for value in row)
