"""A launch token travels in an address, so it opens a page once: the row that says it was used decides.

In the database and not in memory, because the next request may reach another process of the web.
"""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa

from app.db import Database
from app.model import Launch

GRACE = timedelta(minutes=1)


def is_first(database: Database, *, store_id: int, token_id: str, expires_at: datetime, now: datetime) -> bool:
    """Whether this token of this store was never used before; from now on it was. Rows that are over go on the way."""
    token = hashlib.sha256(token_id.encode()).hexdigest()
    try:
        with database.write() as session:
            session.execute(sa.delete(Launch).where(Launch.store_id == store_id, Launch.expires_at < now))
            session.add(Launch(store_id=store_id, token=token, expires_at=expires_at + GRACE))
    except sa.exc.IntegrityError:
        return False
    return True
