"""Values of a store that we did not understand, counted: which of its fields, what was wrong with it, how often and when."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.model import personal


class UnknownValue(Base):
    """`word` is the field's name, with our own word for what was wrong where there is one; never the value itself."""

    __tablename__ = "unknown_value"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    word: Mapped[str] = mapped_column(sa.String(80), primary_key=True, info=personal.NO)
    times: Mapped[int] = mapped_column(sa.Integer)
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
