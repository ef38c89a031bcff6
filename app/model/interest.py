"""What somebody looked at, or asked to be told of, in the store."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Minor, UTCDateTime
from app.model import personal


class InterestKind(StrEnum):
    """`asked` is a wish to be told; `looked` is no more than a look."""

    LOOKED = "looked"
    ASKED = "asked"


class Interest(Base):
    """The last look or wish of one person for one product; `price` is what it cost then, in minor units of the product's
    currency."""

    __tablename__ = "interest"
    __table_args__ = (
        sa.Index("ix_interest_product", "store_id", "product_external_id"),
        sa.Index("ix_interest_customer_id", "customer_id"),
    )

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"), primary_key=True)
    product_external_id: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.ABOUT)
    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True, info=personal.ABOUT)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    price: Mapped[int | None] = mapped_column(Minor)
