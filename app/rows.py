"""Small questions to the database that many rooms ask: tables, pieces of a list, insert-or-update."""

from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeVar, cast

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from app import behind, pieces
from app.columns import Columns, as_columns, prepared, ready, whole_numbers

T = TypeVar("T")
CHUNK = 2_000


def table_of(model: type[DeclarativeBase]) -> sa.Table:
    return cast("sa.Table", model.__table__)


def chunks(values: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Pieces small enough for one IN list."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def named(found: sa.Result[Any]) -> list[Any]:
    """The rows as named tuples. SQLAlchemy's own look a name up anew at every access, at more than the twentyfold price: what
    thousands of rows are asked dozens of names for is made plain once."""
    return list(map(_shape(tuple(found.keys()))._make, found.all()))


@lru_cache(maxsize=256)
def _shape(names: tuple[str, ...]) -> Any:
    return namedtuple("Row", names)


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
    """Run an INSERT for many rows with the same columns.

    A statement that is handed in again is not compiled again, so keep it. Each value is prepared by its column's type:
    SQLAlchemy's own preparation of every row costs more than SQLite's writing of it.
    """
    if not rows:
        return
    connection, names = session.connection(), tuple(rows[0])
    compiled = _compiled(statement, connection.dialect, names=names)
    order = tuple(compiled.positiontup or compiled.binds)
    if (sql := _inserting_told(statement, connection.dialect, table=table, names=order)) is not None:
        _tell(connection, sql, table=table, order=order, rows=rows)
        return
    if behind.is_worth_it(session, len(rows)) and _is_handed_over(
        session, compiled, table=table, columns=as_columns(rows, order)
    ):
        return
    values = prepared(table, connection.dialect, order=order, rows=rows)
    if compiled.positiontup is None:
        connection.exec_driver_sql(compiled.string, [dict(zip(order, row, strict=True)) for row in values])
    else:
        pieces.write(connection, compiled.string, width=len(order), values=values)


def bulk_columns(session: Session, statement: sa.Insert, *, table: sa.Table, columns: Columns) -> None:
    """The same for rows that come as columns, and by the thousand are never made rows in Python."""
    connection, count = session.connection(), len(next(iter(columns.values())))
    if behind.is_worth_it(session, count):
        compiled = _compiled(statement, connection.dialect, names=tuple(columns))
        if _is_handed_over(session, compiled, table=table, columns=columns):
            return
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    bulk(session, statement, table=table, rows=rows)


def _is_handed_over(session: Session, compiled: Any, *, table: sa.Table, columns: Columns) -> bool:
    """Whether a thread of SQLite's writes them: not where bytes are among them."""
    order = tuple(compiled.positiontup)
    if (whole := whole_numbers(table, order)) is None:
        return False
    values = ready(columns, table, dialect=session.connection().dialect, order=order)
    pieces.write_behind(session, compiled.string, columns=values, whole=whole)
    return True


def plain(
    statement: sa.Insert, dialect: sa.Dialect, *, table: sa.Table, rows: Sequence[Mapping[str, Any]]
) -> tuple[str, list[tuple[Any, ...]]]:
    """The INSERT and the rows, at least one and all of the same columns, as SQLite's driver itself takes them."""
    compiled = _compiled(statement, dialect, names=tuple(rows[0]))
    return compiled.string, prepared(table, dialect, order=tuple(compiled.positiontup), rows=rows)


def _tell(
    connection: sa.Connection, sql: str, *, table: sa.Table, order: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Hand PostgreSQL whole pieces of rows, each as one text of JSON: a turn for every row costs both sides twice as much."""
    for piece in chunks(rows):
        values = prepared(table, connection.dialect, order=order, rows=piece)
        told = msgspec.json.encode([dict(zip(order, row, strict=True)) for row in values])
        connection.exec_driver_sql(sql, {"told": told.decode()})


@lru_cache(maxsize=128)
def _inserting_told(
    statement: sa.Insert, dialect: sa.Dialect, *, table: sa.Table, names: tuple[str, ...]
) -> str | None:
    """The INSERT of rows that are told in one go; None where each has to come by itself: on SQLite, where bytes are among them,
    and where the same row may be written twice, which PostgreSQL does not do in one statement."""
    if dialect.name != "postgresql" or any(isinstance(table.c[name].type, sa.LargeBinary) for name in names):
        return None
    query = sa.select(*_told(table, names))
    sql = str(statement.from_select(list(names), query, include_defaults=False).compile(dialect=dialect))
    return None if "DO UPDATE" in sql else sql


def _told(table: sa.Table, names: tuple[str, ...]) -> list[sa.ColumnElement[Any]]:
    """The columns of the rows that are told. A column's own JSON is a text in the text, so that a null of its own stays one."""
    kinds = {name: table.c[name].type for name in names}
    as_text = [name for name, kind in kinds.items() if isinstance(kind, sa.JSON)]
    columns = (sa.column(name, sa.Text() if name in as_text else kind) for name, kind in kinds.items())
    rows = sa.func.json_to_recordset(sa.cast(sa.bindparam("told", type_=sa.Text), postgresql.JSON))
    told = rows.table_valued(*columns).render_derived("told", with_types=True)
    return [sa.cast(told.c[name], kinds[name]) if name in as_text else told.c[name] for name in names]


def bulk_update(session: Session, table: sa.Table, *, rows: Sequence[Mapping[str, Any]]) -> None:
    """Set the columns that the rows name, each row found by its `id`; all rows name the same."""
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        # Of two for the same row the later one holds, as where each is written by itself; in the order of their ids, as all
        # who lock rows do it.
        rows = sorted({row["id"]: row for row in rows}.values(), key=itemgetter("id"))
        order = tuple(rows[0])
        sql = _updating_told(table, connection.dialect, names=order)
        _tell(connection, sql, table=table, order=order, rows=rows)
        return
    names = tuple(name for name in rows[0] if name != "id")
    compiled = _compiled(_updating(table, names), connection.dialect, names=None)
    columns = {"row_id": "id", **{f"new_{name}": name for name in names}}
    binds = compiled.positiontup or list(columns)
    values = prepared(table, connection.dialect, order=tuple(columns[bind] for bind in binds), rows=rows)
    connection.exec_driver_sql(compiled.string, values)


@lru_cache(maxsize=128)
def _updating_told(table: sa.Table, dialect: sa.Dialect, *, names: tuple[str, ...]) -> str:
    changes = dict(zip(names, _told(table, names), strict=True))
    is_same = table.c.id == changes.pop("id")
    return str(sa.update(table).where(is_same).values(changes).compile(dialect=dialect))


@lru_cache(maxsize=128)
def _updating(table: sa.Table, names: tuple[str, ...]) -> sa.Update:
    changes = {name: sa.bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    return sa.update(table).where(table.c.id == sa.bindparam("row_id")).values(changes)


@lru_cache(maxsize=256)
def _compiled(statement: sa.Insert | sa.Update, dialect: sa.Dialect, *, names: tuple[str, ...] | None) -> Any:
    return statement.compile(dialect=dialect, column_keys=None if names is None else list(names))


def _natural_key(table: sa.Table) -> list[str]:
    """The columns by which the outside knows a row: the unique constraint where there is one, else the primary key."""
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            return [column.name for column in constraint.columns]
    return [column.name for column in table.primary_key.columns]
