"""An order and what hangs on it: lines, refunds, parcels, reviews. Parts are keyed by the order's external id, since a platform
may tell of a refund or a parcel before it tells of its order."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, Minor, UTCDateTime
from app.model import personal


class Order(Base):
    """One order. `counts` says whether it counts as bought: not a test, not a draft, not cancelled, failed or wholly refunded.

    `total` and `refunded` are minor units of `currency`. `may_start` is False for orders of staff, of programs and tests.
    """

    __tablename__ = "orders"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "external_id"),
        sa.Index("ix_orders_customer_placed", "customer_id", "placed_at"),
        sa.Index("ix_orders_store_placed", "store_id", "placed_at"),
        sa.Index("ix_orders_store_number", "store_id", "number", postgresql_ops={"number": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    external_id: Mapped[str] = mapped_column(sa.String(64), info=personal.ID)
    number: Mapped[str] = mapped_column(sa.String(64), info=personal.ID)
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    status: Mapped[str] = mapped_column(sa.String(20), info=personal.NO)
    raw_status: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    origin: Mapped[str] = mapped_column(sa.String(20), info=personal.NO)
    counts: Mapped[bool] = mapped_column(sa.Boolean)
    may_start: Mapped[bool] = mapped_column(sa.Boolean)
    currency: Mapped[str] = mapped_column(sa.String(3), info=personal.NO)
    total: Mapped[int] = mapped_column(Minor)
    refunded: Mapped[int] = mapped_column(Minor, default=0)
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    country: Mapped[str | None] = mapped_column(sa.String(2), info=personal.ABOUT)
    region: Mapped[str | None] = mapped_column(sa.String(80), info=personal.ABOUT)
    checkout_keys: Mapped[list[str]] = mapped_column(sa.JSON, default=list, info=personal.ID)
    discount_codes: Mapped[list[str]] = mapped_column(sa.JSON, default=list, info=personal.ID)


class OrderLine(Base):
    """One line of an order; `price` per unit in minor units of the order's currency.

    By far the most rows of a history, always read by their order: SQLite keeps them in their key itself, once and not twice.
    """

    __tablename__ = "order_line"
    __table_args__ = ({"sqlite_with_rowid": False},)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    order_external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.NO)
    position: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    product_external_id: Mapped[str | None] = mapped_column(sa.String(64), info=personal.NO)
    variant_external_id: Mapped[str | None] = mapped_column(sa.String(64), info=personal.NO)
    sku: Mapped[str | None] = mapped_column(sa.String(255), info=personal.NO)
    title: Mapped[str] = mapped_column(sa.String(500), info=personal.NO)
    quantity: Mapped[int] = mapped_column(sa.Integer)
    price: Mapped[int] = mapped_column(Minor)


class Refund(Base):
    __tablename__ = "refund"
    __table_args__ = (sa.Index("ix_refund_order", "store_id", "order_external_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.NO)
    order_external_id: Mapped[str] = mapped_column(sa.String(64), info=personal.NO)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    amount: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(sa.String(3), info=personal.NO)


class Fulfillment(Base):
    """One parcel; `delivered_at` is the earliest time that the carrier gave for its delivery, `picked_up_at` for its
    first movement; `scanned_at` is the last time that it was seen."""

    __tablename__ = "fulfillment"
    __table_args__ = (sa.Index("ix_fulfillment_order", "store_id", "order_external_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.NO)
    order_external_id: Mapped[str] = mapped_column(sa.String(64), info=personal.NO)
    status: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    shipped_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    promised_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    picked_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    scanned_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Review(Base):
    """That a product was reviewed, by whom and when; the words stay with the platform."""

    __tablename__ = "review"
    __table_args__ = (sa.Index("ix_review_customer_id", "customer_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.NO)
    product_external_id: Mapped[str] = mapped_column(sa.String(64), info=personal.NO)
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    rating: Mapped[int | None] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
