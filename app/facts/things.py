"""What is read of the things asked about: orders, checkouts, parcels, products, what was bought, codes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import UTCDateTime
from app.model import Checkout, DiscountCode, Fulfillment, Message, Order, OrderLine, Product, Store
from app.model.code import LEAST_LIFE
from app.questions import STORE_ID, asked, grouped
from app.rows import table_of
from workflows.language import ItemFacts

ORDER = table_of(Order)
LINE = table_of(OrderLine)
PARCEL = table_of(Fulfillment)
PRODUCT = table_of(Product)
CHECKOUT = table_of(Checkout)
CODE = table_of(DiscountCode)
MESSAGE = table_of(Message)
# How many of the last parcels must have been scanned for silence to mean something.
SAMPLE = 50
LOOK_BACK = timedelta(days=60)


# Only what is told of an order: every column of every row costs, and JSON the most.
OF_ORDER = "external_id customer_id number placed_at total refunded currency counts may_start cancelled_at"
ORDERS = sa.select(*(ORDER.c[name] for name in OF_ORDER.split())).where(ORDER.c.store_id == STORE_ID)
CHECKOUTS = sa.select(CHECKOUT).where(CHECKOUT.c.store_id == STORE_ID)
PRODUCTS = sa.select(PRODUCT).where(PRODUCT.c.store_id == STORE_ID)
PARCELS_OF = sa.select(PARCEL.c.order_external_id, PARCEL.c.shipped_at, PARCEL.c.delivered_at).where(
    PARCEL.c.store_id == STORE_ID
)
PARCELS = (
    sa.select(PARCEL, ORDER.c.country, ORDER.c.counts)
    .outerjoin(ORDER, sa.and_(ORDER.c.store_id == PARCEL.c.store_id, ORDER.c.external_id == PARCEL.c.order_external_id))
    .where(PARCEL.c.store_id == STORE_ID)
)
ITEMS = (
    sa.select(LINE, PRODUCT.c.url, PRODUCT.c.image_url)
    .outerjoin(
        PRODUCT, sa.and_(PRODUCT.c.store_id == LINE.c.store_id, PRODUCT.c.external_id == LINE.c.product_external_id)
    )
    .where(LINE.c.store_id == STORE_ID)
    .order_by(LINE.c.order_external_id, LINE.c.position)
)
BOUGHT = sa.select(LINE.c.order_external_id, LINE.c.product_external_id).where(LINE.c.store_id == STORE_ID)
USABLE_UNTIL = sa.bindparam("usable_until", type_=UTCDateTime)
CODES = (
    sa.select(MESSAGE.c.id, CODE.c.code)
    .join(CODE, sa.and_(CODE.c.enrollment_id == MESSAGE.c.enrollment_id, CODE.c.step == MESSAGE.c.step))
    .where(CODE.c.external_id.is_not(None), CODE.c.expires_at > USABLE_UNTIL)
)


def orders(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    return _by_id(asked(session, ORDERS, column=ORDER.c.external_id, values=ids, store_id=store.id))


def checkouts(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    return _by_id(asked(session, CHECKOUTS, column=CHECKOUT.c.external_id, values=ids, store_id=store.id))


def products(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    return _by_id(asked(session, PRODUCTS, column=PRODUCT.c.external_id, values=ids, store_id=store.id))


def parcels(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    """Parcels by their own id, each with its order's country and whether that counts."""
    return _by_id(asked(session, PARCELS, column=PARCEL.c.external_id, values=ids, store_id=store.id))


def tells_movements(session: Session, store: Store, *, now: datetime) -> bool:
    """Whether most of this store's latest parcels were scanned on their way; where nobody scans, silence means nothing."""
    query = (
        sa.select(PARCEL.c.scanned_at)
        .where(PARCEL.c.store_id == store.id, PARCEL.c.shipped_at > now - LOOK_BACK)
        .order_by(PARCEL.c.shipped_at.desc())
        .limit(SAMPLE)
    )
    scans = list(session.scalars(query))
    return sum(at is not None for at in scans) * 2 > len(scans)


def _by_id(found: Sequence[Any]) -> dict[str, Any]:
    return {row.external_id: row for row in found}


def parcels_of(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, list[Any]]:
    found = asked(session, PARCELS_OF, column=PARCEL.c.order_external_id, values=order_ids, store_id=store.id)
    return grouped(found, "order_external_id")


def items(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, tuple[ItemFacts, ...]]:
    found: dict[str, list[ItemFacts]] = {}
    for row in asked(session, ITEMS, column=LINE.c.order_external_id, values=order_ids, store_id=store.id):
        item = ItemFacts(row.title, row.quantity, row.price, row.product_external_id, row.url, row.image_url)
        found.setdefault(row.order_external_id, []).append(item)
    return {order_id: tuple(lines) for order_id, lines in found.items()}


def bought(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Which products each order holds: a review of one of them answers the request for a review."""
    lines = asked(session, BOUGHT, column=LINE.c.order_external_id, values=order_ids, store_id=store.id)
    found = grouped(lines, "order_external_id")
    return {order_id: frozenset(row.product_external_id for row in lines) for order_id, lines in found.items()}


def codes(session: Session, *, keys: Sequence[int], now: datetime) -> dict[int, str]:
    """The discount code made for each message, by the message's id; none that is over, or so soon that nobody could use it."""
    return dict(asked(session, CODES, column=MESSAGE.c.id, values=keys, usable_until=now + LEAST_LIFE))
