"""A store's history as it lies in the model, by person: what was bought, sent, given back, answered and reviewed, and when."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Checkout, Consent, Customer, Fulfillment, Order, OrderLine, Refund, Review, Store
from app.rows import table_of
from connectors.records import Medium

CUSTOMER = table_of(Customer)
ORDER = table_of(Order)
LINE = table_of(OrderLine)
PARCEL = table_of(Fulfillment)
REFUND = table_of(Refund)
REVIEW = table_of(Review)
CONSENT = table_of(Consent)
CHECKOUT = table_of(Checkout)


@dataclass(slots=True)
class Bought:
    """One order with what became of it: parcels and refunds as (time, amount), oldest first."""

    row: Any
    parcels: list[Any] = field(default_factory=list)
    refunds: list[tuple[datetime, int]] = field(default_factory=list)
    products: frozenset[str] = frozenset()


@dataclass(slots=True)
class Past:
    """Everything that is replayed of one person; lists are in the order of time."""

    row: Any
    orders: list[Bought] = field(default_factory=list)
    answers: list[tuple[datetime, str]] = field(default_factory=list)
    reviews: list[Any] = field(default_factory=list)
    checkouts: list[Any] = field(default_factory=list)


def pasts(session: Session, store: Store, *, until: datetime) -> Mapping[int, Past]:
    """Everybody of a store with their history up to a moment."""
    found = {row.id: Past(row) for row in session.execute(_of(CUSTOMER, store))}
    orders: dict[str, Bought] = {}
    for row in session.execute(_of(ORDER, store).where(ORDER.c.placed_at <= until).order_by(ORDER.c.placed_at)):
        if row.customer_id in found:
            orders[row.external_id] = Bought(row)
            found[row.customer_id].orders.append(orders[row.external_id])
    _hang_on(session, store, orders=orders)
    query = _of(CONSENT, store).where(CONSENT.c.medium == Medium.EMAIL, CONSENT.c.at <= until)
    for row in session.execute(query.order_by(CONSENT.c.at, CONSENT.c.id)):
        found[row.customer_id].answers.append((row.at, row.state))
    for table, name in ((REVIEW, "reviews"), (CHECKOUT, "checkouts")):
        for row in session.execute(_of(table, store).where(table.c.customer_id.is_not(None))):
            if row.customer_id in found:
                getattr(found[row.customer_id], name).append(row)
    return found


def _of(table: sa.Table, store: Store) -> sa.Select[Any]:
    return sa.select(table).where(table.c.store_id == store.id)


def _hang_on(session: Session, store: Store, *, orders: Mapping[str, Bought]) -> None:
    for row in session.execute(_of(PARCEL, store)):
        if row.order_external_id in orders:
            orders[row.order_external_id].parcels.append(row)
    for row in session.execute(_of(REFUND, store).order_by(REFUND.c.at)):
        if row.order_external_id in orders:
            orders[row.order_external_id].refunds.append((row.at, row.amount))
    products: dict[str, set[str]] = defaultdict(set)
    query = sa.select(LINE.c.order_external_id, LINE.c.product_external_id).where(
        LINE.c.store_id == store.id, LINE.c.product_external_id.is_not(None)
    )
    for order_id, product in session.execute(query):
        products[order_id].add(product)
    for order_id, one in orders.items():
        one.products = frozenset(products.get(order_id, ()))
