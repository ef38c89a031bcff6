"""Real customers for whom a message can be looked at: the newest of those who came this way, else those who bought last."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import UTCDateTime
from app.model import Customer, Enrollment, Order, Store
from app.rows import table_of

CUSTOMER, ENROLLMENT, ORDER = map(table_of, (Customer, Enrollment, Order))
FEW = 8


@dataclass(frozen=True, slots=True)
class Example:
    """One customer about one subject, as an enrollment is about it."""

    customer_id: int
    who: str
    subject: str
    event_at: datetime


def examples(session: Session, store: Store, *, workflow: str, needs_order: bool) -> list[Example]:
    """At most a handful, each customer once. Without anybody on the way, buyers stand in where an order is enough."""
    # By the unique key of ways, so that it is as quick for a big store: those who joined last among those who came.
    came = (
        sa.select(ENROLLMENT.c.customer_id, ENROLLMENT.c.subject, ENROLLMENT.c.event_at)
        .where(ENROLLMENT.c.store_id == store.id, ENROLLMENT.c.workflow == workflow)
        .order_by(ENROLLMENT.c.customer_id.desc(), ENROLLMENT.c.subject.desc())
        .limit(FEW)
    )
    found = _named(session, store, rows=session.execute(came).all())
    return found or (_buyers(session, store) if needs_order else _customers(session, store))


def _buyers(session: Session, store: Store) -> list[Example]:
    bought = (
        sa.select(
            ORDER.c.customer_id, ("order:" + ORDER.c.external_id).label("subject"), ORDER.c.placed_at.label("event_at")
        )
        .where(ORDER.c.store_id == store.id, ORDER.c.counts, ORDER.c.customer_id.is_not(None))
        .order_by(ORDER.c.placed_at.desc())
        .limit(FEW)
    )
    return _named(session, store, rows=session.execute(bought).all())


def _customers(session: Session, store: Store) -> list[Example]:
    joined = (
        sa.select(
            CUSTOMER.c.id.label("customer_id"),
            sa.literal("self").label("subject"),
            sa.func.coalesce(CUSTOMER.c.joined_at, sa.literal(store.created_at, UTCDateTime)).label("event_at"),
        )
        .where(CUSTOMER.c.store_id == store.id, CUSTOMER.c.external_id.is_not(None))
        .order_by(CUSTOMER.c.last_order_at.desc().nulls_last())
        .limit(FEW)
    )
    return _named(session, store, rows=session.execute(joined).all())


def _named(session: Session, store: Store, *, rows: Any) -> list[Example]:
    ids = [row.customer_id for row in rows]
    if not ids:
        return []
    # The sum keeps SQLite from walking the whole store for these few.
    people = sa.select(CUSTOMER.c.id, CUSTOMER.c.first_name, CUSTOMER.c.last_name, CUSTOMER.c.email).where(
        CUSTOMER.c.store_id + 0 == store.id, CUSTOMER.c.id.in_(ids), CUSTOMER.c.gone_at.is_(None)
    )
    names = {
        row.id: " ".join(filter(None, (row.first_name, row.last_name))) or row.email or "?"
        for row in session.execute(people)
    }
    first = {row.customer_id: row for row in reversed(rows) if row.customer_id in names}
    return [Example(who, names[who], row.subject, row.event_at) for who, row in reversed(first.items())]
