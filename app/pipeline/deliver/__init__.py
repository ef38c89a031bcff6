"""Station 6: a message leaves, effectively once. Take; ask every gate again; `sending`; write it out; hand over; settle.

Three short transactions a batch, and none of them open while a channel is called: the claim, the judgement at the door, the
settlement. Between the last two the send journal notes each message before and after it is handed over.
"""

from collections.abc import Sequence
from datetime import timedelta
from operator import attrgetter

import sqlalchemy as sa

from app import log
from app.model import Message, MessageState, OutcomeKind
from app.pipeline import ledger
from app.pipeline.deliver.desk import desks_of
from app.pipeline.deliver.door import Wanting, judge
from app.pipeline.deliver.door import put_off as put_off_all
from app.pipeline.deliver.doubts import doubted
from app.pipeline.deliver.handing import hand_over
from app.pipeline.deliver.recover import settle_own, settle_the_dead, settle_the_lost
from app.pipeline.deliver.settle import Fate, settle
from app.pipeline.fair import Row, claim
from app.pipeline.journal import Journal
from app.policy import Reason
from app.rows import among, named, table_of
from app.runtime import Runtime
from workflows.language import Purpose

__all__ = ["LEASE", "give_up", "note_fault", "put_off", "send", "settle_the_dead", "take", "take_again"]

MESSAGE = table_of(Message)
STATES = (MessageState.QUEUED, MessageState.SENDING)
LEASE = timedelta(minutes=2)


def take(runtime: Runtime, journal: Journal, *, limit: int, purpose: Purpose | None) -> tuple[list[Row], int]:
    """Up to `limit` due messages, a fair share per store, that are this worker's for the length of a lease; and how many were
    taken, those counted that were found lost by another worker and are settled now."""
    if journal.is_busy:
        settle_own(runtime, journal)
    now = runtime.clock.now()
    with runtime.database.write(is_durable=False) as session:
        taken = claim(session, MESSAGE, states=STATES, now=now, lease=LEASE, limit=limit, purpose=purpose)
    if lost := [row for row in taken if row.state == MessageState.SENDING]:
        settle_the_lost(runtime, lost)
    return [row for row in taken if row.state == MessageState.QUEUED], len(taken)


def take_again(runtime: Runtime, journal: Journal, *, rows: Sequence[Row]) -> list[Row]:
    """Of what was taken and broke: those that are still to leave, as they are by now, for the length of another lease. Some may
    have been on their way already and come back untried, and those whom another worker took meanwhile are left to it."""
    if journal.is_busy:
        settle_own(runtime, journal)
    now = runtime.clock.now()
    is_ours = sa.or_(MESSAGE.c.alarm_at <= now, MESSAGE.c.alarm_at.in_({row.alarm_at for row in rows}))
    with runtime.database.write(is_durable=False) as session:
        theirs = among(session, MESSAGE.c.id, values=[row.id for row in rows])
        taking = sa.update(MESSAGE).where(theirs, MESSAGE.c.state == MessageState.QUEUED, is_ours)
        found = session.execute(taking.values(alarm_at=now + LEASE).returning(*MESSAGE.c))
        return sorted(named(found), key=attrgetter("id"))


def note_fault(runtime: Runtime, row: Row) -> None:
    """Say that a message waits because it broke whoever tried to send it; once, however often it does."""
    is_ours = sa.and_(
        MESSAGE.c.id == row.id, MESSAGE.c.state == MessageState.QUEUED, MESSAGE.c.alarm_at == row.alarm_at
    )
    with runtime.database.write() as session:
        if session.scalar(sa.select(MESSAGE.c.id).where(is_ours).with_for_update()) is None:
            return
        if not ledger.says(session, Reason.OUR_FAULT, enrollment_id=row.enrollment_id, step=row.step):
            entry = ledger.Entry(row, OutcomeKind.DEFERRED, Reason.OUR_FAULT, until=row.alarm_at)
            ledger.write(session, [entry], now=runtime.clock.now())


def give_up(runtime: Runtime, row: Row) -> None:
    """Drop a message that broke whoever tried to send it, and say so."""
    is_queued = sa.and_(MESSAGE.c.id == row.id, MESSAGE.c.state == MessageState.QUEUED)
    entry = ledger.Entry(row, OutcomeKind.DROPPED, Reason.BROKEN)
    with runtime.database.write() as session:
        doubt = doubted(session, [entry]).get(row.id)
        state = MessageState.DROPPED if doubt is None else MessageState.IN_DOUBT
        given_up = sa.update(MESSAGE).where(is_queued).values(state=state, reason=(doubt or entry).reason)
        if session.execute(given_up.returning(MESSAGE.c.id)).first() is not None:
            ledger.write(session, [doubt or entry], now=runtime.clock.now())


def put_off(runtime: Runtime, rows: Sequence[Row], *, reason: Reason) -> None:
    """What cannot be judged just now is asked about again soon."""
    if rows:
        with runtime.database.write() as session:
            put_off_all(session, rows, reason=reason, now=runtime.clock.now())


def send(runtime: Runtime, journal: Journal, *, rows: Sequence[Row]) -> list[Wanting]:
    """Judge, hand over, settle; those that may leave as soon as they have a code. `journal` is this worker's own, and nobody
    else writes into it meanwhile."""
    if not rows:
        return []
    if journal.is_busy:
        settle_own(runtime, journal)
    now = runtime.clock.now()
    desks = desks_of(runtime, rows, now=now)
    # Said before the commit: a worker that breaks right after it has to look into its journal.
    journal.begin()
    with runtime.database.write() as session:
        judged = judge(session, rows, desks=desks, worker=journal.worker, now=now)
    settlements = hand_over(runtime, journal, ready=judged.ready)
    if settlements:
        with runtime.database.write() as session:
            settle(session, settlements, runtime=runtime, worker=journal.worker, now=runtime.clock.now())
    journal.forget()
    fates = [one.fate for one in settlements]
    log.done("batch_delivered", taken=len(rows), **{fate.value: fates.count(fate) for fate in Fate if fate in fates})
    return judged.wanting
