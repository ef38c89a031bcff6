"""A rehearsal that was asked for on a page: one row a workflow, worked off bite by bite, so that it outlives the request.

What a bite found is kept with the place where the next begins: a worker that dies costs one bite, which rings again.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.model import Customer, Store, Trial, TrialState, WorkflowSetting
from app.pipeline.fair import any_due, claim
from app.policy import Decision
from app.rehearsal.rehearse import Rehearsed, may_be_rehearsed, rehearse
from app.rows import insert, table_of
from app.runtime import Runtime
from workflows.language import Workflow

CUSTOMER, TRIAL = map(table_of, (Customer, Trial))
# So many customers are replayed before progress is written: some tenths of a second.
BITE = 500
LEASE = timedelta(minutes=3)
MOST_TRIES = 3
WAITING = (TrialState.WAITING,)
LAST_ID = 2**63 - 1


def ask(session: Session, workflow: Workflow, *, store_id: int, days: int, now: datetime) -> None:
    """Have its last so many days rehearsed on the dials as they stand, in place of what was asked before. Raises
    CannotRehearseError."""
    may_be_rehearsed(workflow)
    setting = session.get(WorkflowSetting, (store_id, workflow.name))
    total = session.scalar(sa.select(sa.func.count()).where(CUSTOMER.c.store_id == store_id)) or 0
    asked = {
        "dials": dict(setting.dials) if setting else {},
        "since": now - timedelta(days=days),
        "asked_at": now,
        "state": TrialState.WAITING,
        "from_id": 0,
        "done": 0,
        "total": total,
        "result": {},
        "alarm_at": now,
        "tries": 0,
        "ended_at": None,
    }
    row = insert(session, TRIAL).values(store_id=store_id, workflow=workflow.name, **asked)
    session.execute(row.on_conflict_do_update(index_elements=["store_id", "workflow"], set_=asked))


def work_off(runtime: Runtime, *, bite: int = BITE) -> int:
    """Replay one bite of a rehearsal that waits, the stores by turns; how many were taken up."""
    now = runtime.clock.now()
    with runtime.database.read() as session:
        if not any_due(session, TRIAL, states=WAITING, now=now):
            return 0
    with runtime.database.write() as session:
        rows = claim(session, TRIAL, states=WAITING, now=now, lease=LEASE, limit=1)
    for row in rows:
        _settle(runtime, row, values=_bitten(runtime, row, bite=bite))
    return len(rows)


def _bitten(runtime: Runtime, row: Any, *, bite: int) -> dict[str, Any]:
    """What the row says after its next bite."""
    workflow = runtime.workflows.get(row.workflow)
    if workflow is None or row.tries > MOST_TRIES:
        log.trouble("rehearsal_given_up", store_id=row.store_id, workflow=row.workflow, tries=row.tries)
        return {"state": TrialState.FAILED, "ended_at": runtime.clock.now()}
    with runtime.database.read() as session:
        end = _end(session, row, bite=bite)
        found = rehearse(
            session,
            store=session.get_one(Store, row.store_id),
            workflow=workflow,
            dials=row.dials,
            since=row.since,
            now=row.asked_at,
            ids=(row.from_id, end),
        )
    now, result = runtime.clock.now(), _added(row.result, found)
    if end == LAST_ID:
        log.done("rehearsed", store_id=row.store_id, workflow=row.workflow)
        return {"state": TrialState.DONE, "done": row.total, "result": result, "ended_at": now}
    done = min(row.done + bite, row.total)
    return {"done": done, "result": result, "from_id": end, "alarm_at": now, "tries": 0}


def _end(session: Session, row: Any, *, bite: int) -> int:
    """The customer before whom this bite ends."""
    ahead = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == row.store_id, CUSTOMER.c.id >= row.from_id)
    return session.scalar(ahead.order_by(CUSTOMER.c.id).offset(bite).limit(1)) or LAST_ID


def _settle(runtime: Runtime, row: Any, *, values: Mapping[str, Any]) -> None:
    """Write it down, unless it was asked anew or taken by another meanwhile."""
    is_ours = sa.and_(
        TRIAL.c.id == row.id,
        TRIAL.c.asked_at == row.asked_at,
        TRIAL.c.from_id == row.from_id,
        TRIAL.c.tries == row.tries,
        TRIAL.c.state == row.state,
    )
    with runtime.database.write() as session:
        session.execute(sa.update(TRIAL).where(is_ours).values(**values))


def _added(before: Mapping[str, Any], found: Rehearsed) -> dict[str, Any]:
    """The counts of the bites before and of this one: nobody is in two of them."""
    sent, held = Counter[str](before.get("sent", {})), Counter[str](before.get("held", {}))
    for one in found.by_day():
        week = monday(one.day).isoformat()
        if one.decision is Decision.SEND:
            sent[week] += one.count
        elif one.decision is not Decision.DEFER:
            held[week] += one.count
    reasons = Counter[str](before.get("reasons", {}))
    reasons.update({str(reason): count for reason, count in found.held_back.items()})
    return {
        "messages": before.get("messages", 0) + len(found.said),
        "people": before.get("people", 0) + len({one.customer_id for one in found.said}),
        "taken_in": before.get("taken_in", 0) + found.taken_in,
        "sent": dict(sent),
        "held": dict(held),
        "reasons": dict(reasons),
    }


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())
