"""After how long a silence somebody counts as lapsed: what nine in ten of the store's gaps between orders do not outlast."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Figure
from app.rows import table_of

FIGURE = table_of(Figure)
PACE = "pace"
# Where a store has too few gaps to say.
HALF_A_YEAR = timedelta(days=180)


def lapsed_after(session: Session, store_id: int) -> timedelta:
    """By last night's reckoning."""
    query = sa.select(FIGURE.c.body).where(FIGURE.c.store_id == store_id, FIGURE.c.report == PACE)
    body = session.scalar(query)
    days = body.get("days") if isinstance(body, dict) else None
    return timedelta(days=float(days)) if days else HALF_A_YEAR
