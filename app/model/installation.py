"""An installation on its way: from a typed address, over the store's own approval, to a connected store."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UTCDateTime
from app.model import personal


class Installation(Base):
    """One try to install, named by the `state` that travels through the store and back: unguessable, used once, short-lived.

    `store_id` is known once the store is connected. `locked` holds the keys that the store sent, encrypted and not yet
    proven; it is emptied when they are. `alarm_at` says when to take the proof up again and is put ahead by whoever takes it.
    """

    __tablename__ = "installation"
    __table_args__ = (sa.Index("ix_installation_alarm", "alarm_at"),)

    state: Mapped[str] = mapped_column(sa.String(80), primary_key=True, info=personal.NO)
    store_id: Mapped[int | None] = mapped_column(sa.ForeignKey("store.id"))
    platform: Mapped[str] = mapped_column(sa.String(40), info=personal.NO)
    address: Mapped[str] = mapped_column(sa.String(255), info=personal.OWNER)
    locked: Mapped[str | None] = mapped_column(sa.Text, info=personal.LOCKED)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    alarm_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(sa.Integer, default=0)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    trouble: Mapped[str | None] = mapped_column(sa.String(500), info=personal.WORDS)


class Launch(Base):
    """A launch token that opened an embedded page once already; kept until it would have expired anyway."""

    __tablename__ = "launch"

    store_id: Mapped[int] = mapped_column(sa.ForeignKey("store.id"), primary_key=True)
    token: Mapped[str] = mapped_column(sa.String(64), primary_key=True, info=personal.NO)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
