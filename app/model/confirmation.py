"""What was asked in somebody's name and waits for their own yes: the second half of a double opt-in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class ConfirmationState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    CONFIRMED = "confirmed"
    GIVEN_UP = "given_up"


MOVES: dict[ConfirmationState, frozenset[ConfirmationState]] = {
    ConfirmationState.WAITING: frozenset({ConfirmationState.SENT, ConfirmationState.GIVEN_UP}),
    ConfirmationState.SENT: frozenset({ConfirmationState.CONFIRMED}),
    ConfirmationState.CONFIRMED: frozenset(),
    ConfirmationState.GIVEN_UP: frozenset(),
}


class Confirmation(Base):
    """One question to one mailbox. `alarm_at` and `tries` are those of work that is taken; `wording` and `proof` are what stood
    on the form where it was asked, and go into the answer."""

    __tablename__ = "confirmation"
    __table_args__ = (
        sa.Index("ix_confirmation_customer_id", "customer_id", "asked_at"),
        sa.Index(
            "ix_confirmation_store_alarm",
            "store_id",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(
            "ix_confirmation_alarm",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    state: Mapped[str] = mapped_column(sa.String(10), default=ConfirmationState.WAITING, info=personal.NO)
    source: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    wording: Mapped[str | None] = mapped_column(sa.Text, info=personal.WORDS)
    proof: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON, info=personal.ABOUT)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    alarm_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
