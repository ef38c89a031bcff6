"""Numbers that are reckoned once a night, because asking the rows for them takes longer than anybody waits for a page."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.model import personal


class Figure(Base):
    """One report of one store as of a moment: counts and sums, nothing of anybody."""

    __tablename__ = "figure"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    report: Mapped[str] = mapped_column(sa.String(40), primary_key=True, info=personal.NO)
    body: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.NO)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Forecast(Base):
    """When somebody is likely to order next, as of `at`: the half-way day of those like them who come again, and the days
    between which four in five of these come. `alive` is the chance in percent that they are a customer still. `quiet_after` is
    how many days of silence are longer than their way; None where too little is known of it."""

    __tablename__ = "forecast"
    __table_args__ = (sa.Index("ix_forecast_customer_id", "customer_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True)
    likely_at: Mapped[datetime] = mapped_column(UTCDateTime)
    from_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until_at: Mapped[datetime] = mapped_column(UTCDateTime)
    alive: Mapped[int] = mapped_column(sa.Integer)
    quiet_after: Mapped[int | None] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
