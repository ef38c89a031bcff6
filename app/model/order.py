"""An order and what hangs on it: lines, refunds, parcels, reviews. Parts are keyed by the order's external id, since a platform
may tell of a refund or a parcel before it tells of its order."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, Minor, UTCDateTime


class Order(Base):
    """One order. `counts` says whether it counts as bought: not a test, not a draft, not cancelled, failed or wholly refunded.

    `total` and `refunded` are minor units of `currency`. `may_start` is False for orders of staff, of programs and tests.
    """

    __tablename__ = "orders"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "external_id"),
        sa.Index("ix_orders_customer_placed", "customer_id", "placed_at"),
        sa.Index("ix_orders_store_placed", "store_id", "placed_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    external_id: Mapped[str] = mapped_column(sa.String(64))
    number: Mapped[str] = mapped_column(sa.String(64))
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    status: Mapped[str] = mapped_column(sa.String(20))
    raw_status: Mapped[str] = mapped_column(sa.String(80))
    origin: Mapped[str] = mapped_column(sa.String(20))
    counts: Mapped[bool] = mapped_column(sa.Boolean)
    may_start: Mapped[bool] = mapped_column(sa.Boolean)
    currency: Mapped[str] = mapped_column(sa.String(3))
    total: Mapped[int] = mapped_column(Minor)
    refunded: Mapped[int] = mapped_column(Minor, default=0)
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    paid_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    country: Mapped[str | None] = mapped_column(sa.String(2))
    region: Mapped[str | None] = mapped_column(sa.String(80))
    checkout_keys: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    discount_codes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)


class OrderLine(Base):
    """One line of an order; `price` per unit in minor units of the order's currency."""

    __tablename__ = "order_line"
    __table_args__ = (sa.Index("ix_order_line_product", "store_id", "product_external_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    order_external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    product_external_id: Mapped[str | None] = mapped_column(sa.String(64))
    variant_external_id: Mapped[str | None] = mapped_column(sa.String(64))
    sku: Mapped[str | None] = mapped_column(sa.String(255))
    title: Mapped[str] = mapped_column(sa.String(500))
    quantity: Mapped[int] = mapped_column(sa.Integer)
    price: Mapped[int] = mapped_column(Minor)


class Refund(Base):
    __tablename__ = "refund"
    __table_args__ = (sa.Index("ix_refund_order", "store_id", "order_external_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    order_external_id: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    amount: Mapped[int] = mapped_column(Minor)
    currency: Mapped[str] = mapped_column(sa.String(3))


class Fulfillment(Base):
    """One parcel; `delivered_at` is the earliest time that the carrier gave for its delivery, `picked_up_at` for its
    first movement; `scanned_at` is the last time that it was seen."""

    __tablename__ = "fulfillment"
    __table_args__ = (sa.Index("ix_fulfillment_order", "store_id", "order_external_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    order_external_id: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[str] = mapped_column(sa.String(40))
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
    external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    product_external_id: Mapped[str] = mapped_column(sa.String(64))
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    rating: Mapped[int | None] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
