"""What is new in a batch: events, each once per store, kind and subject, and only from the moment the store is live."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.model import Event, Fulfillment, Order
from app.model.event import EventKind
from app.pipeline.enroll import News
from app.pipeline.ingest.orders import Touched
from app.rows import chunks, insert, table_of
from connectors.records import Medium, OrderStatus

if TYPE_CHECKING:
    from app.pipeline.consent import Answer
    from app.pipeline.ingest import Batch

EVENT = table_of(Event)
ORDER = table_of(Order)
PARCEL = table_of(Fulfillment)


def of_orders(batch: "Batch", touched: Touched) -> list[News]:
    """What happened to the touched orders since the store is live: placed, paid, shipped, delivered."""
    found: list[News] = []
    for chunk in chunks(sorted(touched.live)):
        where = (ORDER.c.store_id == batch.store.id, ORDER.c.external_id.in_(chunk))
        # A cancelled order is news as well: its enrollments end when they fall due, with the reason in the ledger, whichever
        # of its two payloads came first.
        orders = {
            row.external_id: row
            for row in batch.session.execute(sa.select(ORDER).where(*where))
            if row.may_start and row.status != OrderStatus.DRAFT and row.customer_id is not None
        }
        for row in orders.values():
            found += _moments(row, ((EventKind.ORDER_PLACED, row.placed_at), (EventKind.ORDER_PAID, row.paid_at)))
        query = sa.select(PARCEL).where(
            PARCEL.c.store_id == batch.store.id, PARCEL.c.order_external_id.in_(list(orders))
        )
        for parcel in batch.session.execute(query):
            moments = ((EventKind.ORDER_SHIPPED, parcel.shipped_at), (EventKind.ORDER_DELIVERED, parcel.delivered_at))
            order = orders[parcel.order_external_id]
            found += _moments(order, moments, is_abroad=_is_abroad(batch, order))
    return _unheard(batch, found)


def _moments(
    order: Any, moments: Iterable[tuple[EventKind, datetime | None]], *, is_abroad: bool = False
) -> list[News]:
    subject = f"order:{order.external_id}"
    return [News(kind, subject, order.customer_id, at, is_abroad) for kind, at in moments if at is not None]


def _is_abroad(batch: "Batch", order: Any) -> bool:
    home = batch.store.country
    return home is not None and order.country is not None and order.country != home


def of_answers(batch: "Batch", answers: "Sequence[Answer]") -> list[News]:
    """Who subscribed to e-mail: once per customer, so that whoever leaves and comes back is not welcomed again."""
    mail = [one for one in answers if one.medium == Medium.EMAIL]
    found = [News(EventKind.SUBSCRIBED, f"customer:{one.customer_id}", one.customer_id, one.at) for one in mail]
    return _unheard(batch, found)


def _unheard(batch: "Batch", news: Sequence[News]) -> list[News]:
    """Write what is news and was not heard before, and give it back; of two tellings of one thing the earlier time holds."""
    kept: list[News] = []
    for one in sorted(news, key=lambda one: one.at):
        if one.at < batch.store.live_since:
            continue
        row = {
            "store_id": batch.store.id,
            "customer_id": one.customer_id,
            "kind": one.kind,
            "subject": one.subject,
            "at": one.at,
            "recorded_at": batch.now,
            "is_abroad": one.is_abroad,
        }
        statement = insert(batch.session, EVENT).values(**row)
        statement = statement.on_conflict_do_update(
            index_elements=["store_id", "kind", "subject"],
            set_={"at": statement.excluded.at},
            where=statement.excluded.at < EVENT.c.at,
        )
        if batch.session.execute(statement.returning(EVENT.c.id)).first() is not None:
            kept.append(one)
    return kept
