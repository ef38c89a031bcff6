"""How every part of the facts asks the database: many values in one parameter, grouped by a column."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.rows import among, named


def rows(session: Session, query: sa.Select[Any], *, column: sa.Column[Any], values: Sequence[Any]) -> list[Any]:
    """All rows whose column holds one of the values."""
    if not values:
        return []
    return named(session.execute(query.where(among(session, column, values=values))))


def grouped(found: Sequence[Any], name: str) -> dict[Any, list[Any]]:
    """The rows by the value of one column."""
    groups: dict[Any, list[Any]] = {}
    for row in found:
        groups.setdefault(getattr(row, name), []).append(row)
    return groups
