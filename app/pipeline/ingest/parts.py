"""What hangs on an order and asks for nobody: its lines, refunds and parcels become rows, whichever of them comes first."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.model import Fulfillment, OrderLine, Refund
from app.rows import among, bulk_columns, chunks, table_of, upsert
from connectors.records import FulfillmentRecord, OrderRecord, RefundRecord

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

LINE = table_of(OrderLine)
INSERT_LINE = sa.insert(LINE)
REFUND = table_of(Refund)
PARCEL = table_of(Fulfillment)
UPDATED_AT = attrgetter("updated_at")


def keep_lines(batch: "Batch", orders: Sequence[OrderRecord], *, before: Mapping[str, Any]) -> None:
    known = [one.external_id for one in orders if one.external_id in before and one.lines is not None]
    for chunk in chunks(known):
        where = (LINE.c.store_id == batch.store.id, among(batch.session, LINE.c.order_external_id, values=chunk))
        batch.session.execute(sa.delete(LINE).where(*where))
    lines = [line for one in orders for line in one.lines or ()]
    if not lines:
        return
    columns: dict[str, Sequence[Any]] = {
        "store_id": [batch.store.id] * len(lines),
        "order_external_id": [one.external_id for one in orders for _ in one.lines or ()],
        "position": [position for one in orders for position in range(len(one.lines or ()))],
        "product_external_id": [line.product_external_id for line in lines],
        "variant_external_id": [line.variant_external_id for line in lines],
        "sku": [line.sku[:255] if line.sku else None for line in lines],
        "title": [line.title[:500] for line in lines],
        "quantity": [line.quantity for line in lines],
        "price": [line.price for line in lines],
    }
    bulk_columns(batch.session, INSERT_LINE, table=LINE, columns=columns)


def keep_refunds(batch: "Batch", refunds: Sequence[RefundRecord]) -> None:
    rows = [
        {
            "store_id": batch.store.id,
            "external_id": one.external_id,
            "order_external_id": one.order_external_id,
            "at": one.at,
            "amount": one.amount,
            "currency": one.currency,
        }
        for one in refunds
    ]
    # Where a payload has no time of its own for a refund it says that of the order's change: the earliest is the nearest.
    upsert(batch.session, REFUND, rows=rows, earliest=("at",))


def refund_sums(batch: "Batch", external_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(external_ids):
        query = (
            sa.select(REFUND.c.order_external_id, sa.func.sum(REFUND.c.amount))
            .where(REFUND.c.store_id == batch.store.id, among(batch.session, REFUND.c.order_external_id, values=chunk))
            .group_by(REFUND.c.order_external_id)
        )
        found |= {external_id: int(amount) for external_id, amount in batch.session.execute(query)}
    return found


def with_news(batch: "Batch", orders: Sequence[OrderRecord]) -> set[str]:
    """Those of the orders of which something happened since the store is live: also an older one whose parcel came first."""
    since = batch.store.live_since
    found = {
        one.external_id
        for one in orders
        if one.placed_at >= since or (one.paid_at is not None and one.paid_at >= since)
    }
    older = [one.external_id for one in orders if one.external_id not in found]
    return found | _with_new_parcels(batch, PARCEL.c.order_external_id, ids=older)


def _with_new_parcels(batch: "Batch", column: sa.Column[str], *, ids: Sequence[str]) -> set[str]:
    """The orders of those stored parcels, named by this column, that left or arrived since the store is live."""
    since = batch.store.live_since
    is_new = sa.or_(PARCEL.c.shipped_at >= since, PARCEL.c.delivered_at >= since)
    found: set[str] = set()
    for chunk in chunks(ids):
        query = sa.select(PARCEL.c.order_external_id).where(
            PARCEL.c.store_id == batch.store.id, among(batch.session, column, values=chunk)
        )
        found |= set(batch.session.scalars(query.where(is_new)))
    return found


def keep_parcels(batch: "Batch", records: Iterable[FulfillmentRecord]) -> set[str]:
    """Take over parcels, each unless ours is newer; the orders of those with something new since the store is live."""
    parcels = sorted(records, key=UPDATED_AT)
    rows = [
        {
            "store_id": batch.store.id,
            "external_id": one.external_id,
            "order_external_id": one.order_external_id,
            "status": one.status[:40],
            "shipped_at": one.shipped_at,
            "delivered_at": one.delivered_at,
            "promised_at": one.promised_at,
            "picked_up_at": one.picked_up_at,
            "scanned_at": one.scanned_at,
            "updated_at": one.updated_at,
        }
        for one in parcels
    ]
    # What was taken for news may turn out to be history.
    was_news = _with_new_parcels(batch, PARCEL.c.external_id, ids=[one.external_id for one in parcels])
    # The first time that somebody gave for sending, pick-up and delivery stays, whichever payload told it, an old one included.
    upsert(
        batch.session,
        PARCEL,
        rows=rows,
        unless_newer="updated_at",
        unsaid_stays=("promised_at", "scanned_at"),
        earliest=("shipped_at", "delivered_at", "picked_up_at"),
    )
    since = batch.store.live_since
    news = [one for one in parcels if any(at is not None and at >= since for at in (one.shipped_at, one.delivered_at))]
    return was_news | {one.order_external_id for one in news}
