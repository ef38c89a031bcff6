"""What a person answered per medium, append-only; the addresses not to be written to, and why; the tombstones of the erased."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime


class Consent(Base):
    """One answer with its own time. Never changed: a later answer is a later row."""

    __tablename__ = "consent"
    __table_args__ = (sa.UniqueConstraint("store_id", "customer_id", "medium", "at", "state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    medium: Mapped[str] = mapped_column(sa.String(20))
    state: Mapped[str] = mapped_column(sa.String(20))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    source: Mapped[str] = mapped_column(sa.String(80))
    opt_in_level: Mapped[str | None] = mapped_column(sa.String(40))
    wording: Mapped[str | None] = mapped_column(sa.Text)


class SuppressionReason(StrEnum):
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    BY_HAND = "by_hand"


class Suppression(Base):
    """An address that a store must not write to. `undone_at` keeps the row as history where a human took it back."""

    __tablename__ = "suppression"
    __table_args__ = (sa.UniqueConstraint("store_id", "medium", "address"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    medium: Mapped[str] = mapped_column(sa.String(20))
    address: Mapped[str] = mapped_column(sa.String(320))
    reason: Mapped[str] = mapped_column(sa.String(20))
    source: Mapped[str] = mapped_column(sa.String(80))
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Tombstone(Base):
    """The keyed hash of an identity that was erased: no later import or webhook may bring that person back."""

    __tablename__ = "tombstone"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
