"""What a merchant set for one workflow: on or off, since when, and its dials."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime


class WorkflowSetting(Base):
    """`on_since` is the moment from which news starts this workflow; `dials` holds turned values in the dial's unit."""

    __tablename__ = "workflow_setting"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    workflow: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    is_on: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    on_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dials: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)
