"""Station 5: what fell due is decided on today's facts; then the ledger, the message and the cursor are one transaction.

It is decided outside of that transaction, so that several workers decide at once where only one may write (SQLite), and
nothing is written for whoever changed meanwhile. Taking is a transaction of its own, so that an enrollment that breaks the
rest of its batch rests under its lease, is tried alone, and is set aside after many tries, while all others go on.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import log
from app.db import UTCDateTime
from app.facts import Ask, gather, law_of
from app.model import Enrollment, EnrollmentState, Message, MessageState, Outcome, OutcomeKind, Store
from app.pipeline import ledger
from app.pipeline.fair import PARKED, any_due, claim
from app.pipeline.versions import Settings, settings_of
from app.policy import Case, Decision, Law, Reason, Standing, Verdict, decide
from app.questions import asked
from app.rows import bulk, bulk_update, table_of
from app.runtime import Runtime
from workflows.language import Facts, Step, Workflow

ENROLLMENT = table_of(Enrollment)
OUTCOME = table_of(Outcome)
MESSAGE = table_of(Message)
# Kept, so that they are compiled once.
NEW_OUTCOME, NEW_MESSAGE = sa.insert(OUTCOME), sa.insert(MESSAGE)
ALARM_AT = sa.bindparam("rings_at", type_=UTCDateTime)
STILL = (
    sa.select(*(ENROLLMENT.c[name] for name in ("id", "tries", "customer_id", "due_at")))
    .where(ENROLLMENT.c.state == EnrollmentState.WAITING, ENROLLMENT.c.alarm_at == ALARM_AT)
    .order_by(ENROLLMENT.c.id)
    .with_for_update()
)
LEASE = timedelta(minutes=2)
MOST_TRIES = 40
KINDS = {
    Decision.SEND: OutcomeKind.QUEUED,
    Decision.DEFER: OutcomeKind.DEFERRED,
    Decision.SKIP: OutcomeKind.SKIPPED,
    Decision.DROP: OutcomeKind.DROPPED,
    Decision.STOP: OutcomeKind.STOPPED,
    Decision.HOLD_OUT: OutcomeKind.HELD_OUT,
}
# Plain text: a driver takes the word of an enumeration by a far longer way.
WAITING, DONE, STOPPED = (one.value for one in (EnrollmentState.WAITING, EnrollmentState.DONE, EnrollmentState.STOPPED))
QUEUED = MessageState.QUEUED.value


@dataclass(slots=True)
class _Written:
    """What one batch writes, gathered first and executed at once."""

    outcomes: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an enrollment stands: its workflow, the step that is due and the one that follows, the dials that hold there."""

    workflow: Workflow
    step: Step
    following: Step | None
    dials: Mapping[str, int]
    turned: Mapping[str, int]
    is_on: bool


@dataclass(frozen=True, slots=True)
class _Desk:
    """What lies on the desk while one store's enrollments are decided. `places` keeps what thousands of them share."""

    store: Store
    law: Law
    settings: Settings
    workflows: Mapping[str, Workflow]
    now: datetime
    places: dict[tuple[str, int, str], _Place | None] = field(default_factory=dict)


def advance(runtime: Runtime, limit: int = 500) -> int:
    """Decide up to `limit` due enrollments, a fair share per store; how many were taken."""
    now = runtime.clock.now()
    with runtime.database.glance() as session:
        if not any_due(session, ENROLLMENT, states=(EnrollmentState.WAITING,), now=now):
            return 0
    # Lost in a power cut it is as if it had never been: they fall due again.
    with runtime.database.write(is_durable=False) as session:
        taken = claim(session, ENROLLMENT, states=(EnrollmentState.WAITING,), now=now, lease=LEASE, limit=limit)
    try:
        _decide(runtime, taken)
    except (SQLAlchemyError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        log.trouble("batch_not_decided", count=len(taken), error=error)
        for row in taken:
            _decide_alone(runtime, row)
    return len(taken)


def _decide_alone(runtime: Runtime, row: Any) -> None:
    try:
        _decide(runtime, [row])
    except (SQLAlchemyError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        log.trouble("enrollment_not_decided", store_id=row.store_id, enrollment_id=row.id, error=error)
        if row.tries >= MOST_TRIES:
            _give_up(runtime, row)
        else:
            _note_fault(runtime, row)


def _note_fault(runtime: Runtime, row: Any) -> None:
    """It waits because it broke us: said once, however often it does."""
    fault = Verdict(Decision.DEFER, Reason.OUR_FAULT, until=row.alarm_at)
    with runtime.database.write() as session:
        if _still(session, [row]) and not ledger.says(session, Reason.OUR_FAULT, enrollment_id=row.id, step=row.step):
            values = _outcome(row, OutcomeKind.DEFERRED, verdict=fault, now=runtime.clock.now())
            session.execute(sa.insert(OUTCOME).values(**values))


def _give_up(runtime: Runtime, row: Any) -> None:
    with runtime.database.write() as session:
        now = runtime.clock.now()
        session.execute(
            sa.insert(OUTCOME).values(**_outcome(row, OutcomeKind.FAILED, verdict=_stop(Reason.BROKEN), now=now))
        )
        session.execute(sa.update(ENROLLMENT).where(ENROLLMENT.c.id == row.id).values(state=EnrollmentState.STOPPED))


def _decide(runtime: Runtime, taken: Sequence[Any]) -> None:
    """Decide on one picture of the model, outside of any lock; then write what still holds in one short transaction."""
    if not taken:
        return
    now, written = runtime.clock.now(), _Written()
    with runtime.database.read() as session:
        for store_id in dict.fromkeys(row.store_id for row in taken):
            store = session.get_one(Store, store_id)
            rows = [row for row in taken if row.store_id == store_id]
            settings = settings_of(session, store_id, wanted={(row.workflow, row.version) for row in rows})
            desk = _Desk(store, law_of(store), settings, runtime.workflows, now)
            _decide_store(session, desk, rows=rows, written=written)
    with runtime.database.write() as session:
        _write(session, written, still=_still(session, taken))


def _decide_store(session: Session, desk: _Desk, *, rows: Sequence[Any], written: _Written) -> None:
    seen = gather(session, desk.store, asks=[_ask(desk, row) for row in rows], now=desk.now)
    for row in rows:
        if row.id in seen:
            _decide_one(desk, row, seen=seen[row.id], written=written)


def _still(session: Session, rows: Sequence[Any]) -> set[int]:
    """The ids of those that are as they were when they were taken, locked: a merge, a switch or another anchor may have come
    in between, and then it is asked again when its alarm rings."""
    ids = [row.id for row in rows]
    # All of them were taken in one moment, for one lease.
    found = set(asked(session, STILL, column=ENROLLMENT.c.id, values=ids, rings_at=rows[0].alarm_at))
    return {row.id for row in rows if (row.id, row.tries, row.customer_id, row.due_at) in found}


def _ask(desk: _Desk, row: Any) -> Ask:
    place = _place(desk, row)
    if place is None:
        return Ask(row.id, row.customer_id, row.subject, row.event_at)
    said = (row.workflow, row.step) if place.workflow.asks_what_was_said else None
    return Ask(row.id, row.customer_id, row.subject, row.event_at, place.step.send.medium, place.turned, said)


def _place(desk: _Desk, row: Any) -> _Place | None:
    """None where the workflow or the step is not there any more."""
    key = (row.workflow, row.version, row.step)
    if key not in desk.places:
        desk.places[key] = _found(desk, row)
    return desk.places[key]


def _found(desk: _Desk, row: Any) -> _Place | None:
    workflow = desk.workflows.get(row.workflow)
    if workflow is None or row.step not in {one.name for one in workflow.steps}:
        return None
    dials = desk.settings.dials(row.workflow, version=row.version)
    return _Place(
        workflow=workflow,
        step=workflow.step(row.step),
        following=workflow.after(row.step),
        dials=dials,
        turned=workflow.turned(dials),
        is_on=desk.settings.is_on(row.workflow),
    )


def _decide_one(desk: _Desk, row: Any, *, seen: tuple[Facts, Standing], written: _Written) -> None:
    place = _place(desk, row)
    if place is None:
        _apply(row, _stop(Reason.WORKFLOW_GONE), following=None, written=written, now=desk.now)
        return
    if not place.is_on:
        # It was switched off while this one was in a worker's hand; nothing is decided until it is let go.
        written.moves.append(_parked(row))
        return
    case = Case(place.workflow, place.step, facts=seen[0], standing=seen[1], law=desk.law, due_at=row.due_at)
    verdict = decide(case)
    if verdict.decision is Decision.SEND:
        written.messages.append(_message(desk, row, case=case))
    _apply(row, verdict, following=_following(place, row), written=written, now=desk.now)


def _parked(row: Any) -> dict[str, Any]:
    stays = {"state": WAITING, "step": row.step, "due_at": row.due_at, "tries": row.tries}
    return {"id": row.id, **stays, "alarm_at": PARKED}


def _stop(reason: Reason) -> Verdict:
    return Verdict(Decision.STOP, reason)


def _following(place: _Place, row: Any) -> dict[str, Any]:
    """Where the enrollment stands once this step is behind it: the next step with its due time, or done."""
    after = place.following
    if after is None:
        return {"state": DONE, "step": row.step, "due_at": row.due_at, "alarm_at": row.alarm_at}
    due_at = after.due(row.event_at, place.dials)
    return {"state": WAITING, "step": after.name, "due_at": due_at, "alarm_at": due_at}


def _apply(row: Any, verdict: Verdict, *, following: dict[str, Any] | None, written: _Written, now: datetime) -> None:
    written.outcomes.append(_outcome(row, KINDS[verdict.decision], verdict=verdict, now=now))
    stays = {"step": row.step, "due_at": row.due_at, "tries": row.tries}
    if verdict.decision is Decision.STOP or following is None:
        move = {**stays, "state": STOPPED, "alarm_at": row.alarm_at}
    elif verdict.decision is Decision.DEFER:
        move = {**stays, "state": WAITING, "alarm_at": verdict.until}
    else:
        move = {**following, "tries": 0}
    written.moves.append({"id": row.id, **move})


def _outcome(row: Any, kind: OutcomeKind, *, verdict: Verdict, now: datetime) -> dict[str, Any]:
    return {
        "store_id": row.store_id,
        "enrollment_id": row.id,
        "customer_id": row.customer_id,
        "workflow": row.workflow,
        "step": row.step,
        "turn": row.tries,
        "kind": str(kind),
        "reason": str(verdict.reason),
        "seen": dict(verdict.seen),
        "until": verdict.until,
        "at": now,
    }


def _message(desk: _Desk, row: Any, *, case: Case) -> dict[str, Any]:
    return {
        "store_id": row.store_id,
        "enrollment_id": row.id,
        "customer_id": row.customer_id,
        "workflow": row.workflow,
        "step": row.step,
        "medium": str(case.step.send.medium),
        "purpose": str(case.workflow.purpose),
        "rank": int(case.workflow.rank),
        "text": case.step.send.text,
        "key": message_key(desk.law.store_key, row.id, step=row.step),
        "state": QUEUED,
        "tries": 0,
        "due_at": row.due_at,
        "stale_at": case.stale_at,
        "alarm_at": desk.now,
        "created_at": desk.now,
    }


def message_key(store_key: str, enrollment_id: int, *, step: str) -> str:
    """The name of a message over every try: the same enrollment and step can never make a second one."""
    return hashlib.sha256(f"{store_key}:{enrollment_id}:{step}".encode()).hexdigest()[:40]


def _write(session: Session, written: _Written, *, still: set[int]) -> None:
    for statement, table, rows in (
        (NEW_OUTCOME, OUTCOME, written.outcomes),
        (NEW_MESSAGE, MESSAGE, written.messages),
    ):
        bulk(session, statement, table=table, rows=[row for row in rows if row["enrollment_id"] in still])
    bulk_update(session, ENROLLMENT, rows=[row for row in written.moves if row["id"] in still])
