"""A discount code of one person's own: wished for before the platform is asked, so that a crash makes no second one."""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, BigId, Minor, UTCDateTime
from app.model import personal


class CodeState(StrEnum):
    WANTED = "wanted"
    MADE = "made"
    REDEEMED = "redeemed"
    REMOVED = "removed"


# For so long it must still be good when its message leaves: nobody reads a letter in the minute in which it comes.
LEAST_LIFE = timedelta(days=1)


class DiscountCode(Base):
    """One code for one step of one enrollment. `worth` is what it is reckoned to cost, in minor units of the store's currency;
    `order_external_id` is the order that it was redeemed with."""

    __tablename__ = "discount_code"
    __table_args__ = (
        sa.UniqueConstraint("enrollment_id", "step"),
        sa.Index("ix_discount_code_store_code", "store_id", "code", unique=True),
        sa.Index("ix_discount_code_store_workflow", "store_id", "workflow", "wanted_at"),
        sa.Index(
            "ix_discount_code_expires_at",
            "expires_at",
            sqlite_where=sa.text("state = 'made'"),
            postgresql_where=sa.text("state = 'made'"),
        ),
        sa.Index("ix_discount_code_customer_id", "customer_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"))
    enrollment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrollment.id"))
    customer_id: Mapped[int] = mapped_column(sa.ForeignKey("customer.id"))
    workflow: Mapped[str] = mapped_column(sa.String(80), info=personal.NO)
    step: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    code: Mapped[str] = mapped_column(sa.String(40), info=personal.ID)
    percent: Mapped[int] = mapped_column(sa.Integer)
    worth: Mapped[int] = mapped_column(Minor, default=0)
    state: Mapped[str] = mapped_column(sa.String(10), default=CodeState.WANTED, info=personal.NO)
    external_id: Mapped[str | None] = mapped_column(sa.String(128), info=personal.NO)
    order_external_id: Mapped[str | None] = mapped_column(sa.String(64), info=personal.ID)
    wanted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
