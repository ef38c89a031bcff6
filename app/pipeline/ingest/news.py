"""What is new in a batch: events, each once per store, kind and subject, and only from the moment the store is live."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.model import Consent, Fulfillment, Order
from app.model.event import EventKind
from app.pipeline.enroll import News
from app.pipeline.ingest.heard import hear
from app.pipeline.ingest.orders import Touched
from app.questions import STORE_ID, asked
from app.rows import among, chunks, table_of
from connectors.records import ConsentState, Medium, OrderStatus

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

CONSENT = table_of(Consent)
ORDER = table_of(Order)
PARCEL = table_of(Fulfillment)
OF_ORDER = ("external_id", "customer_id", "status", "may_start", "placed_at", "paid_at", "country")
ORDER_NEWS = sa.select(*(ORDER.c[name] for name in OF_ORDER)).where(ORDER.c.store_id == STORE_ID)
PARCEL_NEWS = sa.select(PARCEL.c.order_external_id, PARCEL.c.shipped_at, PARCEL.c.delivered_at).where(
    PARCEL.c.store_id == STORE_ID
)


def of_orders(batch: "Batch", touched: Touched) -> list[News]:
    """What happened to the touched orders since the store is live: placed, paid, shipped, delivered."""
    found: list[News] = []
    session, store_id = batch.session, batch.store.id
    for chunk in chunks(sorted(touched.live)):
        # A cancelled order is news as well: its enrollments end when they fall due, with the reason in the ledger, whichever
        # of its two payloads came first.
        orders = {
            row.external_id: row
            for row in asked(session, ORDER_NEWS, column=ORDER.c.external_id, values=chunk, store_id=store_id)
            if row.may_start and row.status != OrderStatus.DRAFT and row.customer_id is not None
        }
        for row in orders.values():
            found += _moments(row, ((EventKind.ORDER_PLACED, row.placed_at), (EventKind.ORDER_PAID, row.paid_at)))
        column = PARCEL.c.order_external_id
        for parcel in asked(session, PARCEL_NEWS, column=column, values=list(orders), store_id=store_id):
            moments = ((EventKind.ORDER_SHIPPED, parcel.shipped_at), (EventKind.ORDER_DELIVERED, parcel.delivered_at))
            order = orders[parcel.order_external_id]
            found += _moments(order, moments, is_abroad=_is_abroad(batch, order))
    return hear(batch, found)


def _moments(
    order: Any, moments: Iterable[tuple[EventKind, datetime | None]], *, is_abroad: bool = False
) -> list[News]:
    subject = f"order:{order.external_id}"
    return [News(kind, subject, order.customer_id, at, is_abroad) for kind, at in moments if at is not None]


def _is_abroad(batch: "Batch", order: Any) -> bool:
    home = batch.store.country
    return home is not None and order.country is not None and order.country != home


def of_answers(batch: "Batch", customer_ids: Iterable[int]) -> list[News]:
    """Since when these people are subscribed to e-mail, by their first yes: so whoever leaves and comes back is not welcomed
    again, and whoever said yes before the store was live is no news however often it is told."""
    found: list[News] = []
    for chunk in chunks(sorted(customer_ids)):
        query = (
            sa.select(CONSENT.c.customer_id, sa.func.min(CONSENT.c.at))
            .where(
                among(batch.session, CONSENT.c.customer_id, values=chunk),
                CONSENT.c.medium == Medium.EMAIL,
                CONSENT.c.state == ConsentState.SUBSCRIBED,
            )
            .group_by(CONSENT.c.customer_id)
        )
        found += [News(EventKind.SUBSCRIBED, f"customer:{who}", who, at) for who, at in batch.session.execute(query)]
    return hear(batch, found)
