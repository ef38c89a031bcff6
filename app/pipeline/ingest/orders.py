"""Orders become rows, and what hangs on them with them, whichever comes first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.db import EPOCH
from app.model import Order
from app.pipeline.ingest import parts
from app.pipeline.ingest.parts import UPDATED_AT
from app.pipeline.ingest.people import People
from app.rows import among, chunks, table_of, upsert
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
NOT_BOUGHT = frozenset({OrderStatus.DRAFT, OrderStatus.CANCELLED, OrderStatus.FAILED, OrderStatus.REFUNDED})
DELETED = "deleted"
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


@dataclass(frozen=True, slots=True)
class Begun:
    """A batch's orders before anybody asks who bought them: those of which ours are not newer, what stands of all of them, what
    refunds say was given back, and the orders whose refunds came without them."""

    fresh: Sequence[OrderRecord]
    before: Mapping[str, Any]
    refunds: Mapping[str, int]
    refunded_alone: set[str]
    touched: Touched


def begin(batch: "Batch", records: Sequence[Record]) -> Begun:
    """Take over what asks for no buyer: refunds, parcels and lines. The lines are most of a history, and the first of its rows:
    they are being written while its people are looked at."""
    orders = _newest([one for one in records if isinstance(one, OrderRecord)])
    refunds = [one for one in records if isinstance(one, RefundRecord)]
    parts.keep_refunds(batch, refunds)
    live = parts.keep_parcels(batch, [one for one in records if isinstance(one, FulfillmentRecord)])
    names = [one.external_id for one in orders]
    before, sums = _stored(batch, names), parts.refund_sums(batch, names)
    fresh = [
        one for one in orders if one.external_id not in before or before[one.external_id].updated_at <= one.updated_at
    ]
    live |= parts.with_news(batch, fresh)
    parts.keep_lines(batch, fresh, before=before)
    return Begun(fresh, before, sums, {one.order_external_id for one in refunds} - set(names), Touched(live))


def keep(batch: "Batch", begun: Begun, *, people: People) -> Touched:
    """Take over the orders themselves."""
    _keep_orders(batch, begun, people=people)
    _apply_refunds(batch, begun.refunded_alone, touched=begun.touched)
    return begun.touched


def _newest(records: Iterable[Any]) -> list[Any]:
    return list({one.external_id: one for one in sorted(records, key=UPDATED_AT)}.values())


def _keep_orders(batch: "Batch", begun: Begun, *, people: People) -> None:
    before, touched = begun.before, begun.touched
    rows = [
        _row(one, store_id=batch.store.id, people=people, refunded=_refunded(one, before, refunds=begun.refunds))
        for one in begun.fresh
    ]
    if before:
        for row in rows:
            row.update(_as_deleted(before.get(row["external_id"]), at=row["updated_at"]))
    upsert(batch.session, ORDER, rows=rows, unless_newer="updated_at", unsaid_stays=UNSAID_STAYS)
    touched.customers |= {row["customer_id"] for row in rows if row["customer_id"] is not None}
    touched.customers |= {one.customer_id for one in before.values() if one.customer_id is not None}


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


def _apply_refunds(batch: "Batch", external_ids: set[str], *, touched: Touched) -> None:
    """Refunds that came without their order: what the order has given back, and whether it still counts."""
    sums = parts.refund_sums(batch, sorted(external_ids))
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
