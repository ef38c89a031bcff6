"""A rehearsal that somebody asked for on a page: how far it is, and what it found."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class TrialState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Trial(Base):
    """The last one of a store's workflow. `from_id` is the customer from whom it goes on; `alarm_at` and `tries` are those of
    work that is taken; `result` counts weeks and reasons, and names nobody."""

    __tablename__ = "trial"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "workflow"),
        sa.Index(
            "ix_trial_store_alarm",
            "store_id",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(
            "ix_trial_alarm",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    workflow: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    dials: Mapped[dict[str, int]] = mapped_column(sa.JSON, info=personal.NO)
    since: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(sa.String(10), default=TrialState.WAITING, info=personal.NO)
    from_id: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    done: Mapped[int] = mapped_column(sa.Integer, default=0)
    total: Mapped[int] = mapped_column(sa.Integer)
    result: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.NO)
    alarm_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
