"""What is read of the people asked about: their rows, what they bought, answered and looked at, what speaks against writing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.facts.questions import grouped, rows
from app.model import (
    Customer,
    Fulfillment,
    Interest,
    Message,
    MessageState,
    Order,
    OrderLine,
    Refund,
    Review,
    Store,
    Suppression,
)
from app.policy.parcels import TROUBLE
from app.rows import table_of

CUSTOMER = table_of(Customer)
ORDER = table_of(Order)
LINE = table_of(OrderLine)
PARCEL = table_of(Fulfillment)
REFUND = table_of(Refund)
REVIEW = table_of(Review)
INTEREST = table_of(Interest)
SUPPRESSION = table_of(Suppression)
MESSAGE = table_of(Message)
# How long an open refund, and a parcel in trouble, keep marketing away.
AFTER_REFUND = timedelta(days=7)
IN_TROUBLE = timedelta(days=30)


class Bought(NamedTuple):
    """An order that counts; `total` in minor units, what was given back taken off. `keys` are the checkouts that it answers."""

    placed_at: datetime
    external_id: str
    total: int
    paid_at: datetime | None
    keys: Sequence[str]


# What no workflow asks for is not read: of the columns, JSON costs the most.
KNOWN = tuple(column for column in CUSTOMER.c if column.name not in {"tags", "said", "email_verified", "updated_at"})


def customers(session: Session, store: Store, *, ids: Sequence[int]) -> dict[int, Any]:
    query = sa.select(*KNOWN).where(_is_of(CUSTOMER, store))
    return {row.id: row for row in rows(session, query, column=CUSTOMER.c.id, values=ids)}


def later_orders(
    session: Session, known: Mapping[int, Any], *, since: datetime | None = None, kin: Sequence[int] = ()
) -> dict[int, list[Bought]]:
    """Orders that count, placed since then; for those in `kin` also those of others of their store with their phone
    or their address: an account may not say itself what its buyer typed into a checkout."""
    ids = [one for one, row in known.items() if row.last_order_at and (since is None or row.last_order_at >= since)]
    related = _namesakes(session, [known[one] for one in kin if one in known])
    whole = (ORDER.c.customer_id, ORDER.c.placed_at, ORDER.c.external_id, ORDER.c.total - ORDER.c.refunded)
    query = sa.select(*whole, ORDER.c.paid_at, ORDER.c.checkout_keys).where(ORDER.c.counts)
    query = query if since is None else query.where(ORDER.c.placed_at >= since)
    found: dict[int, list[Bought]] = {}
    wanted = sorted({*ids, *(one for others in related.values() for one in others)})
    for customer_id, *told in rows(session, query, column=ORDER.c.customer_id, values=wanted):
        found.setdefault(customer_id, []).append(Bought(*told))
    for one, others in related.items():
        found[one] = [*found.get(one, []), *(bought for other in others for bought in found.get(other, []))]
    return found


def _namesakes(session: Session, leavers: Sequence[Any]) -> dict[int, list[int]]:
    """Others with the same phone or address, by the customer."""
    found: dict[int, list[int]] = {}
    for row in leavers:
        names = ((CUSTOMER.c.phone, row.phone), (CUSTOMER.c.email, row.email))
        same = [column == value for column, value in names if value]
        if same:
            others = sa.and_(CUSTOMER.c.store_id == row.store_id, CUSTOMER.c.id != row.id, sa.or_(*same))
            found[row.id] = list(session.scalars(sa.select(CUSTOMER.c.id).where(others).limit(20)))
    return found


def reviews(session: Session, *, ids: Sequence[int]) -> dict[int, list[Any]]:
    return grouped(rows(session, sa.select(REVIEW), column=REVIEW.c.customer_id, values=ids), "customer_id")


def said(session: Session, *, ids: Sequence[int]) -> set[tuple[int, str, str]]:
    """Which steps of which workflows each of these people got, or may have got."""
    states = (MessageState.SENDING, MessageState.SENT, MessageState.IN_DOUBT)
    columns = (MESSAGE.c.customer_id, MESSAGE.c.workflow, MESSAGE.c.step)
    query = sa.select(*columns).where(MESSAGE.c.state.in_(states))
    return {tuple(row) for row in rows(session, query, column=MESSAGE.c.customer_id, values=ids)}


def bought_at(
    session: Session, store: Store, *, ids: Sequence[int], products: Sequence[str]
) -> dict[tuple[int, str], datetime]:
    """When each of these people last bought each of these products."""
    query = (
        sa.select(ORDER.c.customer_id, LINE.c.product_external_id, sa.func.max(ORDER.c.placed_at))
        .join(LINE, sa.and_(LINE.c.store_id == ORDER.c.store_id, LINE.c.order_external_id == ORDER.c.external_id))
        .where(ORDER.c.store_id == store.id, ORDER.c.counts, LINE.c.product_external_id.in_(products))
        .group_by(ORDER.c.customer_id, LINE.c.product_external_id)
    )
    return {(one, product): at for one, product, at in rows(session, query, column=ORDER.c.customer_id, values=ids)}


def interests(
    session: Session, store: Store, *, ids: Sequence[int], products: Sequence[str]
) -> dict[tuple[int, str], Any]:
    """Each person's last look at, or wish for, each product; of several the latest."""
    query = (
        sa.select(INTEREST)
        .where(INTEREST.c.store_id == store.id, INTEREST.c.product_external_id.in_(products))
        .order_by(INTEREST.c.at)
    )
    found = rows(session, query, column=INTEREST.c.customer_id, values=ids)
    return {(row.customer_id, row.product_external_id): row for row in found}


def suppressed(session: Session, store: Store, *, customers: Iterable[Any]) -> dict[tuple[str, str], str]:
    addresses = sorted({address for row in customers for address in (email_key(row.email), row.phone) if address})
    query = sa.select(SUPPRESSION).where(SUPPRESSION.c.store_id == store.id, SUPPRESSION.c.undone_at.is_(None))
    found = rows(session, query, column=SUPPRESSION.c.address, values=addresses)
    return {(row.medium, row.address): row.reason for row in found}


def suspended(session: Session, store: Store, *, customers: Iterable[Any], now: datetime) -> dict[int, str]:
    """Whoever had money back in the last days, or waits for a parcel in trouble, and which of the two it is."""
    ids = sorted(row.id for row in customers)
    found: dict[int, str] = {}
    for query, word in ((_refunds(store, now=now), "refund"), (_troubles(store, now=now), "parcel")):
        found |= {row.customer_id: word for row in rows(session, query, column=ORDER.c.customer_id, values=ids)}
    return found


def _is_of(table: sa.Table, store: Store) -> sa.ColumnElement[bool]:
    """The sum keeps SQLite from walking the whole store for a few people: what is asked by them is found by them."""
    return table.c.store_id + 0 == store.id


def _refunds(store: Store, *, now: datetime) -> sa.Select[int]:
    same = sa.and_(REFUND.c.store_id == ORDER.c.store_id + 0, REFUND.c.order_external_id == ORDER.c.external_id)
    recent = (_is_of(ORDER, store), REFUND.c.at > now - AFTER_REFUND, REFUND.c.at <= now)
    return sa.select(ORDER.c.customer_id).join(REFUND, same).where(*recent)


def _troubles(store: Store, *, now: datetime) -> sa.Select[int]:
    same = sa.and_(PARCEL.c.store_id == ORDER.c.store_id + 0, PARCEL.c.order_external_id == ORDER.c.external_id)
    is_late = PARCEL.c.promised_at < now - timedelta(days=1)
    return (
        sa.select(ORDER.c.customer_id)
        .join(PARCEL, same)
        .where(
            _is_of(ORDER, store),
            PARCEL.c.delivered_at.is_(None),
            PARCEL.c.shipped_at > now - IN_TROUBLE,
            sa.or_(PARCEL.c.status.in_(sorted(TROUBLE)), is_late),
        )
    )
