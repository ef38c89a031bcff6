"""Small questions to the database that many rooms ask: tables, pieces of a list, insert-or-update."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

T = TypeVar("T")
CHUNK = 2_000


def table_of(model: type[DeclarativeBase]) -> sa.Table:
    return cast("sa.Table", model.__table__)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Pieces small enough for one IN list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def among(session: Session, column: sa.ColumnElement[Any], *, values: Sequence[Any]) -> sa.ColumnElement[bool]:
    """`column IN (values)` with all of them in one parameter: the statement stays the same however many they are, and preparing
    a thousand parameters one by one costs more than the search."""
    if session.get_bind().dialect.name == "sqlite":
        listed = sa.func.json_each(msgspec.json.encode(values).decode()).table_valued("value")
        return column.in_(sa.select(listed.c.value))
    kind = postgresql.ARRAY(column.type)
    return column == sa.any_(sa.cast(sa.literal(list(values), kind), kind))


def insert(session: Session, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this session's database, with its ON CONFLICT."""
    return insert_of(session.get_bind().dialect.name, table)


def insert_of(dialect: str, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def upsert(
    session: Session,
    table: sa.Table,
    *,
    rows: Sequence[Mapping[str, Any]],
    unless_newer: str | None = None,
    unsaid_stays: Sequence[str] = (),
    earliest: Sequence[str] = (),
) -> None:
    """Insert rows or update those with the same key, but for rows of ours with a later `unless_newer`.

    A None in the columns `unsaid_stays` leaves what stands there. Of the columns `earliest` the lesser value stays, even one
    that an older row says.
    """
    if rows:
        statement = _upserting(
            session.get_bind().dialect.name,
            table,
            names=tuple(rows[0]),
            unless_newer=unless_newer,
            unsaid_stays=tuple(unsaid_stays),
            earliest=tuple(earliest),
        )
        bulk(session, statement, table=table, rows=rows)


@lru_cache(maxsize=128)
def _upserting(
    dialect: str,
    table: sa.Table,
    *,
    names: tuple[str, ...],
    unless_newer: str | None,
    unsaid_stays: tuple[str, ...],
    earliest: tuple[str, ...],
) -> sa.Insert:
    keys = _natural_key(table)
    statement = insert_of(dialect, table)
    new = statement.excluded
    is_newer = None if unless_newer is None else new[unless_newer] >= table.c[unless_newer]
    changes: dict[str, sa.ColumnElement[Any]] = {
        name: sa.func.coalesce(new[name], table.c[name]) if name in unsaid_stays else new[name]
        for name in names
        if name not in {*keys, *earliest}
    }
    if earliest and is_newer is not None:
        changes = {name: sa.case((is_newer, value), else_=table.c[name]) for name, value in changes.items()}
    for name in earliest:
        is_ours = sa.or_(new[name].is_(None), table.c[name] <= new[name])
        changes[name] = sa.case((is_ours, table.c[name]), else_=new[name])
    guard = None if earliest else is_newer
    return statement.on_conflict_do_update(index_elements=keys, set_=changes, where=guard)


def insert_new(session: Session, table: sa.Table, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose key exists stay as they are."""
    if rows:
        bulk(session, _inserting_new(session.get_bind().dialect.name, table), table=table, rows=rows)


@lru_cache(maxsize=128)
def _inserting_new(dialect: str, table: sa.Table) -> sa.Insert:
    return insert_of(dialect, table).on_conflict_do_nothing()


def bulk(session: Session, statement: sa.Insert, *, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an INSERT for many rows with the same columns, as the driver's own executemany.

    A statement that is handed in again is not compiled again, so keep it. Each value is prepared by its column's type:
    SQLAlchemy's own preparation of every row costs more than SQLite's writing of it, and one INSERT with many VALUES is an
    order of magnitude slower still.
    """
    if not rows:
        return
    connection = session.connection()
    names = list(rows[0])
    compiled = _compiled(statement, connection.dialect, names=tuple(names))
    columns = {name: _prepared(table.c[name], connection.dialect, rows=rows) for name in names}
    columns |= {
        name: [_default(table.c[name], connection.dialect)] * len(rows)
        for name in compiled.binds
        if name not in columns
    }
    _run(connection, compiled, columns=columns)


def bulk_update(session: Session, table: sa.Table, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the columns that the rows name, each row found by its `id`; all rows name the same."""
    if not rows:
        return
    connection = session.connection()
    update = _updating(table, tuple(name for name in rows[0] if name != "id"))
    columns = {
        f"new_{name}": _prepared(table.c[name], connection.dialect, rows=rows) for name in rows[0] if name != "id"
    }
    columns["row_id"] = [row["id"] for row in rows]
    _run(connection, _compiled(update, connection.dialect, names=None), columns=columns)


@lru_cache(maxsize=128)
def _updating(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    changes = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(changes)


@lru_cache(maxsize=256)
def _compiled(statement: sa.Insert | sa.Update, dialect: sa.Dialect, *, names: tuple[str, ...] | None) -> Any:
    return statement.compile(dialect=dialect, column_keys=None if names is None else list(names))


def _run(connection: sa.Connection, compiled: Any, *, columns: Mapping[str, list[Any]]) -> None:
    order = compiled.positiontup or list(columns)
    values = list(zip(*(columns[name] for name in order), strict=True))
    if compiled.positiontup is None:
        connection.exec_driver_sql(compiled.string, [dict(zip(order, row, strict=True)) for row in values])
    else:
        connection.exec_driver_sql(compiled.string, values)


def _prepared(column: sa.Column[Any], dialect: sa.Dialect, *, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """One column of all rows, as the driver wants it."""
    ready, values = _processor(column, dialect), map(itemgetter(column.name), rows)
    return list(values) if ready is None else list(map(ready, values))


def _processor(column: sa.Column[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _default(column: sa.Column[Any], dialect: sa.Dialect) -> Any:
    """What a column holds where a row does not say, as the driver wants it."""
    default, ready = column.default, _processor(column, dialect)
    if not isinstance(default, sa.ColumnDefault):
        return None
    # SQLAlchemy wraps a callable default so that it takes a context, which `list` and `dict` do not look at.
    value = default.arg(None) if default.is_callable else default.arg
    return ready(value) if ready is not None else value


def _natural_key(table: sa.Table) -> list[str]:
    """The columns by which the outside knows a row: the unique constraint where there is one, else the primary key."""
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            return [column.name for column in constraint.columns]
    return [column.name for column in table.primary_key.columns]
