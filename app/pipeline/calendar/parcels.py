"""Parcels that have just become late: the store says it first, once a parcel."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts.telling import parcel_of
from app.facts.things import tells_movements
from app.model import Fulfillment, Order, Store
from app.model.event import EventKind
from app.pipeline.calendar.days import is_on
from app.pipeline.enroll import News
from app.policy.parcels import FORGOTTEN, lateness
from app.rows import table_of
from workflows.language import Workflow

PARCEL = table_of(Fulfillment)
ORDER = table_of(Order)


def late(session: Session, store: Store, *, workflows: Mapping[str, Workflow], now: datetime) -> list[News]:
    """Every parcel on its way that is late by now; enroll takes in those that became so after the workflow was on."""
    return late_now(session, store, now=now) if is_on(session, store, workflows=workflows) else []


def late_now(session: Session, store: Store, *, now: datetime) -> list[News]:
    """The same, whatever is on: each with the moment since when it is late."""
    tells = tells_movements(session, store, now=now)
    same = sa.and_(ORDER.c.store_id == PARCEL.c.store_id, ORDER.c.external_id == PARCEL.c.order_external_id)
    query = (
        sa.select(PARCEL, ORDER.c.country, ORDER.c.customer_id)
        .join(ORDER, same)
        .where(
            PARCEL.c.store_id == store.id,
            PARCEL.c.delivered_at.is_(None),
            PARCEL.c.shipped_at > now - FORGOTTEN,
            ORDER.c.counts,
            ORDER.c.customer_id.is_not(None),
        )
    )
    found: list[News] = []
    for row in session.execute(query):
        since = lateness(parcel_of(row, country=row.country, home=store.country, tells=tells), now=now).since
        if since is not None:
            found.append(News(EventKind.PARCEL_LATE, f"parcel:{row.external_id}", row.customer_id, since))
    return found
