"""Orders with their lines, refunds and parcels become rows, and each buyer's counters are counted anew."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.db import UTCDateTime
from app.model import Customer, Fulfillment, Order, OrderLine, Refund
from app.pipeline.ingest.people import People
from app.rows import bulk, chunks, table_of, upsert
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
REFUND = table_of(Refund)
PARCEL = table_of(Fulfillment)
CUSTOMER = table_of(Customer)
NOT_BOUGHT = frozenset({OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.REFUNDED})
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
    parcels = _newest([one for one in records if isinstance(one, FulfillmentRecord)])
    _keep_refunds(batch, refunds)
    _keep_parcels(batch, parcels, touched=touched)
    _keep_orders(batch, orders, people=people, touched=touched)
    _apply_refunds(
        batch, {one.order_external_id for one in refunds} - {one.external_id for one in orders}, touched=touched
    )
    return touched


def _newest(records: Iterable[Any]) -> list[Any]:
    return list({one.external_id: one for one in sorted(records, key=lambda one: one.updated_at)}.values())


def _keep_orders(batch: "Batch", records: Sequence[OrderRecord], *, people: People, touched: Touched) -> None:
    before = _stored(batch, [one.external_id for one in records])
    refunded = _refund_sums(batch, [one.external_id for one in records if one.external_id in before or one.refunded])
    fresh = [
        one for one in records if one.external_id not in before or before[one.external_id].updated_at <= one.updated_at
    ]
    rows = [_row(batch, one, people=people, refunded=refunded.get(one.external_id, 0)) for one in fresh]
    upsert(batch.session, ORDER, rows=rows, unless_newer="updated_at")
    _keep_lines(batch, fresh, before=before)
    touched.live |= {one.external_id for one in fresh if one.placed_at >= batch.store.live_since}
    touched.customers |= {row["customer_id"] for row in rows if row["customer_id"] is not None}
    touched.customers |= {one.customer_id for one in before.values() if one.customer_id is not None}


def _stored(batch: "Batch", external_ids: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for chunk in chunks(external_ids):
        query = sa.select(ORDER.c.external_id, ORDER.c.updated_at, ORDER.c.customer_id).where(
            ORDER.c.store_id == batch.store.id, ORDER.c.external_id.in_(chunk)
        )
        found |= {row.external_id: row for row in batch.session.execute(query)}
    return found


def _row(batch: "Batch", one: OrderRecord, *, people: People, refunded: int) -> dict[str, Any]:
    refunded = max(one.refunded or 0, refunded)
    # The order of somebody who was erased keeps its money and its lines, and nothing that leads to them.
    is_bare = people.is_erased(one.buyer)
    return {
        "store_id": batch.store.id,
        "external_id": one.external_id,
        "number": one.number[:64],
        "customer_id": people.of(one.buyer) if one.buyer else None,
        "status": one.status,
        "raw_status": one.raw_status[:80],
        "origin": one.origin,
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
        where = (LINE.c.store_id == batch.store.id, LINE.c.order_external_id.in_(chunk))
        batch.session.execute(sa.delete(LINE).where(*where))
    rows = [
        {
            "store_id": batch.store.id,
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
    bulk(batch.session, sa.insert(LINE), table=LINE, rows=rows)


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
    upsert(batch.session, REFUND, rows=rows)


def _refund_sums(batch: "Batch", external_ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for chunk in chunks(external_ids):
        query = (
            sa.select(REFUND.c.order_external_id, sa.func.sum(REFUND.c.amount))
            .where(REFUND.c.store_id == batch.store.id, REFUND.c.order_external_id.in_(chunk))
            .group_by(REFUND.c.order_external_id)
        )
        found |= {external_id: int(amount) for external_id, amount in batch.session.execute(query)}
    return found


def _apply_refunds(batch: "Batch", external_ids: set[str], *, touched: Touched) -> None:
    """Refunds that came without their order: what the order has given back, and whether it still counts."""
    sums = _refund_sums(batch, sorted(external_ids))
    for chunk in chunks(sorted(sums)):
        query = sa.select(ORDER).where(ORDER.c.store_id == batch.store.id, ORDER.c.external_id.in_(chunk))
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
            "updated_at": one.updated_at,
        }
        for one in parcels
    ]
    upsert(batch.session, PARCEL, rows=rows, unless_newer="updated_at", keeping=("delivered_at",))
    _keep_first_deliveries(batch, rows)
    since = batch.store.live_since
    news = [one for one in parcels if any(at is not None and at >= since for at in (one.shipped_at, one.delivered_at))]
    touched.live |= {one.order_external_id for one in news}


def _keep_first_deliveries(batch: "Batch", rows: Sequence[Mapping[str, Any]]) -> None:
    """The earliest delivery time stays, whichever payload told it, an old one included."""
    told = [
        {"of_store": row["store_id"], "of_parcel": row["external_id"], "told": row["delivered_at"]}
        for row in rows
        if row["delivered_at"] is not None
    ]
    if not told:
        return
    update = sa.update(PARCEL).where(
        PARCEL.c.store_id == sa.bindparam("of_store"),
        PARCEL.c.external_id == sa.bindparam("of_parcel"),
        sa.or_(PARCEL.c.delivered_at.is_(None), PARCEL.c.delivered_at > sa.bindparam("told", type_=UTCDateTime())),
    )
    batch.session.connection().execute(update.values(delivered_at=sa.bindparam("told", type_=UTCDateTime())), told)


def delete(batch: "Batch", record: GoneRecord, *, touched: Touched) -> None:
    """A deleted order no longer counts; where it was never heard of, a row remembers that it is gone."""
    before = _stored(batch, [record.external_id])
    row = {"store_id": batch.store.id, "external_id": record.external_id, "number": "", "customer_id": None}
    row |= {
        "status": OrderStatus.CANCELLED,
        "raw_status": "deleted",
        "origin": Origin.UNKNOWN,
        "counts": False,
        "may_start": False,
    }
    row |= {
        "currency": batch.store.currency,
        "total": 0,
        "refunded": 0,
        "placed_at": record.at,
        "updated_at": record.at,
    }
    if record.external_id not in before:
        upsert(batch.session, ORDER, rows=[row], unless_newer="updated_at")
        return
    where = (
        ORDER.c.store_id == batch.store.id,
        ORDER.c.external_id == record.external_id,
        ORDER.c.updated_at <= record.at,
    )
    changes = {name: row[name] for name in ("status", "raw_status", "counts", "may_start", "updated_at")}
    batch.session.execute(sa.update(ORDER).where(*where).values(**changes))
    customer_id = before[record.external_id].customer_id
    touched.customers |= {customer_id} if customer_id is not None else set()


def recount(batch: "Batch", touched: Touched) -> None:
    """Count the buyers' orders anew from their rows; the same answer however often and in whichever order."""
    for chunk in chunks(sorted(touched.customers)):
        counted = (
            sa.select(
                ORDER.c.customer_id,
                sa.func.count().label("orders"),
                sa.func.sum(ORDER.c.total - ORDER.c.refunded).label("spent"),
                sa.func.min(ORDER.c.placed_at).label("first"),
                sa.func.max(ORDER.c.placed_at).label("last"),
            )
            .where(ORDER.c.customer_id.in_(chunk), ORDER.c.counts)
            .group_by(ORDER.c.customer_id)
            .subquery()
        )
        new = {"orders_count": counted.c.orders, "spent": counted.c.spent}
        new |= {"first_order_at": counted.c.first, "last_order_at": counted.c.last}
        batch.session.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id == counted.c.customer_id).values(**new))
        _count_none(batch, chunk)


def _count_none(batch: "Batch", customer_ids: Sequence[int]) -> None:
    """Whoever has no order left that counts has none."""
    has_one = sa.exists().where(ORDER.c.customer_id == CUSTOMER.c.id, ORDER.c.counts)
    where = (CUSTOMER.c.id.in_(customer_ids), CUSTOMER.c.orders_count > 0, ~has_one)
    none = {"orders_count": 0, "spent": 0, "first_order_at": None, "last_order_at": None}
    batch.session.execute(sa.update(CUSTOMER).where(*where).values(**none))
