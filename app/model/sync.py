"""How far an import or a catch-up of a store has come, and which once-per-period jobs have had their turn."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class SyncState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class SyncRun(Base):
    """One run. `cursor` resumes right after the last page that was ingested; `alarm_at` says when to go on. `looks` lists
    [kind, external id] pairs to read again from the store, where `kind` is "looks"."""

    __tablename__ = "sync_run"
    __table_args__ = (
        sa.Index(
            "ix_sync_run_alarm",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_sync_run_store", "store_id", "started_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    kind: Mapped[str] = mapped_column(sa.String(12), info=personal.NO)
    state: Mapped[str] = mapped_column(sa.String(10), default=SyncState.WAITING, info=personal.NO)
    since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    cursor: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON, info=personal.ID)
    looks: Mapped[list[list[str]]] = mapped_column(sa.JSON, default=list, info=personal.ID)
    phase: Mapped[str] = mapped_column(sa.String(40), default="", info=personal.NO)
    done: Mapped[int] = mapped_column(sa.Integer, default=0)
    total: Mapped[int | None] = mapped_column(sa.Integer)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    alarm_at: Mapped[datetime] = mapped_column(UTCDateTime)
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[str | None] = mapped_column(sa.String(500), info=personal.WORDS)


class JobRun(Base):
    """A once-per-period job had this slot: whoever inserts the row runs it. `store_id` 0 stands for the whole house."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(sa.String(40), primary_key=True, info=personal.NO)
    store_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    slot: Mapped[str] = mapped_column(sa.String(40), primary_key=True, info=personal.NO)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
