"""How messages leave: take them, look at their stores, hand them over; then make the codes that some want, and hand those over.

A store may take its time to show a thing or to make a code. So the one hand that may hold a channel is taken for the handing
over alone, and service messages, for which no store is asked, can leave by a turn of their own: nobody's order confirmation
waits for another store's answer.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy.exc import SQLAlchemyError

from app import log
from app.pipeline.confirm import confirm
from app.pipeline.deliver import give_up, note_fault, put_off, send, take, take_again
from app.pipeline.deliver.codes import make_all
from app.pipeline.fair import Row
from app.pipeline.journal import Journal
from app.policy import Reason
from app.runtime import Runtime
from workflows.language import Purpose

MOST_TRIES = 40
# Each batch asks two dozen questions and commits three times, whatever its size; how long it takes, the handing over bounds.
BATCH = 500
OURS_TO_CATCH = (SQLAlchemyError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError)
Hand = AbstractContextManager[object]
ALONE: Hand = nullcontext()


def leave(
    runtime: Runtime, journal: Journal, *, limit: int = BATCH, purpose: Purpose | None = None, hand: Hand = ALONE
) -> int:
    """Let up to `limit` due messages leave, of one purpose or of both, a fair share per store; how many were taken.

    `journal` is this worker's own, and whoever shares it shares the `hand` too.
    """
    with hand:
        taken, count = take(runtime, journal, limit=limit, purpose=purpose)
    try:
        _send(runtime, journal, rows=taken, hand=hand)
    except OURS_TO_CATCH as error:
        log.trouble("batch_not_delivered", count=len(taken), error=error)
        with hand:
            left = take_again(runtime, journal, rows=taken)
        for row in left:
            _send_alone(runtime, journal, row=row, hand=hand)
    return count


def _send_alone(runtime: Runtime, journal: Journal, *, row: Row, hand: Hand) -> None:
    """One message by itself, so that the one to blame is found: it rests under its lease, and is given up after many tries."""
    try:
        _send(runtime, journal, rows=[row], hand=hand)
    except OURS_TO_CATCH as error:
        log.trouble("message_not_delivered", store_id=row.store_id, message_id=row.id, error=error)
        with hand:
            still = take_again(runtime, journal, rows=[row])
        if row.tries >= MOST_TRIES:
            give_up(runtime, row)
        else:
            for one in still:
                note_fault(runtime, one)


def _send(runtime: Runtime, journal: Journal, *, rows: Sequence[Row], hand: Hand) -> None:
    confirmed, unknown = confirm(runtime, rows)
    put_off(runtime, unknown, reason=Reason.NOT_CONFIRMED)
    with hand:
        wanting = send(runtime, journal, rows=confirmed)
    made, waiting = make_all(runtime, [(one.row, one.percent) for one in wanting])
    put_off(runtime, waiting, reason=Reason.NO_CODE)
    with hand:
        send(runtime, journal, rows=made)
