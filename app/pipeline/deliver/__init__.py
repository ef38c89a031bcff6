"""Station 6: a message leaves, effectively once. Take; ask every gate again; `sending`; write it out; hand over; settle.

Three short transactions a batch, and none of them open while a channel is called: the claim, the judgement at the door, the
settlement. Between the last two the send journal notes each message before and after it is handed over.
"""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app import log
from app.model import Message, MessageState, OutcomeKind
from app.pipeline import ledger
from app.pipeline.confirm import confirm
from app.pipeline.deliver.codes import make_all
from app.pipeline.deliver.door import Wanting, judge, put_off
from app.pipeline.deliver.handing import hand_over
from app.pipeline.deliver.recover import settle_own, settle_the_dead, settle_the_lost
from app.pipeline.deliver.settle import Fate, settle
from app.pipeline.fair import Row, claim
from app.pipeline.journal import Journal
from app.policy import Reason
from app.rows import table_of
from app.runtime import Runtime

__all__ = ["LEASE", "deliver", "settle_the_dead"]

MESSAGE = table_of(Message)
STATES = (MessageState.QUEUED, MessageState.SENDING)
LEASE = timedelta(minutes=2)
MOST_TRIES = 40
OURS_TO_CATCH = (SQLAlchemyError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError)


def deliver(runtime: Runtime, journal: Journal, *, limit: int = 100) -> int:
    """Send up to `limit` due messages, a fair share per store; how many were taken. `journal` is this worker's own."""
    if journal.is_busy:
        settle_own(runtime, journal)
    with runtime.database.write() as session:
        taken = claim(session, MESSAGE, states=STATES, now=runtime.clock.now(), lease=LEASE, limit=limit)
    if lost := [row for row in taken if row.state == MessageState.SENDING]:
        settle_the_lost(runtime, lost)
    queued = [row for row in taken if row.state == MessageState.QUEUED]
    try:
        _send(runtime, journal, rows=queued)
    except OURS_TO_CATCH as error:
        log.trouble("batch_not_delivered", count=len(queued), error=error)
        for row in queued:
            _send_alone(runtime, journal, row=row)
    return len(taken)


def _send_alone(runtime: Runtime, journal: Journal, *, row: Row) -> None:
    """One message by itself, so that the one to blame is found: it rests under its lease, and is given up after many."""
    try:
        if journal.is_busy:
            settle_own(runtime, journal)
        _send(runtime, journal, rows=[row])
    except OURS_TO_CATCH as error:
        log.trouble("message_not_delivered", store_id=row.store_id, message_id=row.id, error=error)
        if row.tries >= MOST_TRIES:
            _give_up(runtime, row)


def _give_up(runtime: Runtime, row: Row) -> None:
    is_queued = sa.and_(MESSAGE.c.id == row.id, MESSAGE.c.state == MessageState.QUEUED)
    dropped = sa.update(MESSAGE).where(is_queued).values(state=MessageState.DROPPED, reason=Reason.BROKEN)
    with runtime.database.write() as session:
        if session.execute(dropped.returning(MESSAGE.c.id)).first() is not None:
            entry = ledger.Entry(row, OutcomeKind.DROPPED, Reason.BROKEN)
            ledger.write(session, [entry], now=runtime.clock.now())


def _send(runtime: Runtime, journal: Journal, *, rows: Sequence[Row]) -> None:
    """Confirm, judge, hand over, settle; then those that needed a code, once they have it."""
    confirmed, unknown = confirm(runtime, rows)
    _put_off(runtime, unknown, reason=Reason.NOT_CONFIRMED)
    wanting = _send_confirmed(runtime, journal, rows=confirmed)
    made, waiting = make_all(runtime, [(one.row, one.percent) for one in wanting])
    _put_off(runtime, waiting, reason=Reason.NO_CODE)
    _send_confirmed(runtime, journal, rows=made)


def _put_off(runtime: Runtime, rows: Sequence[Row], *, reason: Reason) -> None:
    if rows:
        with runtime.database.write() as session:
            put_off(session, rows, reason=reason, now=runtime.clock.now())


def _send_confirmed(runtime: Runtime, journal: Journal, *, rows: Sequence[Row]) -> list[Wanting]:
    if not rows:
        return []
    # Said before the commit: a worker that breaks right after it has to look into its journal.
    journal.begin()
    with runtime.database.write() as session:
        judged = judge(session, rows, runtime=runtime, worker=journal.worker, now=runtime.clock.now())
    settlements = hand_over(runtime, journal, ready=judged.ready)
    if settlements:
        with runtime.database.write() as session:
            settle(session, settlements, runtime=runtime, worker=journal.worker, now=runtime.clock.now())
    journal.forget()
    fates = [one.fate for one in settlements]
    log.done("batch_delivered", taken=len(rows), **{fate.value: fates.count(fate) for fate in Fate if fate in fates})
    return judged.wanting
