"""Everything that happened with one customer, newest first: a bounded question per kind, merged by time.

Each kind is asked for no more rows than a page shows, by an index of its own, so that a page of the tenth year costs no more
than the first. A page ends at a moment, a kind and a key; the next begins right behind it.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import EPOCH, MICROSECOND, UTCDateTime
from app.model import Customer
from app.reports.customer.sources import SOURCES, Kind
from app.rows import table_of

CUSTOMER = table_of(Customer)
PAGE = 30
Key = int | str


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `key` names it among its kind; `facts` holds what its line on the page says."""

    at: datetime
    kind: Kind
    key: Key
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page; `following` is where the next one begins."""

    moments: tuple[Moment, ...]
    following: str | None


@dataclass(frozen=True, slots=True)
class _Place:
    at: datetime
    kind: int
    key: Key


def timeline(
    session: Session, *, store_id: int, customer_id: int, place: str | None = None, limit: int = PAGE
) -> Timeline:
    """One page of one customer's story, behind `place`, which an earlier page told; the first where that is not ours."""
    if not _is_theirs(session, store_id, customer_id=customer_id):
        return Timeline((), None)
    behind = _read(place)
    found = [
        moment
        for rank in range(len(SOURCES))
        for moment in _some(session, rank, customer_id=customer_id, behind=behind, limit=limit + 1)
    ]
    # Newest first, of one moment the kinds in their order; among one kind the database's own order stays.
    found.sort(key=lambda one: one[1], reverse=True)
    moments = tuple(moment for moment, _ in found[:limit])
    return Timeline(moments, _written(moments[-1]) if len(found) > limit else None)


def _is_theirs(session: Session, store_id: int, *, customer_id: int) -> bool:
    """Asked once, so that each kind is asked for by the customer alone: with the store beside it SQLite would rather walk the
    whole store in the order of time."""
    query = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store_id, CUSTOMER.c.id == customer_id)
    return session.execute(query).first() is not None


def _some(
    session: Session, rank: int, *, customer_id: int, behind: _Place | None, limit: int
) -> list[tuple[Moment, tuple[datetime, int]]]:
    source, given = SOURCES[rank], {"customer": customer_id, "most": limit}
    values = given if behind is None else {**given, "at": behind.at, "key": behind.key}
    kind = 0 if behind is None else -1 if rank < behind.kind else 1 if rank > behind.kind else 2
    rows = [source.moment(row) for row in session.execute(_query(rank, kind), values)]
    return [(Moment(at, source.kind, key, facts), (at, -rank)) for at, key, facts in rows]


@lru_cache
def _query(rank: int, kind: int) -> sa.Select[Any]:
    """Written once: building ten statements costs more than asking them. `kind`: 0 the first page; behind a place, -1 kinds
    that stand above it, 1 below it, 2 the place's own."""
    source = SOURCES[rank]
    at, key = sa.bindparam("at", type_=UTCDateTime), sa.bindparam("key", type_=source.key.type)
    behind = {
        -1: source.at < at,
        1: source.at <= at,
        2: sa.or_(source.at < at, sa.and_(source.at == at, source.key < key)),
    }
    query = source.query if kind == 0 else source.query.where(behind[kind])
    return query.order_by(source.at.desc(), source.key.desc()).limit(sa.bindparam("most", type_=sa.Integer))


def _written(last: Moment) -> str:
    rank = [source.kind for source in SOURCES].index(last.kind)
    told = msgspec.json.encode([(last.at - EPOCH) // MICROSECOND, rank, last.key])
    return base64.urlsafe_b64encode(told).decode().rstrip("=")


def _read(text: str | None) -> _Place | None:
    if not text or len(text) > 400:
        return None
    try:
        told = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        at, rank, key = msgspec.json.decode(told, type=tuple[int, int, int | str])
        return _Place(EPOCH + at * MICROSECOND, rank, key) if _is_sound(rank, key) else None
    except (ValueError, OverflowError, msgspec.MsgspecError):
        return None


def _is_sound(rank: int, key: Key) -> bool:
    """Whether there is such a kind, and its keys are of this sort and fit a column."""
    if not 0 <= rank < len(SOURCES):
        return False
    if isinstance(key, int):
        return SOURCES[rank].has_numbers and abs(key) < 2**62
    return not SOURCES[rank].has_numbers and "\x00" not in key
