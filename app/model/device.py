"""The browsers on which people let a store show notifications."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class Device(Base):
    """One browser of one person of one store. `sealed` is its subscription (where it is called, and for which keys), encrypted;
    `mark` is a keyed hash of where, by which it is found again; `service` is the push service's host, and `at` when it was
    last seen in the store."""

    __tablename__ = "device"
    __table_args__ = (sa.UniqueConstraint("store_id", "mark"), sa.Index("ix_device_customer_id", "customer_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    mark: Mapped[str] = mapped_column(sa.String(64), info=personal.ID)
    sealed: Mapped[str] = mapped_column(sa.Text, info=personal.LOCKED)
    service: Mapped[str] = mapped_column(sa.String(255), info=personal.ABOUT)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
