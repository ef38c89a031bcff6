"""Who of a store's staff opened the admin, and what they may do there."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.model import personal


class May(StrEnum):
    """`look` at everything; `work`: switch workflows, write texts, act for customers; `run`: settings, exports, erasure,
    joining two into one, and staff as well. Each holds what stands before it."""

    LOOK = "look"
    WORK = "work"
    RUN = "run"


ORDER = (May.LOOK, May.WORK, May.RUN)


class Member(Base):
    """`actor` is the platform's id of the person: neither platform's token tells a name."""

    __tablename__ = "member"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    actor: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.OWNER)
    may: Mapped[str] = mapped_column(sa.String(8), default=May.RUN, info=personal.NO)
    first_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
