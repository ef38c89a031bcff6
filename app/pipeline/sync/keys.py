"""The keys to a store were refused: it has to be connected again, unless it just was."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections
from app.connections import CONNECT_AGAIN
from app.model import Connection, ConnectionState

__all__ = ["CONNECT_AGAIN", "generation_of", "lock_out"]


def generation_of(session: Session, store_id: int) -> int | None:
    """Which keys we hold; asked before they are used."""
    return session.scalars(sa.select(Connection.generation).where(Connection.store_id == store_id)).first()


def lock_out(session: Session, *, store_id: int, generation: int | None, now: datetime) -> bool:
    """Mark the store as "connect again"; False where other keys came since, or it has gone: the refusal means nothing."""
    query = sa.select(Connection.generation, Connection.state).where(Connection.store_id == store_id)
    held = session.execute(query.with_for_update()).first()
    if held is None or held.generation != generation or held.state == ConnectionState.REVOKED:
        return False
    connections.mark(session, store_id=store_id, state=ConnectionState.NEEDS_REAUTH, trouble=CONNECT_AGAIN, now=now)
    return True
