"""What is read of the people asked about: their rows, what they bought, answered and looked at, what speaks against writing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key
from app.db import UTCDateTime
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
from app.questions import NOW, STORE_ID, asked, grouped
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
    """An order that counts; `total` in minor units, what was given back taken off."""

    placed_at: datetime
    external_id: str
    total: int


# Only what is told of a person is read: every column of every row costs, and JSON the most.
KNOWN = (
    "id store_id email phone first_name last_name locale country region birthday is_staff joined_at orders_count spent "
    "first_order_at last_order_at email_consent email_consent_at pace resting_since paused_until answers wishes gone_at"
)
# The sum keeps SQLite from walking the whole store for a few people: what is asked by them is found by them.
CUSTOMERS = sa.select(*(CUSTOMER.c[name] for name in KNOWN.split())).where(CUSTOMER.c.store_id + 0 == STORE_ID)
SINCE = sa.bindparam("since", type_=UTCDateTime)
HISTORY = sa.select(
    ORDER.c.customer_id, ORDER.c.placed_at, ORDER.c.external_id, ORDER.c.total - ORDER.c.refunded
).where(ORDER.c.counts)
LATER = HISTORY.where(ORDER.c.placed_at >= SINCE)
REVIEWS = sa.select(REVIEW.c.customer_id, REVIEW.c.product_external_id, REVIEW.c.at)
SAID = sa.select(MESSAGE.c.customer_id, MESSAGE.c.workflow, MESSAGE.c.step).where(
    MESSAGE.c.state.in_((MessageState.SENDING, MessageState.SENT, MessageState.IN_DOUBT))
)
PRODUCTS = sa.bindparam("products", expanding=True, type_=sa.String)
BOUGHT_AT = (
    sa.select(ORDER.c.customer_id, LINE.c.product_external_id, sa.func.max(ORDER.c.placed_at))
    .join(LINE, sa.and_(LINE.c.store_id == ORDER.c.store_id, LINE.c.order_external_id == ORDER.c.external_id))
    .where(ORDER.c.store_id == STORE_ID, ORDER.c.counts, LINE.c.product_external_id.in_(PRODUCTS))
    .group_by(ORDER.c.customer_id, LINE.c.product_external_id)
)
INTERESTS = (
    sa.select(INTEREST.c.customer_id, INTEREST.c.product_external_id, INTEREST.c.price, INTEREST.c.at)
    .where(INTEREST.c.store_id == STORE_ID, INTEREST.c.product_external_id.in_(PRODUCTS))
    .order_by(INTEREST.c.at)
)
SUPPRESSED = sa.select(SUPPRESSION.c.medium, SUPPRESSION.c.address, SUPPRESSION.c.reason).where(
    SUPPRESSION.c.store_id == STORE_ID, SUPPRESSION.c.undone_at.is_(None)
)
REFUNDS = (
    sa.select(ORDER.c.customer_id)
    .join(
        REFUND,
        sa.and_(REFUND.c.store_id == ORDER.c.store_id + 0, REFUND.c.order_external_id == ORDER.c.external_id),
    )
    .where(ORDER.c.store_id + 0 == STORE_ID, REFUND.c.at > SINCE, REFUND.c.at <= NOW)
)
LATE = sa.bindparam("late", type_=UTCDateTime)
TROUBLES = (
    sa.select(ORDER.c.customer_id)
    .join(
        PARCEL,
        sa.and_(PARCEL.c.store_id == ORDER.c.store_id + 0, PARCEL.c.order_external_id == ORDER.c.external_id),
    )
    .where(
        ORDER.c.store_id + 0 == STORE_ID,
        PARCEL.c.delivered_at.is_(None),
        PARCEL.c.shipped_at > SINCE,
        sa.or_(PARCEL.c.status.in_(sorted(TROUBLE)), PARCEL.c.promised_at < LATE),
    )
)


def customers(session: Session, store: Store, *, ids: Sequence[int]) -> dict[int, Any]:
    found = asked(session, CUSTOMERS, column=CUSTOMER.c.id, values=ids, store_id=store.id)
    return {row.id: row for row in found}


def later_orders(
    session: Session, known: Mapping[int, Any], *, since: datetime | None = None, kin: Sequence[int] = ()
) -> dict[int, list[Bought]]:
    """Orders that count, placed since then; for those in `kin` also those of others of their store with their phone
    or their address: an account may not say itself what its buyer typed into a checkout."""
    ids = [one for one, row in known.items() if row.last_order_at and (since is None or row.last_order_at >= since)]
    related = _namesakes(session, [known[one] for one in kin if one in known])
    wanted = sorted({*ids, *(one for others in related.values() for one in others)})
    query, given = (HISTORY, {}) if since is None else (LATER, {"since": since})
    found: dict[int, list[Bought]] = {}
    for customer_id, *told in asked(session, query, column=ORDER.c.customer_id, values=wanted, **given):
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
    return grouped(asked(session, REVIEWS, column=REVIEW.c.customer_id, values=ids), "customer_id")


def said(session: Session, *, ids: Sequence[int]) -> set[tuple[int, str, str]]:
    """Which steps of which workflows each of these people got, or may have got."""
    return set(asked(session, SAID, column=MESSAGE.c.customer_id, values=ids))


def bought_at(
    session: Session, store: Store, *, ids: Sequence[int], products: Sequence[str]
) -> dict[tuple[int, str], datetime]:
    """When each of these people last bought each of these products."""
    query, given = BOUGHT_AT, {"store_id": store.id, "products": list(products)}
    found = asked(session, query, column=ORDER.c.customer_id, values=ids, **given)
    return {(one, product): at for one, product, at in found}


def interests(
    session: Session, store: Store, *, ids: Sequence[int], products: Sequence[str]
) -> dict[tuple[int, str], Any]:
    """Each person's last look at, or wish for, each product; of several the latest."""
    given = {"store_id": store.id, "products": list(products)}
    found = asked(session, INTERESTS, column=INTEREST.c.customer_id, values=ids, **given)
    return {(row.customer_id, row.product_external_id): row for row in found}


def suppressed(session: Session, store: Store, *, customers: Iterable[Any]) -> dict[tuple[str, str], str]:
    addresses = sorted({address for row in customers for address in (email_key(row.email), row.phone) if address})
    found = asked(session, SUPPRESSED, column=SUPPRESSION.c.address, values=addresses, store_id=store.id)
    return {(row.medium, row.address): row.reason for row in found}


def suspended(session: Session, store: Store, *, customers: Iterable[Any], now: datetime) -> dict[int, str]:
    """Whoever had money back in the last days, or waits for a parcel in trouble, and which of the two it is."""
    ids, column = sorted(row.id for row in customers), ORDER.c.customer_id
    refunds = asked(session, REFUNDS, column=column, values=ids, store_id=store.id, since=now - AFTER_REFUND, now=now)
    bounds = {"since": now - IN_TROUBLE, "late": now - timedelta(days=1)}
    troubles = asked(session, TROUBLES, column=column, values=ids, store_id=store.id, **bounds)
    return {row.customer_id: "refund" for row in refunds} | {row.customer_id: "parcel" for row in troubles}
