"""What is read of the things asked about: orders, checkouts, parcels, products, what was bought, codes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts.questions import grouped, rows
from app.model import Checkout, DiscountCode, Fulfillment, Message, Order, OrderLine, Product, Store
from app.model.code import LEAST_LIFE
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


def orders(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    return _by_id(session, ORDER, store=store, ids=ids)


def checkouts(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    return _by_id(session, CHECKOUT, store=store, ids=ids)


def products(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    return _by_id(session, PRODUCT, store=store, ids=ids)


def parcels(session: Session, store: Store, *, ids: Sequence[str]) -> dict[str, Any]:
    """Parcels by their own id, each with its order's country."""
    same = sa.and_(ORDER.c.store_id == PARCEL.c.store_id, ORDER.c.external_id == PARCEL.c.order_external_id)
    query = sa.select(PARCEL, ORDER.c.country).outerjoin(ORDER, same).where(PARCEL.c.store_id == store.id)
    return {row.external_id: row for row in rows(session, query, column=PARCEL.c.external_id, values=ids)}


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


def _by_id(session: Session, table: sa.Table, *, store: Store, ids: Sequence[str]) -> dict[str, Any]:
    query = sa.select(table).where(table.c.store_id == store.id)
    return {row.external_id: row for row in rows(session, query, column=table.c.external_id, values=ids)}


def parcels_of(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, list[Any]]:
    query = sa.select(PARCEL).where(PARCEL.c.store_id == store.id)
    found = rows(session, query, column=PARCEL.c.order_external_id, values=order_ids)
    return grouped(found, "order_external_id")


def items(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, tuple[ItemFacts, ...]]:
    query = (
        sa.select(LINE, PRODUCT.c.url, PRODUCT.c.image_url)
        .outerjoin(
            PRODUCT, sa.and_(PRODUCT.c.store_id == LINE.c.store_id, PRODUCT.c.external_id == LINE.c.product_external_id)
        )
        .where(LINE.c.store_id == store.id)
        .order_by(LINE.c.order_external_id, LINE.c.position)
    )
    found: dict[str, list[ItemFacts]] = {}
    for row in rows(session, query, column=LINE.c.order_external_id, values=order_ids):
        item = ItemFacts(row.title, row.quantity, row.price, row.product_external_id, row.url, row.image_url)
        found.setdefault(row.order_external_id, []).append(item)
    return {order_id: tuple(lines) for order_id, lines in found.items()}


def bought(session: Session, store: Store, *, order_ids: Sequence[str]) -> dict[str, frozenset[str]]:
    """Which products each order holds: a review of one of them answers the request for a review."""
    query = sa.select(LINE.c.order_external_id, LINE.c.product_external_id).where(LINE.c.store_id == store.id)
    found = grouped(rows(session, query, column=LINE.c.order_external_id, values=order_ids), "order_external_id")
    return {order_id: frozenset(row.product_external_id for row in lines) for order_id, lines in found.items()}


def codes(session: Session, *, keys: Sequence[int], now: datetime) -> dict[int, str]:
    """The discount code made for each message, by the message's id; none that is over, or so soon that nobody could use it."""
    same = sa.and_(CODE.c.enrollment_id == MESSAGE.c.enrollment_id, CODE.c.step == MESSAGE.c.step)
    is_good = (CODE.c.external_id.is_not(None), CODE.c.expires_at > now + LEAST_LIFE)
    query = sa.select(MESSAGE.c.id, CODE.c.code).join(CODE, same).where(*is_good)
    return dict(tuple(row) for row in rows(session, query, column=MESSAGE.c.id, values=keys))
