"""Station 4: each workflow that was switched on before the news happened takes the customer in, once per subject."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Enrollment, EnrollmentState, Store, WorkflowSetting
from app.rows import insert, table_of
from workflows.language import On, Workflow

ENROLLMENT = table_of(Enrollment)
SETTING = table_of(WorkflowSetting)
SELF = "self"


@dataclass(frozen=True, slots=True)
class News:
    """An event that was not known before."""

    kind: str
    subject: str
    customer_id: int
    at: datetime
    is_abroad: bool = False


def enroll(
    session: Session, *, store: Store, events: Sequence[News], workflows: Mapping[str, Workflow], now: datetime
) -> None:
    """Enroll each event's customer into each workflow that listens for it and was on when it happened."""
    if not events:
        return
    settings = _switched_on(session, store)
    for event in events:
        for name, setting in settings.items():
            workflow = workflows.get(name)
            if workflow is not None and setting.on_since <= event.at:
                _enroll_one(session, store=store, event=event, workflow=workflow, dials=setting.dials, now=now)


def _switched_on(session: Session, store: Store) -> dict[str, Any]:
    query = sa.select(SETTING).where(SETTING.c.store_id == store.id, SETTING.c.is_on)
    return {row.workflow: row for row in session.execute(query)}


def _enroll_one(
    session: Session, *, store: Store, event: News, workflow: Workflow, dials: Mapping[str, int], now: datetime
) -> None:
    for rank, on in enumerate(workflow.starts.on):
        if on.event == event.kind:
            anchor = event.at + _plus(on, is_abroad=event.is_abroad)
            subject = SELF if workflow.starts.once_per_customer else event.subject
            row = _row(store, event, workflow=workflow, dials=dials, anchor=anchor)
            _write(session, {**row, "subject": subject, "anchor_rank": rank, "enrolled_at": now})


def _plus(on: On, *, is_abroad: bool) -> timedelta:
    return on.plus_abroad if is_abroad and on.plus_abroad is not None else on.plus


def _row(
    store: Store, event: News, *, workflow: Workflow, dials: Mapping[str, int], anchor: datetime
) -> dict[str, Any]:
    first = workflow.steps[0]
    due_at = first.due(anchor, dials)
    return {
        "store_id": store.id,
        "workflow": workflow.name,
        "customer_id": event.customer_id,
        "state": EnrollmentState.WAITING,
        "event_at": anchor,
        "step": first.name,
        "due_at": due_at,
        "alarm_at": due_at,
        "tries": 0,
    }


def _write(session: Session, row: dict[str, Any]) -> None:
    """A new enrollment; or, where a surer or earlier event came about the same subject, the one that still waits for its first
    step counts from that event instead."""
    statement = insert(session, ENROLLMENT).values(**row)
    moved = {name: statement.excluded[name] for name in ("event_at", "anchor_rank", "due_at", "alarm_at")}
    is_surer = ENROLLMENT.c.anchor_rank > statement.excluded.anchor_rank
    is_as_sure = ENROLLMENT.c.anchor_rank == statement.excluded.anchor_rank
    is_better = sa.or_(is_surer, sa.and_(is_as_sure, ENROLLMENT.c.event_at > statement.excluded.event_at))
    still_waits = sa.and_(ENROLLMENT.c.state == EnrollmentState.WAITING, ENROLLMENT.c.step == row["step"])
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "workflow", "customer_id", "subject"],
        set_=moved,
        where=sa.and_(still_waits, is_better),
    )
    session.execute(statement)
