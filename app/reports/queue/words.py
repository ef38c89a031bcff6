"""What the queue and the ledger show, and what of it somebody wants to see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.reports.keyset import Place

PAGE = 50
# How many rows one page looks through for what is wanted, before it says how far it came.
DEPTH = 5_000


class Tab(StrEnum):
    """`waiting` is all that is to come; `deferred` of that what was due and put off; the rest are verdicts of the ledger."""

    WAITING = "waiting"
    DEFERRED = "deferred"
    DROPPED = "dropped"
    FAILED = "failed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    tab: Tab = Tab.WAITING
    workflow: str | None = None
    reason: str | None = None
    customer_id: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """The row that a button acts on, as it was when it was shown; `may` are the acts that make sense for it."""

    what: str
    id: int
    step: str
    tries: int
    may: frozenset[str]


@dataclass(frozen=True, slots=True)
class Line:
    """One row. `at` is when it is asked next, or when it was decided; `until` when a deferred one was to be asked again."""

    at: datetime
    customer_id: int
    who: str
    workflow: str
    step: str
    kind: str
    reason: str | None
    sentence: str | None
    until: datetime | None
    due_at: datetime | None
    is_parked: bool
    enrollment_id: int
    act: Act | None


@dataclass(frozen=True, slots=True)
class Page:
    """`following` is where the next page begins; `looked_until` is set where the page looked as far as it may and found too
    little: what is wanted may lie further on."""

    lines: tuple[Line, ...]
    following: Place | None
    looked_until: datetime | None = None


def of_store(table: sa.Table, store_id: int, *, wanted: Wanted) -> sa.ColumnElement[bool]:
    """The rows of one store, or of one person of it."""
    if wanted.customer_id is None:
        return table.c.store_id == store_id
    # The sum keeps SQLite from walking the whole store in the order of time, where one person has a few rows.
    return sa.and_(table.c.customer_id == wanted.customer_id, table.c.store_id + 0 == store_id)


def bounded(
    session: Session, inner: sa.Select[Any], *, where: Iterable[Any], order: Iterable[Any], depth: int | None
) -> tuple[list[Any], Any | None]:
    """The rows of `inner` that meet the conditions, at most a page and one more, having looked at `depth` rows; and the row
    where the look ended, where it ended before the rows did. `inner` is sorted by `order`, names of its own columns."""
    conditions, names = list(where), list(order)
    if not conditions:
        return list(session.execute(inner.limit(PAGE + 1))), None
    looked = (inner if depth is None else inner.limit(depth)).subquery()
    columns = [looked.c[name.removeprefix("-")] for name in names]
    sorting = [one.desc() if name.startswith("-") else one for one, name in zip(columns, names, strict=True)]
    query = sa.select(looked).where(*(one(looked) for one in conditions)).order_by(*sorting).limit(PAGE + 1)
    rows = list(session.execute(query))
    if len(rows) > PAGE or depth is None:
        return rows, None
    end = session.execute(inner.offset(depth - 1).limit(1)).first()
    return rows, end
