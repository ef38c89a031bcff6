"""Why one message was sent, or not: every verdict about one step of one customer's way, oldest first."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Outcome
from app.reports.why import Because, verdict


def because(session: Session, *, store_id: int, enrollment_id: int, step: str) -> list[Because]:
    """The verdicts of this step; none where the way is another store's."""
    rows = session.scalars(
        sa.select(Outcome)
        .where(Outcome.store_id == store_id, Outcome.enrollment_id == enrollment_id, Outcome.step == step)
        .order_by(Outcome.turn)
        .limit(100)
    )
    return [verdict(row) for row in rows]
