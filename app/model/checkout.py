"""A checkout that somebody began and may have left."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Minor, UTCDateTime
from app.model import personal


class Checkout(Base):
    __tablename__ = "checkout"
    __table_args__ = (sa.Index("ix_checkout_customer_id", "customer_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(128), primary_key=True, info=personal.ID)
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    url: Mapped[str | None] = mapped_column(sa.String(2000), info=personal.ID)
    currency: Mapped[str] = mapped_column(sa.String(3), info=personal.NO)
    total: Mapped[int] = mapped_column(Minor)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lines: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list, info=personal.ABOUT)
