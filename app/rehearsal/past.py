"""A store's history as it lies in the model, by person: what was bought, sent, given back, answered and reviewed, and when.

Read in pieces of so many customers, so that a large store needs no more memory than a small one; rows, never objects of the
model, and only the columns that a rehearsal asks for.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts.people import AFTER_REFUND
from app.model import Checkout, Consent, Customer, Forecast, Fulfillment, Order, OrderLine, Refund, Review, Store
from app.pipeline.ingest.orders import NOT_BOUGHT
from app.policy.consent import Answer, Basis
from app.rows import table_of
from connectors.records import Medium

CUSTOMER, ORDER, LINE, PARCEL = map(table_of, (Customer, Order, OrderLine, Fulfillment))
FORECAST = table_of(Forecast)
REFUND, REVIEW, CONSENT, CHECKOUT = map(table_of, (Refund, Review, Consent, Checkout))
PIECE = 2000
NEVER, FOR_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
NOT_YET = frozenset(NOT_BOUGHT) - {"cancelled", "refunded"}
PERSON = ("id", "email", "first_name", "last_name", "locale", "country", "region", "phone", "birthday", "is_staff")
BOUGHT = ("external_id", "number", "customer_id", "status", "counts", "may_start", "currency", "total", "refunded")


@dataclass(slots=True)
class Bought:
    """One order with what became of it: parcels and refunds as (time, amount), oldest first. It counts until `stands_until`,
    which is `NEVER` for what was never bought; `place` is its place among a person's orders."""

    row: Any
    placed_at: datetime
    place: tuple[datetime, str]
    parcels: list[Any] = field(default_factory=list)
    refunds: list[tuple[datetime, int]] = field(default_factory=list)
    products: frozenset[str] = frozenset()
    stands_until: datetime = FOR_EVER


@dataclass(slots=True)
class Past:
    """Everything that is replayed of one person; lists are in the order of time. `answers` are about mail, `texts` about texts.
    `rhythm` is the silence that is longer than
    their way, as it is known today: what was known of it at each time is not kept."""

    row: Any
    orders: list[Bought] = field(default_factory=list)
    answers: list[tuple[datetime, Answer]] = field(default_factory=list)
    texts: list[tuple[datetime, Answer]] = field(default_factory=list)
    reviews: list[Any] = field(default_factory=list)
    checkouts: list[Any] = field(default_factory=list)
    rhythm: timedelta | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """The customers of a store from one id on and before another."""

    session: Session
    store: Store
    until: datetime
    first: int
    end: int

    def of(self, table: sa.Table, *names: str, column: sa.Column[int]) -> sa.Select[Any]:
        columns = [table.c[name] for name in names]
        return sa.select(*columns).where(table.c.store_id == self.store.id, column >= self.first, column < self.end)

    def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        return self.session.execute(query).all()

    def hanging(self, table: sa.Table, *names: str) -> sa.Select[Any]:
        """Rows that hang on an order of these customers."""
        same = sa.and_(ORDER.c.store_id == table.c.store_id, ORDER.c.external_id == table.c.order_external_id)
        return self.of(table, "order_external_id", *names, column=ORDER.c.customer_id).join(ORDER, same)


def pasts(
    session: Session, store: Store, *, until: datetime, share: tuple[int, int] = (0, 1), size: int = PIECE
) -> Iterator[Past]:
    """Everybody of a store with their history up to a moment; of two readers, (0, 2) reads every other piece of this size."""
    number = sa.func.row_number().over(order_by=CUSTOMER.c.id).label("number")
    numbered = sa.select(CUSTOMER.c.id, number).where(CUSTOMER.c.store_id == store.id).subquery()
    query = sa.select(numbered.c.id).where((numbered.c.number - 1) % size == 0).order_by(numbered.c.id)
    bounds = [*session.scalars(query), 2**63 - 1]
    mine, of = share
    for place, (first, end) in enumerate(pairwise(bounds)):
        if place % of == mine:
            yield from _read(_Piece(session, store, until, first, end)).values()


def between(session: Session, store: Store, *, until: datetime, ids: tuple[int, int]) -> Iterator[Past]:
    """Those of a store from one id on and before another, few enough for one reading."""
    yield from _read(_Piece(session, store, until, *ids)).values()


def _read(piece: _Piece) -> Mapping[int, Past]:
    people = piece.of(CUSTOMER, *PERSON, "gone_at", "joined_at", column=CUSTOMER.c.id)
    found = {row.id: Past(row) for row in piece.rows(people)}
    orders = _orders(piece, found)
    _hang_on(piece, orders)
    _hear(piece, found)
    _review(piece, found, orders=orders)
    names = ("customer_id", "external_id", "started_at", "updated_at", "completed_at", "total", "currency", "url")
    for row in piece.rows(piece.of(CHECKOUT, *names, column=CHECKOUT.c.customer_id)):
        found[row.customer_id].checkouts.append(row)
    for row in piece.rows(piece.of(FORECAST, "customer_id", "quiet_after", column=FORECAST.c.customer_id)):
        if row.customer_id in found and row.quiet_after:
            found[row.customer_id].rhythm = timedelta(days=row.quiet_after)
    for one in orders.values():
        one.stands_until = stands_until(one)
    return found


def _orders(piece: _Piece, found: Mapping[int, Past]) -> dict[str, Bought]:
    times = ("placed_at", "paid_at", "cancelled_at", "country")
    query = piece.of(ORDER, *BOUGHT, *times, column=ORDER.c.customer_id).where(ORDER.c.placed_at <= piece.until)
    orders: dict[str, Bought] = {}
    for row in piece.rows(query.order_by(ORDER.c.customer_id, ORDER.c.placed_at, ORDER.c.external_id)):
        if row.customer_id in found:
            orders[row.external_id] = one = Bought(row, row.placed_at, (row.placed_at, row.external_id))
            found[row.customer_id].orders.append(one)
    return orders


def _hang_on(piece: _Piece, orders: Mapping[str, Bought]) -> None:
    for row in piece.rows(piece.hanging(PARCEL, "shipped_at", "delivered_at")):
        if row.order_external_id in orders:
            orders[row.order_external_id].parcels.append(row)
    for name, at, amount in piece.rows(piece.hanging(REFUND, "at", "amount").order_by(REFUND.c.at)):
        if name in orders:
            orders[name].refunds.append((at, amount))


def _hear(piece: _Piece, found: Mapping[int, Past]) -> None:
    names = ("medium", "customer_id", "state", "at", "basis", "opt_in_level", "expires_at", "conditions")
    query = piece.of(CONSENT, *names, column=CONSENT.c.customer_id)
    query = query.where(CONSENT.c.medium.in_((Medium.EMAIL, Medium.SMS)), CONSENT.c.at <= piece.until)
    query = query.order_by(CONSENT.c.at, CONSENT.c.id)
    for medium, who, state, at, basis, level, until, conditions in piece.rows(query):
        held = frozenset(conditions.split(",")) if conditions else frozenset()
        if who in found:
            heard = found[who].answers if medium == Medium.EMAIL else found[who].texts
            heard.append((at, Answer(state, at, Basis(basis), level, until, held)))


def _review(piece: _Piece, found: Mapping[int, Past], *, orders: Mapping[str, Bought]) -> None:
    """Reviews, and for those who wrote one what they had bought."""
    query = piece.of(REVIEW, "customer_id", "product_external_id", "at", column=REVIEW.c.customer_id)
    rows = [row for row in piece.rows(query) if row.customer_id in found]
    for row in rows:
        found[row.customer_id].reviews.append(row)
    if not rows:
        return
    products: dict[str, set[str]] = {}
    lines = piece.hanging(LINE, "product_external_id").where(LINE.c.product_external_id.is_not(None))
    for name, product in piece.rows(lines.where(ORDER.c.customer_id.in_({row.customer_id for row in rows}))):
        products.setdefault(name, set()).add(product)
    for name, some in products.items():
        if name in orders:
            orders[name].products = frozenset(some)


def stands_until(one: Bought) -> datetime:
    """Until when an order counted as bought. A test or a draft never did."""
    row = one.row
    if row.cancelled_at is not None:
        return row.cancelled_at if isinstance(row.cancelled_at, datetime) else NEVER
    if not (row.counts or row.status not in NOT_YET):
        return NEVER
    if row.total <= 0 or (row.refunded < row.total and not one.refunds):
        return FOR_EVER
    if not one.refunds:
        return NEVER
    back = 0
    for at, amount in one.refunds:
        back += amount
        if back >= row.total:
            return at
    return FOR_EVER


def changes(past: Past) -> list[datetime]:
    """When something changed of what is known of this person, in the order of time."""
    found = [at for at, _ in (*past.answers, *past.texts)]
    found += [row.at for row in past.reviews]
    found += [at for row in past.checkouts if (at := row.completed_at)]
    found += [past.row.gone_at] if past.row.gone_at else []
    for one in past.orders:
        found += (one.placed_at, one.stands_until)
        found += [at for row in one.parcels for at in (row.shipped_at, row.delivered_at) if at]
        # A refund suspends for a while, and the end of that is a change as well.
        found += [moment for at, _ in one.refunds for moment in (at, at + AFTER_REFUND)]
    return sorted(found)
