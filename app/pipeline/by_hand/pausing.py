"""Marketing to one person rests for a while; the law keeps the pause, and what waited for its end is asked again at an undo."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import DeedKind, Enrollment, EnrollmentState, Message, MessageState
from app.pipeline.by_hand.deeds import Hand, On, did, theirs
from app.rows import table_of

ENROLLMENT = table_of(Enrollment)
MESSAGE = table_of(Message)
PAUSE = timedelta(days=30)


def pause(session: Session, hand: Hand, *, customer_id: int) -> datetime:
    """No marketing leaves to this customer for 30 days; until when. Raises NotTheirsError."""
    person = theirs(session, hand, customer_id=customer_id)
    person.paused_until = hand.now + PAUSE
    did(session, hand, kind=DeedKind.PAUSED, on=On(customer_id))
    return person.paused_until


def unpause(session: Session, hand: Hand, *, customer_id: int) -> None:
    """The pause is over now. What was put off until its end is judged now. Raises NotTheirsError."""
    person = theirs(session, hand, customer_id=customer_id)
    if person.paused_until is None:
        return
    for table, state in ((ENROLLMENT, EnrollmentState.WAITING), (MESSAGE, MessageState.QUEUED)):
        waited = sa.and_(table.c.customer_id == customer_id, table.c.state == state)
        held = sa.update(table).where(waited, table.c.alarm_at == person.paused_until)
        session.execute(held.values(alarm_at=hand.now))
    person.paused_until = None
    did(session, hand, kind=DeedKind.UNPAUSED, on=On(customer_id))
