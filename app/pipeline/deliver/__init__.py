"""Station 6: a message leaves, effectively once. Take; ask every gate again; write it out; `sending`; hand over; settle.

Three short transactions a batch, and none of them open while a channel is called: the claim, the judgement at the door, the
settlement. Between the last two the send journal notes each message before and after it is handed over.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from app import log
from app.model import Message, MessageState, OutcomeKind
from app.pipeline import ledger
from app.pipeline.confirm import confirm
from app.pipeline.deliver.codes import make_all
from app.pipeline.deliver.door import Ready, Wanting, judge, put_off
from app.pipeline.deliver.recover import settle_own, settle_the_dead, settle_the_lost
from app.pipeline.deliver.settle import Fate, Settlement, goodbyes_of, settle
from app.pipeline.fair import Row, claim
from app.pipeline.journal import Journal, Mark
from app.policy import Reason
from app.rows import table_of
from app.runtime import Runtime
from connectors.base import RETRY_LATER
from connectors.errors import InDoubt, Permanent, Temporary, Unsupported
from workflows.language import Purpose

__all__ = ["LEASE", "deliver", "settle_the_dead"]

MESSAGE = table_of(Message)
STATES = (MessageState.QUEUED, MessageState.SENDING)
LEASE = timedelta(minutes=2)
MOST_TRIES = 40
MOST_TROUBLES = 5
# Much shorter than the lease of a message on its way, whatever the channel's time-outs add to it.
LONGEST_BATCH = timedelta(minutes=5)
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
    settlements = _hand_over(runtime, journal, ready=judged.ready)
    if settlements:
        with runtime.database.write() as session:
            goodbyes = goodbyes_of(runtime.workflows)
            settle(session, settlements, worker=journal.worker, now=runtime.clock.now(), goodbyes=goodbyes)
    journal.forget()
    fates = [one.fate for one in settlements]
    log.done("batch_delivered", taken=len(rows), **{fate.value: fates.count(fate) for fate in Fate if fate in fates})
    return judged.wanting


def _hand_over(runtime: Runtime, journal: Journal, *, ready: Sequence[Ready]) -> list[Settlement]:
    """Hand the messages over one by one, in the order of judgement. What is not begun in time, or comes after its channel
    could take nothing several times in a row, goes back untried."""
    until = runtime.clock.now() + LONGEST_BATCH
    settlements: list[Settlement] = []
    for one in ready:
        rest = _rest([told for told in settlements if told.row.medium == one.row.medium])
        if rest is not None or runtime.clock.now() > until:
            settlements.append(Settlement(one.row, Fate.UNTRIED, runtime.clock.now(), wait=rest))
        else:
            settlements.append(_hand_over_one(runtime, journal, one=one))
    return settlements


def _rest(told: Sequence[Settlement]) -> timedelta | None:
    """How long a channel is left alone that could not take the last few messages; None while it may be asked."""
    last = told[-MOST_TROUBLES:]
    if len(last) < MOST_TROUBLES or any(one.fate not in {Fate.AGAIN, Fate.UNTRIED} for one in last):
        return None
    return last[-1].wait or RETRY_LATER


def _hand_over_one(runtime: Runtime, journal: Journal, *, one: Ready) -> Settlement:
    journal.note(one.row.id, Mark.STARTED)
    settlement = _sent(runtime, one)
    if settlement.fate is not Fate.IN_DOUBT:
        journal.note(one.row.id, Mark.LEFT if settlement.fate is Fate.LEFT else Mark.STAYED)
    return settlement


def _sent(runtime: Runtime, one: Ready) -> Settlement:
    row, channel = one.row, runtime.channels[one.row.medium]
    try:
        accepted = channel.send(one.envelope)
    except Temporary as error:
        return Settlement(row, Fate.AGAIN, runtime.clock.now(), why=str(error), wait=error.retry_after)
    except Permanent as error:
        bad_address = one.envelope.to.address if error.bad_address else None
        told = Settlement(row, Fate.REFUSED, runtime.clock.now(), why=str(error), channel=channel.name)
        return replace(told, bad_address=bad_address)
    except Unsupported as error:
        return Settlement(row, Fate.REFUSED, runtime.clock.now(), why=str(error))
    except InDoubt as error:
        fate = Fate.IN_DOUBT if row.purpose == Purpose.MARKETING else Fate.AGAIN
        return Settlement(row, fate, runtime.clock.now(), why=str(error))
    return Settlement(row, Fate.LEFT, runtime.clock.now(), provider_id=accepted.provider_id)
