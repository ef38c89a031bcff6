"""How much marketing left a day under a sender's name while that is new: the counter that the warm-up reads."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.model import personal


class SenderDay(Base):
    """One store's day (its own calendar, ISO) under one sender's domain."""

    __tablename__ = "sender_day"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    domain: Mapped[str] = mapped_column(sa.String(255), primary_key=True, info=personal.OWNER)
    day: Mapped[str] = mapped_column(sa.String(10), primary_key=True, info=personal.NO)
    count: Mapped[int] = mapped_column(sa.Integer, default=0)
