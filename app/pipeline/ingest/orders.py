"""Orders with their lines, refunds and parcels become rows, whichever of them comes first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.db import EPOCH
from app.model import Fulfillment, Order, OrderLine, Refund
from app.pipeline.ingest.people import People
from app.rows import among, bulk, chunks, table_of, upsert
from connectors.records import (
    FulfillmentRecord,
    GoneRecord,
    OrderRecord,
    OrderStatus,
    Origin,
    Record,
    RefundRecord,
)

if TYPE_CHECKING:
    from app.pipeline.ingest import Batch

ORDER = table_of(Order)
LINE = table_of(OrderLine)
INSERT_LINE = sa.insert(LINE)
REFUND = table_of(Refund)
PARCEL = table_of(Fulfillment)
NOT_BOUGHT = frozenset({OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.REFUNDED})
DELETED = "deleted"
UPDATED_AT = attrgetter("updated_at")
SEEN = [
    ORDER.c[name] for name in ("external_id", "updated_at", "customer_id", "raw_status", "cancelled_at", "refunded")
]
UNSAID_STAYS = ("customer_id", "paid_at", "country", "region")
STARTS_NOTHING = frozenset({Origin.STAFF, Origin.API})


@dataclass(slots=True)
class Touched:
    """What a batch changed: orders by external id, those among them with something new since the store is live, and the
    customers whose counters have to be counted anew."""

    live: set[str] = field(default_factory=set)
    customers: set[int] = field(default_factory=set)


def keep(batch: "Batch", records: Sequence[Record], *, people: People) -> Touched:
    """Take over orders, refunds and parcels, each unless ours is newer."""
    touched = Touched()
    orders = _newest([one for one in records if isinstance(one, OrderRecord)])
    refunds = [one for one in records if isinstance(one, RefundRecord)]
    parcels = sorted((one for one in records if isinstance(one, FulfillmentRecord)), key=UPDATED_AT)
    _keep_refunds(batch, refunds)
    _keep_parcels(batch, parcels, touched=touched)
    _keep_orders(batch, orders, people=people, touched=touched)
    _apply_refunds(
        batch, {one.order_external_id for one in refunds} - {one.external_id for one in orders}, touched=touched
    )
    return touched


def _newest(records: Iterable[Any]) -> list[Any]:
    return list({one.external_id: one for one in sorted(records, key=UPDATED_AT)}.values())


def _keep_orders(batch: "Batch", records: Sequence[OrderRecord], *, people: People, touched: Touched) -> None:
    before = _stored(batch, [one.external_id for one in records])
    refunded = _refund_sums(batch, [one.external_id for one in records])
    fresh = [
        one for one in records if one.external_id not in before or before[one.external_id].updated_at <= one.updated_at
    ]
    rows = [
        _row(one, store_id=batch.store.id, people=people, refunded=_refunded(one, before, refunds=refunded))
        for one in fresh
    ]
    if before:
        for row in rows:
            row.update(_as_deleted(before.get(row["external_id"]), at=row["updated_at"]))
    upsert(batch.session, ORDER, rows=rows, unless_newer="updated_at", unsaid_stays=UNSAID_STAYS)
    _keep_lines(batch, fresh, before=before)
    touched.live |= _with_news(batch, fresh)
    touched.customers |= {row["customer_id"] for row in rows if row["customer_id"] is not None}
    touched.customers |= {one.customer_id for one in before.values() if one.customer_id is not None}


def _with_news(batch: "Batch", orders: Sequence[OrderRecord]) -> set[str]:
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


def _as_deleted(before: Any, *, at: datetime) -> dict[str, Any]:
    """What overrules a payload of this time: an order that was deleted stays so, unless it was brought back later."""
    gone_at = _gone_at(before)
    return {} if gone_at is None or at > gone_at else _deleted(gone_at)


def _deleted(at: datetime) -> dict[str, Any]:
    return {"status": OrderStatus.CANCELLED, "raw_status": DELETED, "counts": False, "cancelled_at": at}


def _gone_at(before: Any) -> datetime | None:
    return before.cancelled_at if before is not None and before.raw_status == DELETED else None


def _named(batch: "Batch", column: sa.Column[str], *, ids: Sequence[str]) -> sa.ColumnElement[bool]:
    return sa.and_(column.table.c.store_id == batch.store.id, among(batch.session, column, values=ids))


def _stored(batch: "Batch", external_ids: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for chunk in chunks(external_ids):
        query = sa.select(*SEEN).where(_named(batch, ORDER.c.external_id, ids=chunk))
        found |= {row.external_id: row for row in batch.session.execute(query)}
    return found


def _refunded(one: OrderRecord, before: Mapping[str, Any], *, refunds: Mapping[str, int]) -> int:
    """What was given back: the order's own word or the sum of its refunds, whichever knows of more."""
    known = before[one.external_id].refunded if one.external_id in before else 0
    said = known if one.refunded is None else one.refunded
    return max(said, refunds.get(one.external_id, 0))


def _row(one: OrderRecord, *, store_id: int, people: People, refunded: int) -> dict[str, Any]:
    # The order of somebody who was erased keeps its money and its lines, and nothing that leads to them.
    is_bare = people.is_erased(one.buyer)
    return {
        "store_id": store_id,
        "external_id": one.external_id,
        "number": one.number[:64],
        "customer_id": people.of(one.buyer) if one.buyer else None,
        # Plain text: a driver takes the word of an enumeration by a far longer way.
        "status": str(one.status),
        "raw_status": one.raw_status[:80],
        "origin": str(one.origin),
        "counts": counts(
            one.status, is_test=one.is_test, cancelled_at=one.cancelled_at, total=one.total, refunded=refunded
        ),
        "may_start": not one.is_test and one.origin not in STARTS_NOTHING,
        "currency": one.currency,
        "total": one.total,
        "refunded": refunded,
        "placed_at": one.placed_at,
        "paid_at": one.paid_at,
        "cancelled_at": one.cancelled_at,
        "updated_at": one.updated_at,
        "country": one.country,
        "region": one.region[:80] if one.region and not is_bare else None,
        "checkout_keys": [] if is_bare else list(one.checkout_keys),
        "discount_codes": [] if is_bare else list(one.discount_codes),
    }


def counts(status: str, *, is_test: bool, cancelled_at: datetime | None, total: int, refunded: int) -> bool:
    """Whether an order counts as bought: no test, not cancelled, not failed, not given back whole."""
    given_back = refunded >= total > 0
    return not is_test and cancelled_at is None and status not in NOT_BOUGHT and not given_back


def _keep_lines(batch: "Batch", orders: Sequence[OrderRecord], *, before: Mapping[str, Any]) -> None:
    known = [one.external_id for one in orders if one.external_id in before and one.lines is not None]
    for chunk in chunks(known):
        where = (LINE.c.store_id == batch.store.id, among(batch.session, LINE.c.order_external_id, values=chunk))
        batch.session.execute(sa.delete(LINE).where(*where))
    store_id = batch.store.id
    rows = [
        {
            "store_id": store_id,
            "order_external_id": one.external_id,
            "position": position,
            "product_external_id": line.product_external_id,
            "variant_external_id": line.variant_external_id,
            "sku": line.sku[:255] if line.sku else None,
            "title": line.title[:500],
            "quantity": line.quantity,
            "price": line.price,
        }
        for one in orders
        for position, line in enumerate(one.lines or ())
    ]
    bulk(batch.session, INSERT_LINE, table=LINE, rows=rows)


def _keep_refunds(batch: "Batch", refunds: Sequence[RefundRecord]) -> None:
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


def _refund_sums(batch: "Batch", external_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(external_ids):
        query = (
            sa.select(REFUND.c.order_external_id, sa.func.sum(REFUND.c.amount))
            .where(REFUND.c.store_id == batch.store.id, among(batch.session, REFUND.c.order_external_id, values=chunk))
            .group_by(REFUND.c.order_external_id)
        )
        found |= {external_id: int(amount) for external_id, amount in batch.session.execute(query)}
    return found


def _apply_refunds(batch: "Batch", external_ids: set[str], *, touched: Touched) -> None:
    """Refunds that came without their order: what the order has given back, and whether it still counts."""
    sums = _refund_sums(batch, sorted(external_ids))
    for chunk in chunks(sorted(sums)):
        query = sa.select(ORDER).where(
            ORDER.c.store_id == batch.store.id, among(batch.session, ORDER.c.external_id, values=chunk)
        )
        for row in batch.session.execute(query).all():
            refunded = max(row.refunded, sums[row.external_id])
            still = row.counts and not refunded >= row.total > 0
            update = sa.update(ORDER).where(ORDER.c.id == row.id)
            batch.session.execute(update.values(refunded=refunded, counts=still))
            touched.customers |= {row.customer_id} if row.customer_id is not None else set()


def _keep_parcels(batch: "Batch", parcels: Sequence[FulfillmentRecord], *, touched: Touched) -> None:
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
    touched.live |= _with_new_parcels(batch, PARCEL.c.external_id, ids=[one.external_id for one in parcels])
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
    touched.live |= {one.order_external_id for one in news}


def delete(batch: "Batch", record: GoneRecord, *, touched: Touched) -> None:
    """A deleted order no longer counts; where it was never heard of, a mark remembers that it is gone, and what is told of it
    later only fills the mark in."""
    before = _stored(batch, [record.external_id]).get(record.external_id)
    if before is None:
        mark = {"store_id": batch.store.id, "external_id": record.external_id, "number": "", "customer_id": None}
        mark |= {"origin": Origin.UNKNOWN, "may_start": False, "currency": batch.store.currency, "total": 0}
        mark |= {"refunded": 0, "placed_at": record.at, "updated_at": EPOCH, **_deleted(record.at)}
        upsert(batch.session, ORDER, rows=[mark], unless_newer="updated_at")
        return
    if before.updated_at > record.at:
        return
    where = (ORDER.c.store_id == batch.store.id, ORDER.c.external_id == record.external_id)
    gone_at = max(record.at, _gone_at(before) or record.at)
    batch.session.execute(sa.update(ORDER).where(*where).values(**_deleted(gone_at)))
    touched.customers |= {before.customer_id} if before.customer_id is not None else set()
