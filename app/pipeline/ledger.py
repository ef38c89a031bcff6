"""What is written into the ledger after a step was decided: one row per verdict, numbered on behind what stands there."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Outcome, OutcomeKind
from app.pipeline.fair import Row
from app.policy import Reason
from app.questions import asked
from app.rows import bulk, table_of
from workflows.language.values import value

OUTCOME = table_of(Outcome)
# Kept, so that it is compiled once.
NEW = sa.insert(OUTCOME)
LAST_TURNS = sa.select(OUTCOME.c.enrollment_id, OUTCOME.c.step, sa.func.max(OUTCOME.c.turn)).group_by(
    OUTCOME.c.enrollment_id, OUTCOME.c.step
)


@value
class Entry:
    """One verdict about one message (its row), with the values seen and, where it waits, until when."""

    row: Row
    kind: OutcomeKind
    reason: Reason
    seen: Mapping[str, str | int | None] = field(default_factory=dict)
    until: datetime | None = None


def write(session: Session, entries: Sequence[Entry], *, now: datetime) -> None:
    """Append the entries; several about one step are numbered in their order."""
    if not entries:
        return
    turns = _last_turns(session, sorted({one.row.enrollment_id for one in entries}))
    rows = []
    for one in entries:
        place = (one.row.enrollment_id, one.row.step)
        turns[place] = turns.get(place, -1) + 1
        rows.append(_values(one, turn=turns[place], now=now))
    bulk(session, NEW, table=OUTCOME, rows=rows)


def says(session: Session, reason: Reason, *, enrollment_id: int, step: str) -> bool:
    """Whether the last row about this step says so already."""
    here = sa.and_(OUTCOME.c.enrollment_id == enrollment_id, OUTCOME.c.step == step)
    last = sa.select(OUTCOME.c.reason).where(here).order_by(OUTCOME.c.turn.desc()).limit(1)
    return session.scalar(last) == reason


def _last_turns(session: Session, enrollments: Sequence[int]) -> dict[tuple[int, str], int]:
    found = asked(session, LAST_TURNS, column=OUTCOME.c.enrollment_id, values=enrollments)
    return {(enrollment_id, step): turn for enrollment_id, step, turn in found}


def _values(one: Entry, *, turn: int, now: datetime) -> dict[str, Any]:
    return {
        "store_id": one.row.store_id,
        "enrollment_id": one.row.enrollment_id,
        "customer_id": one.row.customer_id,
        "workflow": one.row.workflow,
        "step": one.row.step,
        "turn": turn,
        # Plain text: a driver takes the word of an enumeration by a far longer way.
        "kind": str(one.kind),
        "reason": str(one.reason),
        "seen": dict(one.seen),
        "until": one.until,
        "at": now,
    }
