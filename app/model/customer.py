"""A customer and the identities (external id, address, phone) under which a store's payloads may speak of that person."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, Minor, UTCDateTime
from app.model import personal


class IdentityKind(StrEnum):
    EXTERNAL = "external"
    EMAIL = "email"
    PHONE = "phone"


class Customer(Base):
    """One person of one store.

    The counters (`orders_count`, `spent` in minor units of the store's currency, `first_order_at`, `last_order_at`) count
    only orders that count and are kept by ingest. `email_consent` is the latest answer by its own time; the history is in
    Consent. `said` keeps, per field, how surely and when it was last said ([1 for the account itself, 0 for a buyer's word
    in an order; microseconds]), so that payloads in any order end in the same row. `pace` holds, per medium, the last
    marketing messages as [microseconds, message id, workflow], newest first. `resting_since` is when a last goodbye left,
    `paused_until` when marketing may go on that the merchant paused. `name_key` and `back_key` are "first last" and "last
    first" as they are looked up. `answers` holds per medium what now holds of Consent, `wishes` what was asked for on the
    preference page, and `merged_at` is when another account of the platform last went into this one.
    """

    __tablename__ = "customer"
    __table_args__ = (
        # Prefixes are looked for, which PostgreSQL finds by this order alone.
        sa.Index("ix_customer_store_email", "store_id", "email", postgresql_ops={"email": "text_pattern_ops"}),
        sa.Index("ix_customer_store_name", "store_id", "name_key", postgresql_ops={"name_key": "text_pattern_ops"}),
        sa.Index("ix_customer_store_back", "store_id", "back_key", postgresql_ops={"back_key": "text_pattern_ops"}),
        # Everything that the list filters and sorts by, so that one narrow scan answers every question of it.
        sa.Index(
            "ix_customer_store_list",
            "store_id",
            "last_order_at",
            "orders_count",
            "spent",
            "email_consent",
            "paused_until",
            "gone_at",
            "id",
        ),
        sa.Index("ix_customer_store_phone", "store_id", "phone"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    external_id: Mapped[str | None] = mapped_column(sa.String(64), info=personal.ID)
    email: Mapped[str | None] = mapped_column(sa.String(320), info=personal.ADDRESS)
    email_verified: Mapped[bool | None] = mapped_column(sa.Boolean)
    phone: Mapped[str | None] = mapped_column(sa.String(40), info=personal.ADDRESS)
    first_name: Mapped[str | None] = mapped_column(sa.String(255), info=personal.NAME)
    last_name: Mapped[str | None] = mapped_column(sa.String(255), info=personal.NAME)
    locale: Mapped[str | None] = mapped_column(sa.String(35), info=personal.ABOUT)
    country: Mapped[str | None] = mapped_column(sa.String(2), info=personal.ABOUT)
    region: Mapped[str | None] = mapped_column(sa.String(80), info=personal.ABOUT)
    birthday: Mapped[str | None] = mapped_column(sa.String(10), info=personal.ABOUT)
    tags: Mapped[list[str]] = mapped_column(sa.JSON, default=list, info=personal.ABOUT)
    is_staff: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    joined_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    orders_count: Mapped[int] = mapped_column(sa.Integer, default=0)
    spent: Mapped[int] = mapped_column(Minor, default=0)
    first_order_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_order_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    email_consent: Mapped[str | None] = mapped_column(sa.String(20), info=personal.ABOUT)
    email_consent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    said: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.ABOUT)
    pace: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.ABOUT)
    resting_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    name_key: Mapped[str | None] = mapped_column(sa.String(200), info=personal.NAME)
    back_key: Mapped[str | None] = mapped_column(sa.String(200), info=personal.NAME)
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.ABOUT)
    wishes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.ABOUT)
    merged_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def is_erased(self) -> bool:
        """Whether this is the empty shell of somebody who was erased."""
        return self.gone_at is not None and not (self.external_id or self.email or self.phone)


class Identity(Base):
    """One way a store's payloads name a customer. Values are normalised: addresses lower-case, phones E.164 where possible."""

    __tablename__ = "identity"
    __table_args__ = (sa.Index("ix_identity_customer_id", "customer_id"), {"sqlite_with_rowid": False})

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True, info=personal.NO)
    value: Mapped[str] = mapped_column(sa.String(320), primary_key=True, info=personal.ADDRESS)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
