"""What is dropped that may have left: a crash came while it was handed over, it was queued again, and is true no longer.

That it was not sent nobody can say of it, so the ledger does not, and its doubt stays.
"""

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import OutcomeKind
from app.pipeline.ledger import OUTCOME, Entry
from app.policy import Reason
from app.policy.reasons import SENTENCES
from app.questions import asked

MAYBE = sa.select(OUTCOME.c.enrollment_id, OUTCOME.c.step).where(OUTCOME.c.reason == Reason.MAY_HAVE_LEFT.value)


def doubted(session: Session, dropped: Sequence[Entry]) -> dict[int, Entry]:
    """Of the entries that drop a message those of which it may have left, as they have to read instead, by the message's id."""
    # One that was never handed over has no channel yet.
    tried = [one for one in dropped if one.row.channel]
    enrollments = sorted({one.row.enrollment_id for one in tried})
    maybe = {
        (row.enrollment_id, row.step)
        for row in asked(session, MAYBE, column=OUTCOME.c.enrollment_id, values=enrollments)
    }
    return {one.row.id: _in_doubt(one) for one in tried if (one.row.enrollment_id, one.row.step) in maybe}


def _in_doubt(one: Entry) -> Entry:
    seen = {**one.seen, "why": SENTENCES[one.reason]}
    return replace(one, kind=OutcomeKind.IN_DOUBT, reason=Reason.CRASHED_WHILE_SENDING, seen=seen)
