"""Rows -> Facts and Standing: the one place that reads the model on a workflow's and the law's behalf, a batch at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.db import EPOCH, MICROSECOND
from app.model import Customer, Fulfillment, Order, OrderLine, Product, Review, Store, Suppression
from app.policy import Law, Quiet, Standing
from app.policy.caps import Departure
from app.rows import chunks, table_of
from workflows.language import CustomerFacts, Facts, ItemFacts, OrderFacts

CUSTOMER = table_of(Customer)
ORDER = table_of(Order)
LINE = table_of(OrderLine)
PARCEL = table_of(Fulfillment)
PRODUCT = table_of(Product)
REVIEW = table_of(Review)
SUPPRESSION = table_of(Suppression)
ORDER_SUBJECT = "order:"
SUBSCRIBED = "subscribed"


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose facts about which subject are wanted, under a key of the asker's own."""

    key: int
    customer_id: int
    subject: str
    event_at: datetime
    medium: str = "email"
    dials: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """The rows of one batch, each found by what asks for it."""

    customers: Mapping[int, Any]
    orders: Mapping[str, Any]
    parcels: Mapping[str, Sequence[Any]]
    items: Mapping[str, tuple[ItemFacts, ...]]
    later: Mapping[int, Sequence[tuple[datetime, str]]]
    reviews: Mapping[int, Sequence[Any]]
    products: Mapping[str, frozenset[str]]
    suppressed: Mapping[tuple[str, str], str]


def gather(
    session: Session, store: Store, *, asks: Sequence[Ask], now: datetime, with_items: bool = False
) -> dict[int, tuple[Facts, Standing]]:
    """Facts and standing for each ask, by its key; an ask whose customer is not there any more is left out.

    `with_items` also reads what was bought, which only the rendering of a message needs.
    """
    seen = _look(session, store, asks=asks, with_items=with_items)
    zone = zone_of(store)
    there = [ask for ask in asks if ask.customer_id in seen.customers]
    return {ask.key: (_facts(seen, ask, now=now), _standing(seen, ask, zone=zone)) for ask in there}


def law_of(store: Store) -> Law:
    """What the merchant turned of the law."""
    is_set = store.quiet_from is not None and store.quiet_until is not None
    quiet = Quiet(store.quiet_from or 0, store.quiet_until or 0) if is_set else None
    return Law(store_key=store.public_key, holdout_percent=store.holdout_percent, quiet=quiet)


def zone_of(store: Store) -> ZoneInfo:
    """The store's zone; UTC where the platform gave one that nobody knows."""
    try:
        return ZoneInfo(store.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def _look(session: Session, store: Store, *, asks: Sequence[Ask], with_items: bool) -> _Seen:
    ids = sorted({ask.customer_id for ask in asks})
    order_ids = sorted(
        {ask.subject.removeprefix(ORDER_SUBJECT) for ask in asks if ask.subject.startswith(ORDER_SUBJECT)}
    )
    customers = {
        row.id: row
        for row in _rows(
            session, sa.select(CUSTOMER).where(CUSTOMER.c.store_id == store.id), column=CUSTOMER.c.id, values=ids
        )
    }
    reviews = _grouped(_rows(session, sa.select(REVIEW), column=REVIEW.c.customer_id, values=ids), "customer_id")
    oldest = min((ask.event_at for ask in asks), default=EPOCH)
    return _Seen(
        customers=customers,
        orders={
            row.external_id: row
            for row in _rows(session, _of_store(ORDER, store), column=ORDER.c.external_id, values=order_ids)
        },
        parcels=_grouped(
            _rows(session, _of_store(PARCEL, store), column=PARCEL.c.order_external_id, values=order_ids),
            "order_external_id",
        ),
        items=_items(session, store, order_ids=order_ids) if with_items else {},
        later=_later_orders(session, [one for one in ids if _ordered_since(customers.get(one), oldest)], since=oldest),
        reviews=reviews,
        products=_products(session, store, order_ids=order_ids) if reviews else {},
        suppressed=_suppressed(session, store, customers=customers.values()),
    )


def _rows(session: Session, query: sa.Select[Any], *, column: sa.Column[Any], values: Sequence[Any]) -> list[Any]:
    return [row for chunk in chunks(values) for row in session.execute(query.where(column.in_(chunk)))]


def _of_store(table: sa.Table, store: Store) -> sa.Select[Any]:
    return sa.select(table).where(table.c.store_id == store.id)


def _grouped(rows: Sequence[Any], name: str) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for row in rows:
        found.setdefault(getattr(row, name), []).append(row)
    return found


def _ordered_since(customer: Any, moment: datetime) -> bool:
    return customer is not None and customer.last_order_at is not None and customer.last_order_at >= moment


def _later_orders(session: Session, ids: Sequence[int], *, since: datetime) -> dict[int, list[tuple[datetime, str]]]:
    query = sa.select(ORDER.c.customer_id, ORDER.c.placed_at, ORDER.c.external_id).where(
        ORDER.c.counts, ORDER.c.placed_at >= since
    )
    found: dict[int, list[tuple[datetime, str]]] = {}
    for customer_id, placed_at, external_id in _rows(session, query, column=ORDER.c.customer_id, values=ids):
        found.setdefault(customer_id, []).append((placed_at, external_id))
    return found


def _items(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, tuple[ItemFacts, ...]]:
    query = (
        sa.select(LINE, PRODUCT.c.url, PRODUCT.c.image_url)
        .outerjoin(
            PRODUCT, sa.and_(PRODUCT.c.store_id == LINE.c.store_id, PRODUCT.c.external_id == LINE.c.product_external_id)
        )
        .where(LINE.c.store_id == store.id)
        .order_by(LINE.c.order_external_id, LINE.c.position)
    )
    found: dict[str, list[ItemFacts]] = {}
    for row in _rows(session, query, column=LINE.c.order_external_id, values=order_ids):
        item = ItemFacts(row.title, row.quantity, row.price, row.product_external_id, row.url, row.image_url)
        found.setdefault(row.order_external_id, []).append(item)
    return {order_id: tuple(items) for order_id, items in found.items()}


def _products(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Which products each order holds: a review of one of them answers the request for a review."""
    query = sa.select(LINE.c.order_external_id, LINE.c.product_external_id).where(LINE.c.store_id == store.id)
    rows = _grouped(_rows(session, query, column=LINE.c.order_external_id, values=order_ids), "order_external_id")
    return {order_id: frozenset(row.product_external_id for row in lines) for order_id, lines in rows.items()}


def _suppressed(session: Session, store: Store, *, customers: Any) -> dict[tuple[str, str], str]:
    addresses = sorted({address for row in customers for address in (email_key(row.email), row.phone) if address})
    query = _of_store(SUPPRESSION, store).where(SUPPRESSION.c.undone_at.is_(None))
    return {
        (row.medium, row.address): row.reason
        for row in _rows(session, query, column=SUPPRESSION.c.address, values=addresses)
    }


def _facts(seen: _Seen, ask: Ask, *, now: datetime) -> Facts:
    row = seen.customers[ask.customer_id]
    order = seen.orders.get(ask.subject.removeprefix(ORDER_SUBJECT)) if ask.subject.startswith(ORDER_SUBJECT) else None
    # An order is news about itself from the moment it was placed, however late the anchor of this enrollment lies.
    since = order.placed_at if order is not None else ask.event_at
    own = order.external_id if order is not None else None
    later = seen.later.get(ask.customer_id, ())
    return Facts(
        now=now,
        at=ask.event_at,
        customer=_customer(row),
        is_subscribed=row.email_consent == SUBSCRIBED,
        orders_since=sum(1 for placed_at, external_id in later if placed_at >= since and external_id != own),
        order=_order(seen, order, customer=row) if order is not None else None,
        has_reviewed=_has_reviewed(seen, ask, order=order),
        dials=ask.dials,
    )


def _customer(row: Any) -> CustomerFacts:
    return CustomerFacts(
        first_name=row.first_name,
        last_name=row.last_name,
        locale=row.locale,
        country=row.country,
        joined_at=row.joined_at,
        orders=row.orders_count,
        spent=row.spent,
        first_order_at=row.first_order_at,
        last_order_at=row.last_order_at,
    )


def _order(seen: _Seen, order: Any, *, customer: Any) -> OrderFacts:
    parcels = seen.parcels.get(order.external_id, ())
    return OrderFacts(
        external_id=order.external_id,
        number=order.number,
        placed_at=order.placed_at,
        total=order.total,
        currency=order.currency,
        counts=order.counts and order.may_start,
        is_first=customer.first_order_at is not None and order.placed_at <= customer.first_order_at,
        is_cancelled=order.cancelled_at is not None,
        is_refunded=order.refunded >= order.total > 0,
        has_refund=order.refunded > 0,
        shipped_at=min((one.shipped_at for one in parcels if one.shipped_at), default=None),
        delivered_at=max((one.delivered_at for one in parcels if one.delivered_at), default=None),
        items=seen.items.get(order.external_id, ()),
    )


def _has_reviewed(seen: _Seen, ask: Ask, *, order: Any) -> bool:
    """Whether the person reviewed something of this order since it was placed."""
    if order is None:
        return False
    bought = seen.products.get(order.external_id, frozenset())
    return any(
        one.at >= order.placed_at and one.product_external_id in bought for one in seen.reviews.get(ask.customer_id, ())
    )


def _standing(seen: _Seen, ask: Ask, *, zone: ZoneInfo) -> Standing:
    row = seen.customers[ask.customer_id]
    address = email_key(row.email) if ask.medium == "email" else row.phone
    return Standing(
        customer_id=row.id,
        zone=zone,
        has_address=bool(address),
        consent=row.email_consent if ask.medium == "email" else None,
        suppressed=seen.suppressed.get((ask.medium, address)) if address else None,
        is_staff=row.is_staff,
        is_gone=row.gone_at is not None,
        recent=departures(row.pace, ask.medium),
    )


def departures(pace: Mapping[str, Any] | None, medium: str) -> tuple[Departure, ...]:
    """The last marketing messages of one medium, as kept on the customer's row."""
    return tuple(
        Departure((EPOCH + at * MICROSECOND).astimezone(UTC), message_id, workflow)
        for at, message_id, workflow in (pace or {}).get(medium, ())
    )
