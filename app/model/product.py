"""A product as its store shows it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Minor, UTCDateTime
from app.model import personal


class Product(Base):
    __tablename__ = "product"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.NO)
    title: Mapped[str] = mapped_column(sa.String(500), info=personal.NO)
    url: Mapped[str | None] = mapped_column(sa.String(1000), info=personal.NO)
    image_url: Mapped[str | None] = mapped_column(sa.String(1000), info=personal.NO)
    price: Mapped[int | None] = mapped_column(Minor)
    currency: Mapped[str | None] = mapped_column(sa.String(3), info=personal.NO)
    is_available: Mapped[bool] = mapped_column(sa.Boolean, default=True)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    gone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
