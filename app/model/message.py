"""One message from its decision to its departure, and what channels told us of it afterwards."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal
from connectors.receipts import ReceiptKind as ReceiptKind  # noqa: PLC0414 - one word, also here.


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    IN_DOUBT = "in_doubt"


MOVES: dict[MessageState, frozenset[MessageState]] = {
    # What was queued again in doubt is sent as soon as a receipt proves that it had left.
    # Where it is dropped before that, the doubt stays.
    MessageState.QUEUED: frozenset(
        {MessageState.SENDING, MessageState.DROPPED, MessageState.SENT, MessageState.IN_DOUBT}
    ),
    MessageState.SENDING: frozenset(
        {MessageState.QUEUED, MessageState.SENT, MessageState.FAILED, MessageState.IN_DOUBT}
    ),
    MessageState.SENT: frozenset(),
    # Somebody of the store may try again what failed, or put back what was dropped; every gate is asked anew.
    MessageState.FAILED: frozenset({MessageState.QUEUED}),
    MessageState.DROPPED: frozenset({MessageState.QUEUED}),
    # The channel may settle a doubt later (a receipt names the message).
    MessageState.IN_DOUBT: frozenset({MessageState.SENT}),
}

# What nobody can tell of a message that never left.
PROOFS = frozenset(
    {ReceiptKind.DELIVERED, ReceiptKind.OPENED, ReceiptKind.CLICKED, ReceiptKind.BOUNCED, ReceiptKind.COMPLAINED}
)


class Message(Base):
    """`key` is stable over every try and makes the Message-ID; `due_at` and `stale_at` are the two clocks; `alarm_at` says when
    to take it next. The words are not stored: the text, the facts and the time say them again."""

    __tablename__ = "message"
    __table_args__ = (
        sa.UniqueConstraint("enrollment_id", "step"),
        sa.Index(
            "ix_message_alarm",
            "alarm_at",
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        ),
        sa.Index(
            "ix_message_store_alarm",
            "store_id",
            "alarm_at",
            sqlite_where=sa.text("state IN ('queued', 'sending')"),
            postgresql_where=sa.text("state IN ('queued', 'sending')"),
        ),
        # Service messages are claimed by themselves, and many marketing messages may be due before them. The purpose leads,
        # for SQLite would take one of two indexes that serve equally well by chance.
        sa.Index(
            "ix_message_service_alarm",
            "purpose",
            "alarm_at",
            sqlite_where=sa.text("state IN ('queued', 'sending') AND purpose = 'service'"),
            postgresql_where=sa.text("state IN ('queued', 'sending') AND purpose = 'service'"),
        ),
        sa.Index(
            "ix_message_service_store_alarm",
            "purpose",
            "store_id",
            "alarm_at",
            sqlite_where=sa.text("state IN ('queued', 'sending') AND purpose = 'service'"),
            postgresql_where=sa.text("state IN ('queued', 'sending') AND purpose = 'service'"),
        ),
        sa.Index("ix_message_customer_id", "customer_id"),
        sa.Index("ix_message_store_created", "store_id", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    enrollment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrollment.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    workflow: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    step: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    medium: Mapped[str] = mapped_column(sa.String(20), info=personal.NO)
    purpose: Mapped[str] = mapped_column(sa.String(12), info=personal.NO)
    rank: Mapped[int] = mapped_column(sa.Integer)
    text: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    key: Mapped[str] = mapped_column(sa.String(64), unique=True, info=personal.NO)
    state: Mapped[str] = mapped_column(sa.String(10), default=MessageState.QUEUED, info=personal.NO)
    reason: Mapped[str | None] = mapped_column(sa.String(500), info=personal.WORDS)
    channel: Mapped[str | None] = mapped_column(sa.String(40), info=personal.NO)
    provider_id: Mapped[str | None] = mapped_column(sa.String(255), index=True, info=personal.ID)
    worker: Mapped[str | None] = mapped_column(sa.String(80), info=personal.NO)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    stale_at: Mapped[datetime] = mapped_column(UTCDateTime)
    alarm_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Receipt(Base):
    """What a channel told us later about one message; once per provider's own event id. `at` is the provider's time, and
    `heard_at` when we heard of it."""

    __tablename__ = "receipt"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "provider_event"),
        sa.Index("ix_receipt_message_id", "message_id"),
        sa.Index(
            "ix_receipt_bad",
            "heard_at",
            sqlite_where=sa.text("kind IN ('bounced', 'complained')"),
            postgresql_where=sa.text("kind IN ('bounced', 'complained')"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id"))
    kind: Mapped[str] = mapped_column(sa.String(16), info=personal.NO)
    provider_event: Mapped[str] = mapped_column(sa.String(255), info=personal.ID)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    heard_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    detail: Mapped[str | None] = mapped_column(sa.String(500), info=personal.WORDS)
