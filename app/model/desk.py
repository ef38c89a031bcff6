"""What the people who run a store write down about their customers, and what they did, by whom and when."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class Note(Base):
    """A few words about a customer; `actor` is the platform's id of the member of staff who wrote them."""

    __tablename__ = "note"
    __table_args__ = (sa.Index("ix_note_customer_id", "customer_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    words: Mapped[str] = mapped_column(sa.Text, info=personal.ABOUT)
    actor: Mapped[str] = mapped_column(sa.String(64), info=personal.OWNER)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Tag(Base):
    """A word of the merchant's own on a customer; what the platform calls tags stays on the customer's row."""

    __tablename__ = "tag"
    __table_args__ = (sa.Index("ix_tag_customer_id", "customer_id"),)

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    word: Mapped[str] = mapped_column(sa.String(40), primary_key=True, info=personal.ABOUT)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class DeedKind(StrEnum):
    PAUSED = "paused"
    UNPAUSED = "unpaused"
    RUN_NOW = "run_now"
    CANCELLED = "cancelled"
    RETRIED = "retried"
    MERGED = "merged"
    EXPORTED = "exported"
    ERASED = "erased"
    NOTED = "noted"
    NOTE_REMOVED = "note_removed"
    TAGGED = "tagged"
    UNTAGGED = "untagged"
    FILTER_SAVED = "filter_saved"
    FILTER_REMOVED = "filter_removed"
    LIST_EXPORTED = "list_exported"
    SUPPRESSED = "suppressed"
    UNSUPPRESSED = "unsuppressed"
    BRAKE_RELEASED = "brake_released"
    SETTINGS_CHANGED = "settings_changed"
    RIGHTS_CHANGED = "rights_changed"
    TEXT_TRIED = "text_tried"


class Deed(Base):
    """Somebody of the store did something. Kept for good, so it holds ids and machine words and nothing personal: `actor` is
    the platform's id of a member of staff, `about` our id of what it was done to (a message, an enrollment, a note)."""

    __tablename__ = "deed"
    __table_args__ = (
        sa.Index("ix_deed_customer_id", "customer_id", "at"),
        sa.Index("ix_deed_store_at", "store_id", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    kind: Mapped[str] = mapped_column(sa.String(20), info=personal.NO)
    actor: Mapped[str] = mapped_column(sa.String(64), info=personal.OWNER)
    customer_id: Mapped[int | None] = mapped_column(sa.ForeignKey("customer.id"))
    about: Mapped[int | None] = mapped_column(sa.BigInteger)
    workflow: Mapped[str | None] = mapped_column(sa.String(80), info=personal.NO)
    step: Mapped[str | None] = mapped_column(sa.String(40), info=personal.NO)
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class SavedFilter(Base):
    """A way to look at the customers that a store kept under a name; `choices` holds machine words and numbers alone."""

    __tablename__ = "saved_filter"
    __table_args__ = (sa.UniqueConstraint("store_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    name: Mapped[str] = mapped_column(sa.String(60), info=personal.OWNER)
    choices: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.OWNER)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
