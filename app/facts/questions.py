"""How every part of the facts asks the database: many values at once, in pieces, grouped by a column."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.rows import chunks


def rows(session: Session, query: sa.Select[Any], *, column: sa.Column[Any], values: Sequence[Any]) -> list[Any]:
    """All rows whose column holds one of the values."""
    return [row for chunk in chunks(values) for row in session.execute(query.where(column.in_(chunk)))]


def grouped(found: Sequence[Any], name: str) -> dict[Any, list[Any]]:
    """The rows by the value of one column."""
    groups: dict[Any, list[Any]] = {}
    for row in found:
        groups.setdefault(getattr(row, name), []).append(row)
    return groups
