"""Where the short links of texts lead: a text is paid for by its letters, so what an e-mail's link says itself is kept here."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, UTCDateTime
from app.links import SHORT_LENGTH
from app.model import personal


class ShortLink(Base):
    """One link of one text. `target` may be a person's own checkout; `at` is when it was written out."""

    __tablename__ = "short_link"
    __table_args__ = (
        sa.Index("ix_short_link_message_id", "message_id"),
        sa.Index("ix_short_link_store_at", "store_id", "at"),
    )

    code: Mapped[str] = mapped_column(sa.String(SHORT_LENGTH), primary_key=True, info=personal.NO)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    message_id: Mapped[int] = mapped_column(BigId, sa.ForeignKey("message.id"))
    target: Mapped[str] = mapped_column(sa.Text, info=personal.ABOUT)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
