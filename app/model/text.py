"""A merchant's own words for a message."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.model import personal


class StoreText(Base):
    """The text of one step as a merchant saved it, a version each time; the latest counts. Without a `source` the default was
    put back."""

    __tablename__ = "store_text"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    workflow: Mapped[str] = mapped_column(sa.String(80), primary_key=True, info=personal.NO)
    step: Mapped[str] = mapped_column(sa.String(40), primary_key=True, info=personal.NO)
    version: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    source: Mapped[str | None] = mapped_column(sa.Text, info=personal.OWNER)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
