"""What waits is brought forward, cancelled, or tried again. Nothing is sent from here: the row falls due, and the law judges it
as ever."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import DeedKind, Enrollment, EnrollmentState, Message, MessageState, Outcome, OutcomeKind
from app.pipeline import ledger
from app.pipeline.by_hand.deeds import Fate, Hand, NotTheirsError, On, did
from app.pipeline.fair import PARKED
from app.policy import Reason
from app.rows import table_of

ENROLLMENT = table_of(Enrollment)
MESSAGE = table_of(Message)
OUTCOME = table_of(Outcome)


class What(StrEnum):
    """A step of somebody's way, or a message that was decided."""

    ENROLLMENT = "enrollment"
    MESSAGE = "message"


TABLES = {What.ENROLLMENT: ENROLLMENT, What.MESSAGE: MESSAGE}
WAITS = {What.ENROLLMENT: EnrollmentState.WAITING, What.MESSAGE: MessageState.QUEUED}
# What may come out otherwise once a text, a channel, a budget or our own fault is put right; and an undone cancellation.
MAY_RETURN = frozenset(
    {Reason.BAD_TEXT, Reason.NO_CHANNEL, Reason.NO_CODE, Reason.OVER_BUDGET, Reason.BROKEN, Reason.CANCELLED}
)


@dataclass(frozen=True, slots=True)
class Seen:
    """One row as somebody saw it: a worker that took it meanwhile has counted a try, and a step that is over has another."""

    what: What
    id: int
    step: str
    tries: int


def run_now(session: Session, hand: Hand, *, seen: Seen) -> Fate:
    """It falls due now instead of later. Raises NotTheirsError."""
    row = _row(session, hand, seen=seen)
    if not _is_as_seen(row, seen) or row.state != WAITS[seen.what]:
        return Fate.MOVED_ON
    if row.alarm_at == PARKED:
        return Fate.OFF
    values: dict[str, datetime] = {"alarm_at": hand.now}
    if seen.what is What.ENROLLMENT:
        # Its staleness counts from the moment at which it is to be said, which is now.
        values["due_at"] = min(row.due_at, hand.now)
    _set(session, seen, **values)
    did(session, hand, kind=DeedKind.RUN_NOW, on=_on(row, seen))
    return Fate.DONE


def cancel(session: Session, hand: Hand, *, seen: Seen) -> Fate:
    """A way ends here; of a message, this message alone. The ledger says that it was done by hand. Raises NotTheirsError."""
    row = _row(session, hand, seen=seen)
    if not _is_as_seen(row, seen) or row.state != WAITS[seen.what]:
        return Fate.MOVED_ON
    if seen.what is What.ENROLLMENT:
        _set(session, seen, state=EnrollmentState.STOPPED)
        kind = OutcomeKind.STOPPED
    else:
        _set(session, seen, state=MessageState.DROPPED, reason=Reason.CANCELLED)
        kind = OutcomeKind.DROPPED
    ledger.write(session, [ledger.Entry(row, kind, Reason.CANCELLED)], now=hand.now)
    did(session, hand, kind=DeedKind.CANCELLED, on=_on(row, seen))
    return Fate.DONE


def retry(session: Session, hand: Hand, *, seen: Seen) -> Fate:
    """What failed, or was dropped or ended for something that can be put right, waits again and is judged anew. Raises
    NotTheirsError."""
    row = _row(session, hand, seen=seen)
    if not _is_as_seen(row, seen) or not _may_return(session, row, seen=seen):
        return Fate.MOVED_ON
    if seen.what is What.MESSAGE and row.stale_at < hand.now:
        return Fate.TOO_LATE
    if seen.what is What.MESSAGE:
        _set(session, seen, state=MessageState.QUEUED, alarm_at=hand.now, tries=0, worker=None, reason=None)
    else:
        # Its verdicts are numbered on behind those that stand there.
        turn = _last(session, row).turn
        again = {"state": EnrollmentState.WAITING, "alarm_at": max(row.due_at, hand.now), "tries": turn}
        _set(session, seen, **again)
    did(session, hand, kind=DeedKind.RETRIED, on=_on(row, seen))
    return Fate.DONE


def may_return(state: str, reason: str | None) -> bool:
    """Whether a row of this state, with this reason, can be tried again."""
    if state == MessageState.FAILED:
        return True
    return state in {MessageState.DROPPED, EnrollmentState.STOPPED} and reason in MAY_RETURN


def _may_return(session: Session, row: Any, *, seen: Seen) -> bool:
    if seen.what is What.MESSAGE:
        return may_return(row.state, row.reason)
    last = _last(session, row)
    return last is not None and may_return(row.state, last.reason)


def _last(session: Session, row: Any) -> Any:
    """The last verdict about the step that a way stands at."""
    query = sa.select(OUTCOME).where(OUTCOME.c.enrollment_id == row.id, OUTCOME.c.step == row.step)
    return session.execute(query.order_by(OUTCOME.c.turn.desc()).limit(1)).first()


def _row(session: Session, hand: Hand, *, seen: Seen) -> Any:
    """The row of this store, locked."""
    table = TABLES[seen.what]
    columns = [*table.c] if seen.what is What.MESSAGE else [*table.c, table.c.id.label("enrollment_id")]
    query = sa.select(*columns).where(table.c.store_id == hand.store_id, table.c.id == seen.id)
    found = session.execute(query.with_for_update()).first()
    if found is None:
        raise NotTheirsError
    return found


def _is_as_seen(row: Any, seen: Seen) -> bool:
    return bool(row.step == seen.step and row.tries == seen.tries)


def _set(session: Session, seen: Seen, **values: Any) -> None:
    table = TABLES[seen.what]
    session.execute(sa.update(table).where(table.c.id == seen.id).values(**values))


def _on(row: Any, seen: Seen) -> On:
    return On(row.customer_id, seen.id, row.workflow, row.step)
