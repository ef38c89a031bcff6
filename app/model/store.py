"""A store, its connection (credentials and their state), and what the platform demands for people's privacy."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class StoreState(StrEnum):
    ACTIVE = "active"
    UNINSTALLED = "uninstalled"
    ERASED = "erased"


class Store(Base):
    """One store of one platform.

    `public_key` stands for it in URLs. `live_since` is the moment from which what happens is news; all before is history.
    Quiet hours are minutes after midnight in the recipient's zone, both None for never. `choices` holds what app/choices.py
    reads: only what differs from its default.
    """

    __tablename__ = "store"
    __table_args__ = (sa.UniqueConstraint("platform", "address"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    platform: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    address: Mapped[str] = mapped_column(sa.String(255), info=personal.OWNER)
    public_key: Mapped[str] = mapped_column(sa.String(64), unique=True, info=personal.NO)
    state: Mapped[str] = mapped_column(sa.String(20), default=StoreState.ACTIVE, info=personal.NO)
    name: Mapped[str] = mapped_column(sa.String(255), default="", info=personal.OWNER)
    currency: Mapped[str] = mapped_column(sa.String(3), default="USD", info=personal.NO)
    zone: Mapped[str] = mapped_column(sa.String(64), default="UTC", info=personal.NO)
    country: Mapped[str | None] = mapped_column(sa.String(2), info=personal.NO)
    locale: Mapped[str] = mapped_column(sa.String(35), default="en", info=personal.NO)
    email: Mapped[str | None] = mapped_column(sa.String(320), info=personal.OWNER)
    url: Mapped[str | None] = mapped_column(sa.String(1000), info=personal.OWNER)
    postal_address: Mapped[str | None] = mapped_column(sa.String(1000), info=personal.OWNER)
    sender_name: Mapped[str | None] = mapped_column(sa.String(255), info=personal.OWNER)
    sender_address: Mapped[str | None] = mapped_column(sa.String(320), info=personal.OWNER)
    holdout_percent: Mapped[int] = mapped_column(sa.Integer, default=10)
    quiet_from: Mapped[int | None] = mapped_column(sa.Integer)
    quiet_until: Mapped[int | None] = mapped_column(sa.Integer)
    choices: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.OWNER)
    brakes: Mapped[dict[str, list[int]]] = mapped_column(sa.JSON, default=dict, info=personal.NO)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    live_since: Mapped[datetime] = mapped_column(UTCDateTime)
    uninstalled_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ConnectionState(StrEnum):
    CONNECTED = "connected"
    NEEDS_REAUTH = "needs_reauth"
    REVOKED = "revoked"


class Connection(Base):
    """The credentials of one store, encrypted as one JSON text, so that a pair of tokens is replaced at once or not at all.

    `renewing_until` is the lease of whoever renews them now; `generation` counts renewals.
    """

    __tablename__ = "connection"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), unique=True)
    state: Mapped[str] = mapped_column(sa.String(20), default=ConnectionState.CONNECTED, info=personal.NO)
    locked: Mapped[str | None] = mapped_column(sa.Text, info=personal.LOCKED)
    scopes: Mapped[str] = mapped_column(sa.Text, default="", info=personal.NO)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    refresh_expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    generation: Mapped[int] = mapped_column(sa.Integer, default=0)
    renewing_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    webhooks_checked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_delivery_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[str | None] = mapped_column(sa.String(500), info=personal.WORDS)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PrivacyRequest(Base):
    """A demand for export or erasure and what became of it. Holds ids and counts, never an address or a name."""

    __tablename__ = "privacy_request"
    __table_args__ = (sa.UniqueConstraint("store_id", "reference"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), index=True)
    demand: Mapped[str] = mapped_column(sa.String(20), info=personal.NO)
    reference: Mapped[str] = mapped_column(sa.String(128), info=personal.NO)
    customer_external_id: Mapped[str | None] = mapped_column(sa.String(64), info=personal.ID)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.LOCKED)
