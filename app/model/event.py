"""News that can start a workflow: once per store, kind and subject, however often a platform tells it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class EventKind(StrEnum):
    SUBSCRIBED = "subscribed"
    ORDER_PLACED = "order_placed"
    ORDER_PAID = "order_paid"
    ORDER_SHIPPED = "order_shipped"
    ORDER_DELIVERED = "order_delivered"
    CHECKOUT_LEFT = "checkout_left"
    PRODUCT_VIEWED = "product_viewed"
    BACK_IN_STOCK = "back_in_stock"
    PRICE_DROPPED = "price_dropped"
    # These are reckoned by the calendar and go straight to enroll.
    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"
    REPLENISHMENT_DUE = "replenishment_due"
    PARCEL_LATE = "parcel_late"


class Event(Base):
    """One piece of news. `at` is when it happened, by the platform's own time; `subject` is what it is about, as
    "order:1001" or "customer:77"; `is_abroad` where a parcel leaves the store's country."""

    __tablename__ = "event"
    __table_args__ = (sa.UniqueConstraint("store_id", "kind", "subject"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    subject: Mapped[str] = mapped_column(sa.String(128), info=personal.ID)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    is_abroad: Mapped[bool] = mapped_column(sa.Boolean, default=False)
