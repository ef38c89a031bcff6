"""One customer's way through one workflow, about one subject; and the ledger of what was decided at each step, and why."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class EnrollmentState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    STOPPED = "stopped"


class Enrollment(Base):
    """`event_at` is the anchor that every step counts from and `anchor_rank` how sure it is (0 is surest). `step` is the next
    step, `due_at` when it falls due; `alarm_at` is when to look next (a lease, a retry or a deferral puts it ahead).
    `shifted` is by how many microseconds pauses put off all of its times."""

    __tablename__ = "enrollment"
    __table_args__ = (
        sa.UniqueConstraint("store_id", "workflow", "customer_id", "subject"),
        sa.Index(
            "ix_enrollment_alarm",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index(
            "ix_enrollment_store_alarm",
            "store_id",
            "alarm_at",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        # Who waits where is counted on every page of workflows, and before every switch how they would fare: all of it stands
        # in the index itself.
        sa.Index(
            "ix_enrollment_waiting",
            "store_id",
            "workflow",
            "step",
            "due_at",
            "event_at",
            "version",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
        sa.Index("ix_enrollment_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    workflow: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    subject: Mapped[str] = mapped_column(sa.String(128), info=personal.ID)
    state: Mapped[str] = mapped_column(sa.String(10), default=EnrollmentState.WAITING, info=personal.NO)
    event_at: Mapped[datetime] = mapped_column(UTCDateTime)
    anchor_rank: Mapped[int] = mapped_column(sa.Integer, default=0)
    step: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    alarm_at: Mapped[datetime] = mapped_column(UTCDateTime)
    shifted: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    enrolled_at: Mapped[datetime] = mapped_column(UTCDateTime)


class OutcomeKind(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    DEFERRED = "deferred"
    SKIPPED = "skipped"
    DROPPED = "dropped"
    STOPPED = "stopped"
    HELD_OUT = "held_out"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"


class Outcome(Base):
    """One verdict: what was decided at a step, by which rule, with the values seen. `turn` counts the verdicts of a step."""

    __tablename__ = "outcome"
    __table_args__ = (
        sa.UniqueConstraint("enrollment_id", "step", "turn"),
        sa.Index("ix_outcome_customer_id", "customer_id"),
        sa.Index("ix_outcome_store_at", "store_id", "at"),
        sa.Index("ix_outcome_store_kind", "store_id", "kind", "at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    enrollment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrollment.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    workflow: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    step: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    turn: Mapped[int] = mapped_column(sa.Integer, default=0)
    kind: Mapped[str] = mapped_column(sa.String(12), info=personal.NO)
    reason: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    seen: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict, info=personal.ABOUT)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
