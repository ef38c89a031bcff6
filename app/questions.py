"""Questions that are asked again and again: written once, with many values in one parameter, their rows as named tuples."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from app.db import UTCDateTime
from app.rows import named

# What most of them are about, beside the values that they look for.
STORE_ID = sa.bindparam("store_id", type_=sa.BigInteger)
NOW = sa.bindparam("now", type_=UTCDateTime)
VALUES = "values"


def asked(
    session: Session, query: sa.Select[Any], *, column: sa.Column[Any], values: Sequence[Any], **given: Any
) -> list[Any]:
    """All rows whose column holds one of the values, and which fit what is `given` for the query's own parameters. Keep the
    query: it is written into a statement once, and building one costs more than asking it."""
    if not values:
        return []
    connection = session.connection()
    name = connection.dialect.name
    listed = msgspec.json.encode(values).decode() if name == "sqlite" else list(values)
    return named(connection.execute(_among(name, query, column=column), {**given, VALUES: listed}))


@lru_cache(maxsize=256)
def _among(dialect: str, query: sa.Select[Any], *, column: sa.Column[Any]) -> sa.Select[Any]:
    """With all values in one parameter: the statement stays the same however many they are."""
    if dialect == "sqlite":
        listed = sa.func.json_each(sa.bindparam(VALUES, type_=sa.Text)).table_valued("value")
        return query.where(column.in_(sa.select(listed.c.value)))
    kind = postgresql.ARRAY(column.type)
    return query.where(column == sa.any_(sa.cast(sa.bindparam(VALUES, type_=kind), kind)))


def grouped(found: Sequence[Any], name: str) -> dict[Any, list[Any]]:
    """The rows by the value of one column."""
    groups: dict[Any, list[Any]] = {}
    for row in found:
        groups.setdefault(getattr(row, name), []).append(row)
    return groups
