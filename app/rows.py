"""Small questions to the database that many rooms ask: tables, pieces of a list, insert-or-update."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

T = TypeVar("T")
CHUNK = 500


def table_of(model: type[DeclarativeBase]) -> sa.Table:
    return cast("sa.Table", model.__table__)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Pieces small enough for one IN list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def insert(session: Session, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT of this session's database, with its ON CONFLICT."""
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


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
    if not rows:
        return
    keys = _natural_key(table)
    statement = insert(session, table)
    new = statement.excluded
    is_newer = None if unless_newer is None else new[unless_newer] >= table.c[unless_newer]
    changes: dict[str, sa.ColumnElement[Any]] = {
        name: sa.func.coalesce(new[name], table.c[name]) if name in unsaid_stays else new[name]
        for name in rows[0]
        if name not in {*keys, *earliest}
    }
    if earliest and is_newer is not None:
        changes = {name: sa.case((is_newer, value), else_=table.c[name]) for name, value in changes.items()}
    for name in earliest:
        is_ours = sa.or_(new[name].is_(None), table.c[name] <= new[name])
        changes[name] = sa.case((is_ours, table.c[name]), else_=new[name])
    guard = None if earliest else is_newer
    bulk(
        session,
        statement.on_conflict_do_update(index_elements=keys, set_=changes, where=guard),
        table=table,
        rows=rows,
    )


def insert_new(session: Session, table: sa.Table, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; those whose key exists stay as they are."""
    if rows:
        bulk(session, insert(session, table).on_conflict_do_nothing(), table=table, rows=rows)


def bulk(session: Session, statement: sa.Insert, *, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run an INSERT for many rows with the same columns, as the driver's own executemany.

    The statement is compiled once and each value prepared by its column's type: SQLAlchemy's own preparation of every row
    costs more than SQLite's writing of it, and one INSERT with many VALUES is an order of magnitude slower still.
    """
    if not rows:
        return
    connection = session.connection()
    names = list(rows[0])
    compiled = statement.compile(dialect=connection.dialect, column_keys=names)
    prepare = [(name, _processor(table.c[name], connection.dialect)) for name in names]
    defaults = {name: _default(table.c[name], connection.dialect) for name in compiled.binds if name not in rows[0]}
    prepared = (
        {name: ready(row[name]) if ready is not None else row[name] for name, ready in prepare} | defaults
        for row in rows
    )
    if compiled.positiontup is not None:
        order = itemgetter(*compiled.positiontup)
        connection.exec_driver_sql(compiled.string, [order(row) for row in prepared])
    else:
        connection.exec_driver_sql(compiled.string, list(prepared))


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
