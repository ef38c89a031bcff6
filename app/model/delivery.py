"""One webhook call, kept durably before it is answered. On SQLite it lives in the inbox's own file."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import BigId, InboxBase, UTCDateTime
from app.model import personal


class DeliveryState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    ASIDE = "aside"


class Delivery(InboxBase):
    """One delivery. `key` is made by the connector and is equal for repetitions of the same thing. The body goes when it is
    done; `alarm_at` says when to take it next and is put ahead by whoever takes it."""

    __tablename__ = "delivery"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "topic", "key"),
        sa.Index(
            "ix_delivery_alarm",
            "store_id",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.BigInteger)
    topic: Mapped[str] = mapped_column(sa.String(128), info=personal.NO)
    key: Mapped[str] = mapped_column(sa.String(128), info=personal.NO)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    body: Mapped[bytes | None] = mapped_column(sa.LargeBinary, info=personal.WORDS)
    state: Mapped[str] = mapped_column(sa.String(10), default=DeliveryState.WAITING, info=personal.NO)
    alarm_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    reason: Mapped[str | None] = mapped_column(sa.String(500), info=personal.WORDS)
