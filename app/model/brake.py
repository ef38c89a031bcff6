"""A stop that the house put on a store's marketing by itself, why, and who let it go."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.model import personal


class Brake(Base):
    """`workflow` is empty for the whole store. `sent` and `bad` are the counts that were seen; it ends by itself at `until`,
    or where somebody of the store lets it go (`released_by`, the platform's id of a member of staff)."""

    __tablename__ = "brake"
    __table_args__ = (sa.Index("ix_brake_store_at", "store_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    workflow: Mapped[str] = mapped_column(sa.String(80), default="", info=personal.NO)
    trouble: Mapped[str] = mapped_column(sa.String(12), info=personal.NO)
    sent: Mapped[int] = mapped_column(sa.Integer)
    bad: Mapped[int] = mapped_column(sa.Integer)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    released_by: Mapped[str | None] = mapped_column(sa.String(64), info=personal.OWNER)
