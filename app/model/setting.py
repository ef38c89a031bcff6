"""What a merchant set for one workflow: on or off, since when, its dials, and the versions of these."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.model import personal


class WorkflowSetting(Base):
    """`on_since` is the moment from which news starts this workflow; `dials` holds turned values in the dial's unit, and
    `version` counts how often they were turned. `off_since` is when it was last switched off."""

    __tablename__ = "workflow_setting"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    workflow: Mapped[str] = mapped_column(sa.String(80), primary_key=True, info=personal.NO)
    is_on: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    on_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    dials: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict, info=personal.NO)
    version: Mapped[int] = mapped_column(sa.Integer, default=1)
    off_since: Mapped[datetime | None] = mapped_column(UTCDateTime)
    updated_at: Mapped[datetime] = mapped_column(UTCDateTime)


class WorkflowVersion(Base):
    """The dials as they were from one turning to the next: people finish on the version that they entered."""

    __tablename__ = "workflow_version"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    workflow: Mapped[str] = mapped_column(sa.String(80), primary_key=True, info=personal.NO)
    version: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    dials: Mapped[dict[str, int]] = mapped_column(sa.JSON, default=dict, info=personal.NO)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
