"""Counts that stop at a limit, so that a page is as quick for a store with millions of rows."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

LIMIT = 10_000


@dataclass(frozen=True, slots=True)
class Count:
    """A count that stopped at its limit where `is_more`."""

    number: int
    is_more: bool = False

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.is_more else ''}"

    def __bool__(self) -> bool:
        return self.number > 0


def count(session: Session, *conditions: sa.ColumnElement[bool]) -> Count:
    """How many rows meet the conditions, as far as the limit."""
    few = sa.select(sa.literal(1)).where(*conditions).limit(LIMIT + 1).subquery()
    number = session.execute(sa.select(sa.func.count()).select_from(few)).scalar_one()
    return Count(min(number, LIMIT), number > LIMIT)
