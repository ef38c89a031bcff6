"""What somebody buys again and again and is likely to need within the next days, by their own rhythm and the product's."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import EPOCH
from app.insight.histories import Lines
from app.insight.replenish import reminders, replenishment
from app.model import Order, OrderLine, Store
from app.model.event import EventKind
from app.pipeline.calendar.days import MORNING, is_on
from app.pipeline.enroll import News
from app.policy.quiet import instant
from app.rows import table_of
from app.zones import zone_of
from workflows.language import Workflow

ORDER = table_of(Order)
LINE = table_of(OrderLine)
# Taken in a few days before: the next orders may move the day, and what was bought meanwhile is seen when it falls due.
AHEAD_DAYS = 2
# When this share of a pair's gaps is over: a little before most people need it.
SHARE = 0.4
LOOK_BACK = timedelta(days=3 * 365)
DAY = timedelta(days=1)


def due(session: Session, store: Store, *, workflows: Mapping[str, Workflow], now: datetime) -> list[News]:
    """Each (customer, product) whose day comes within two days, where a reminder is probable enough to be right."""
    if not is_on(session, store, workflows=workflows):
        return []
    rows = _lines(session, store, now=now)
    if not rows:
        return []
    customers = np.array([row.customer_id for row in rows])
    names, products = np.unique(np.array([row.product_external_id for row in rows]), return_inverse=True)
    days = np.array([(row.placed_at - EPOCH) / DAY for row in rows])
    lines = Lines.of(customer=customers, product=products, day=days, quantity=np.array([row.quantity for row in rows]))
    # To the moment: what was bought this very morning is known.
    found = replenishment(lines, as_of=(now - EPOCH) / DAY)
    ahead = np.ceil(found.gap(SHARE) - found.silence)
    last = {(row.customer_id, row.product_external_id): row.external_id for row in rows}
    wanted = np.flatnonzero(reminders(found).worth & (ahead <= AHEAD_DAYS))
    return [
        _news(
            store,
            customer=int(found.customer[place]),
            product=str(names[found.product[place]]),
            days=max(int(ahead[place]), 0),
            last=last,
            now=now,
        )
        for place in wanted
    ]


def _lines(session: Session, store: Store, *, now: datetime) -> list[Any]:
    """What was bought and still counts, oldest first."""
    same = sa.and_(LINE.c.store_id == ORDER.c.store_id, LINE.c.order_external_id == ORDER.c.external_id)
    query = (
        sa.select(
            ORDER.c.customer_id, ORDER.c.external_id, ORDER.c.placed_at, LINE.c.product_external_id, LINE.c.quantity
        )
        .join(LINE, same)
        .where(
            ORDER.c.store_id == store.id,
            ORDER.c.counts,
            ORDER.c.customer_id.is_not(None),
            ORDER.c.placed_at > now - LOOK_BACK,
            ORDER.c.placed_at <= now,
            LINE.c.product_external_id.is_not(None),
        )
        .order_by(ORDER.c.placed_at)
    )
    return list(session.execute(query))


def _news(
    store: Store, *, customer: int, product: str, days: int, last: Mapping[tuple[int, str], str], now: datetime
) -> News:
    zone = zone_of(None, None, store_zone=store.zone)
    day = (now + days * DAY).astimezone(zone).date()
    subject = f"replenish:{product}:{last[(customer, product)]}"
    return News(EventKind.REPLENISHMENT_DUE, subject, customer, max(now, instant(day, MORNING, zone=zone)))
