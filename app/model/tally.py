"""Whom of a store's last days a workflow takes in: counted, and taken in, by a worker where a page may not take so long."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class TallyState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Tally(Base):
    """The last one of so many days of a workflow. `alarm_at` and `tries` are those of work that is taken; `result` counts as of
    `counted_at`, and names nobody. `on_since` stands where they are being taken in, or were: since when the workflow is on."""

    __tablename__ = "tally"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "workflow", "days"),
        sa.Index(
            "ix_tally_store_alarm",
            "store_id",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(
            "ix_tally_alarm",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    workflow: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    days: Mapped[int] = mapped_column(sa.Integer)
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(sa.String(10), default=TallyState.WAITING, info=personal.NO)
    result: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict, info=personal.NO)
    alarm_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    counted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    on_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
