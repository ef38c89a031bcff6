"""Those on their way through a workflow that is off: parked, and later let go as the merchant chose."""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import EPOCH, MICROSECOND, UTCDateTime
from app.model import Enrollment, EnrollmentState, Message, MessageState, OutcomeKind
from app.pipeline import ledger
from app.pipeline.fair import PARKED
from app.policy import Reason
from app.rows import chunks, table_of

ENROLLMENT = table_of(Enrollment)
MESSAGE = table_of(Message)
# SQLite takes a partial index only where the condition stands in the statement as it stands in the index.
WAITS: sa.ColumnElement[str] = sa.literal_column(f"'{EnrollmentState.WAITING}'")
# The alarm is always set: asking for it leads to the index of those that have not left, and not to that of all messages.
OPEN = sa.and_(
    MESSAGE.c.state.in_([sa.literal_column(f"'{one}'") for one in (MessageState.QUEUED, MessageState.SENDING)]),
    MESSAGE.c.alarm_at > EPOCH,
)


class Choice(StrEnum):
    """What becomes of those on their way: they keep their times and the dials with which they came in, all times move by the
    pause, they go, or they move to the dials of today."""

    KEEP = "keep"
    SHIFT = "shift"
    DROP = "drop"
    MOVE = "move"


def waiting(store_id: int, workflow: str) -> sa.ColumnElement[bool]:
    """The enrollments of one workflow that still wait."""
    return sa.and_(
        ENROLLMENT.c.store_id == store_id,
        ENROLLMENT.c.workflow == workflow,
        ENROLLMENT.c.state == WAITS,
    )


def queued(store_id: int, workflow: str) -> sa.ColumnElement[bool]:
    """Its messages that were decided and have not left."""
    return sa.and_(
        MESSAGE.c.store_id == store_id, MESSAGE.c.workflow == workflow, OPEN, MESSAGE.c.state == MessageState.QUEUED
    )


def park(session: Session, *, store_id: int, workflow: str) -> None:
    """Nothing of this workflow falls due until it is let go."""
    session.execute(sa.update(ENROLLMENT).where(waiting(store_id, workflow)).values(alarm_at=PARKED))
    session.execute(sa.update(MESSAGE).where(queued(store_id, workflow)).values(alarm_at=PARKED))


def let_go(session: Session, *, store_id: int, workflow: str, choice: Choice, pause: timedelta, now: datetime) -> None:
    """Let those who are parked go on as chosen; `pause` is how long they were."""
    if choice is Choice.DROP:
        drop(session, store_id=store_id, workflow=workflow, now=now)
        return
    if choice is Choice.SHIFT:
        _shift(session, store_id=store_id, workflow=workflow, pause=pause)
    parked = sa.and_(waiting(store_id, workflow), ENROLLMENT.c.alarm_at == PARKED)
    session.execute(sa.update(ENROLLMENT).where(parked).values(alarm_at=ENROLLMENT.c.due_at))
    held = sa.and_(queued(store_id, workflow), MESSAGE.c.alarm_at == PARKED)
    session.execute(sa.update(MESSAGE).where(held).values(alarm_at=now, tries=0))


def _shift(session: Session, *, store_id: int, workflow: str, pause: timedelta) -> None:
    """Every time of theirs moves, the event that later steps count from as well; by how much is noted, since some are reckoned
    anew each night."""
    parked = sa.and_(waiting(store_id, workflow), ENROLLMENT.c.alarm_at == PARKED)
    by = ENROLLMENT.c.shifted + pause // MICROSECOND
    session.execute(sa.update(ENROLLMENT).where(parked).values(shifted=by))
    for table, where, names in (
        (ENROLLMENT, waiting(store_id, workflow), ("event_at", "due_at")),
        (MESSAGE, queued(store_id, workflow), ("due_at", "stale_at")),
    ):
        rows = session.execute(
            sa.select(table.c.id, *(table.c[name] for name in names)).where(where, table.c.alarm_at == PARKED)
        ).all()
        update = sa.update(table).where(table.c.id == sa.bindparam("row_id"))
        values = {name: sa.bindparam(f"new_{name}", type_=UTCDateTime) for name in names}
        moved = [{"row_id": row.id} | {f"new_{name}": getattr(row, name) + pause for name in names} for row in rows]
        for chunk in chunks(moved):
            session.connection().execute(update.values(values), list(chunk))


def drop(session: Session, *, store_id: int, workflow: str, now: datetime) -> None:
    """Everybody on their way leaves, each with a row in the ledger; so does every message that had not left."""
    whom = (ENROLLMENT.c.store_id, ENROLLMENT.c.customer_id, ENROLLMENT.c.workflow, ENROLLMENT.c.step)
    people = sa.select(ENROLLMENT.c.id.label("enrollment_id"), *whom).where(waiting(store_id, workflow))
    what = (MESSAGE.c.enrollment_id, MESSAGE.c.store_id, MESSAGE.c.customer_id, MESSAGE.c.workflow, MESSAGE.c.step)
    messages = sa.select(*what).where(queued(store_id, workflow))
    rows = [*session.execute(people).all(), *session.execute(messages).all()]
    ledger.write(session, [ledger.Entry(row, OutcomeKind.DROPPED, Reason.SWITCHED_OFF) for row in rows], now=now)
    session.execute(sa.update(ENROLLMENT).where(waiting(store_id, workflow)).values(state=EnrollmentState.STOPPED))
    gone = {"state": MessageState.DROPPED, "reason": Reason.SWITCHED_OFF}
    session.execute(sa.update(MESSAGE).where(queued(store_id, workflow)).values(**gone))
