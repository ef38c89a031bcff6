"""What a person answered per medium, append-only; the addresses not to be written to, and why; the tombstones of the erased."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class Consent(Base):
    """One answer with its own time. Never changed: a later answer is a later row. `tell_at` is when the platform is to be told;
    None where it told us, or was told.

    `side` is the account that it was given on, by the platform's id ("" where none said): when two accounts become one, the
    stricter side holds until the one they are answers again. `basis` (express, soft, implied), `conditions` (of a soft
    opt-in, by commas), `country` and `expires_at` are what the law asks for; `proof` names the form and page, and
    `asked_from` the network address of the request, which goes when it has done its duty.
    """

    __tablename__ = "consent"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "customer_id", "medium", "at", "state", "side"),
        sa.Index(
            "ix_consent_asked_from",
            "store_id",
            "at",
            sqlite_where=sa.text("asked_from IS NOT NULL"),
            postgresql_where=sa.text("asked_from IS NOT NULL"),
        ),
        sa.Index(
            "ix_consent_tell_at",
            "tell_at",
            sqlite_where=sa.text("tell_at IS NOT NULL"),
            postgresql_where=sa.text("tell_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), index=True)
    medium: Mapped[str] = mapped_column(sa.String(20), info=personal.ABOUT)
    state: Mapped[str] = mapped_column(sa.String(20), info=personal.ABOUT)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    source: Mapped[str] = mapped_column(sa.String(80), info=personal.ABOUT)
    opt_in_level: Mapped[str | None] = mapped_column(sa.String(40), info=personal.ABOUT)
    wording: Mapped[str | None] = mapped_column(sa.Text, info=personal.WORDS)
    side: Mapped[str] = mapped_column(sa.String(64), default="", info=personal.ID)
    basis: Mapped[str] = mapped_column(sa.String(10), default="express", info=personal.NO)
    conditions: Mapped[str | None] = mapped_column(sa.String(80), info=personal.NO)
    country: Mapped[str | None] = mapped_column(sa.String(2), info=personal.ABOUT)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    proof: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON, info=personal.ABOUT)
    asked_from: Mapped[str | None] = mapped_column(sa.String(45), info=personal.ADDRESS)
    tell_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tell_tries: Mapped[int] = mapped_column(sa.Integer, default=0)


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
    medium: Mapped[str] = mapped_column(sa.String(20), info=personal.NO)
    address: Mapped[str] = mapped_column(sa.String(320), info=personal.ADDRESS)
    reason: Mapped[str] = mapped_column(sa.String(20), info=personal.NO)
    source: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Tombstone(Base):
    """The keyed hash of an identity that was erased: no later import or webhook may bring that person back."""

    __tablename__ = "tombstone"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.NO)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
