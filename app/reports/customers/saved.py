"""The ways to look at the customers that a store kept, and the tags that it uses."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import SavedFilter, Tag
from app.reports.customers.choices import Choices, read

MOST = 50


@dataclass(frozen=True, slots=True)
class Saved:
    id: int
    name: str
    choices: Choices


def saved(session: Session, *, store_id: int) -> list[Saved]:
    """What this store kept, by name."""
    query = sa.select(SavedFilter).where(SavedFilter.store_id == store_id).order_by(SavedFilter.name).limit(MOST)
    return [Saved(row.id, row.name, read(row.choices)) for row in session.scalars(query)]


def tags_in_use(session: Session, *, store_id: int) -> list[str]:
    """The words that this store tags its customers with: a look into the index per word, however many carry it."""
    first, later = sa.alias(Tag.__table__), sa.alias(Tag.__table__)
    lowest = sa.select(sa.func.min(first.c.word).label("word")).where(first.c.store_id == store_id)
    found = lowest.cte("found", recursive=True)
    following = (
        sa.select(sa.func.min(later.c.word))
        .where(later.c.store_id == store_id, later.c.word > found.c.word)
        .correlate(found)
        .scalar_subquery()
    )
    found = found.union_all(sa.select(following).select_from(found).where(found.c.word.is_not(None)))
    query = sa.select(found.c.word).where(found.c.word.is_not(None)).limit(MOST)
    return sorted(session.scalars(query))
