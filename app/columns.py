"""How the values of many rows become what a database's driver takes: a column at a time, by its type."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

import msgspec
import sqlalchemy as sa

Columns = Mapping[str, Sequence[Any]]
ENCODE = msgspec.json.Encoder().encode
EMPTY: tuple[Any, ...] = ([], {})


def prepared(
    table: sa.Table, dialect: sa.Dialect, *, order: tuple[str, ...], rows: Sequence[Mapping[str, Any]]
) -> list[tuple[Any, ...]]:
    """The rows as the driver wants them, their values in this order; what they do not say is the column's default."""
    if all(name in rows[0] and _processor(table.c[name], dialect) is None for name in order):
        return list(map(_picking(order), rows))
    return list(zip(*ready(as_columns(rows, order), table, dialect=dialect, order=order), strict=True))


def as_columns(rows: Sequence[Mapping[str, Any]], names: Iterable[str]) -> Columns:
    """What the rows, at least one, say of these columns."""
    said = tuple(name for name in names if name in rows[0])
    return dict(zip(said, zip(*map(_picking(said), rows), strict=True), strict=True))


def _picking(names: tuple[str, ...]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    return itemgetter(*names) if len(names) > 1 else lambda row: (row[names[0]],)


def ready(columns: Columns, table: sa.Table, *, dialect: sa.Dialect, order: Sequence[str]) -> list[Sequence[Any]]:
    """The columns in this order as the driver wants them; one that is not there holds its default."""
    count = len(next(iter(columns.values())))
    return [
        _readied(columns[name], _processor(table.c[name], dialect))
        if name in columns
        else [_default(table.c[name], dialect)] * count
        for name in order
    ]


def _readied(values: Sequence[Any], processor: Callable[[Any], Any] | None) -> Sequence[Any]:
    if processor is None:
        return values
    # Of JSON only what is empty: 1 and true are the same to Python.
    if (processor is not _json or values[0] in EMPTY) and is_same(values):
        return [processor(values[0])] * len(values)
    # JSON without a turn through Python for each.
    return list(map(bytes.decode, map(ENCODE, values)) if processor is _json else map(processor, values))


def is_same(values: Sequence[Any]) -> bool:
    """Whether all of a column is the same."""
    return bool(values[0] == values[-1]) and values.count(values[0]) == len(values)


@lru_cache(maxsize=256)
def whole_numbers(table: sa.Table, names: tuple[str, ...]) -> tuple[bool, ...] | None:
    """Which of the columns hold whole numbers; None where one holds bytes, which cannot be told in JSON."""
    kinds = [table.c[name].type for name in names]
    if any(isinstance(kind, sa.LargeBinary) for kind in kinds):
        return None
    return tuple(isinstance(kind, sa.Integer) for kind in kinds)


@lru_cache(maxsize=1024)
def _processor(column: sa.Column[Any], dialect: sa.Dialect) -> Callable[[Any], Any] | None:
    if isinstance(column.type, sa.Boolean):
        # Every driver of ours takes a bool as it is.
        return None
    if isinstance(column.type, sa.JSON):
        return _json
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _default(column: sa.Column[Any], dialect: sa.Dialect) -> Any:
    """What a column holds where a row does not say, as the driver wants it."""
    default, processor = column.default, _processor(column, dialect)
    if not isinstance(default, sa.ColumnDefault):
        return None
    # SQLAlchemy wraps a callable default so that it takes a context, which `list` and `dict` do not look at.
    value = default.arg(None) if default.is_callable else default.arg
    return processor(value) if processor is not None else value
