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


@dataclass(frozen=True, slots=True)
class Taking:
    """How news takes somebody into a workflow: about what, counted from when, and when the first step falls due."""

    subject: str
    anchor: datetime
    rank: int
    due_at: datetime


def taking(news: News, *, workflow: Workflow, dials: Mapping[str, int]) -> Taking | None:
    """How this news takes its customer into the workflow; None where the workflow does not listen for it."""
    for rank, on in enumerate(workflow.starts.on):
        if on.event == news.kind:
            anchor = news.at + _plus(on, is_abroad=news.is_abroad)
            subject = SELF if workflow.starts.once_per_customer else news.subject
            return Taking(subject, anchor, rank, workflow.steps[0].due(anchor, dials))
    return None


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
                enroll_one(session, event, workflow=workflow, setting=setting, now=now)


def _switched_on(session: Session, store: Store) -> dict[str, Any]:
    query = sa.select(SETTING).where(SETTING.c.store_id == store.id, SETTING.c.is_on)
    return {row.workflow: row for row in session.execute(query)}


def enroll_one(session: Session, event: News, *, workflow: Workflow, setting: Any, now: datetime) -> None:
    """Take one customer in, whenever the workflow was switched on; `setting` is the store's row for it."""
    entry = taking(event, workflow=workflow, dials=setting.dials)
    if entry is None or _was_in_lately(session, event, entry=entry, workflow=workflow, store_id=setting.store_id):
        return
    row = {
        "store_id": setting.store_id,
        "workflow": workflow.name,
        "customer_id": event.customer_id,
        "subject": entry.subject,
        "state": EnrollmentState.WAITING,
        "event_at": entry.anchor,
        "anchor_rank": entry.rank,
        "step": workflow.steps[0].name,
        "due_at": entry.due_at,
        "alarm_at": entry.due_at,
        "tries": 0,
        "version": setting.version,
        "enrolled_at": now,
    }
    _write(session, row, restarts=workflow.starts.restarts)


def _plus(on: On, *, is_abroad: bool) -> timedelta:
    return on.plus_abroad if is_abroad and on.plus_abroad is not None else on.plus


def _was_in_lately(session: Session, event: News, *, entry: Taking, workflow: Workflow, store_id: int) -> bool:
    """Whether the workflow's cool-off keeps the customer out: they were taken in about something else a short time before."""
    if workflow.starts.cool_off is None:
        return False
    query = sa.select(ENROLLMENT.c.id).where(
        ENROLLMENT.c.store_id == store_id,
        ENROLLMENT.c.customer_id == event.customer_id,
        ENROLLMENT.c.workflow == workflow.name,
        ENROLLMENT.c.subject != entry.subject,
        ENROLLMENT.c.event_at > entry.anchor - workflow.starts.cool_off,
        ENROLLMENT.c.event_at < entry.anchor + workflow.starts.cool_off,
    )
    return session.execute(query.limit(1)).first() is not None


def _write(session: Session, row: dict[str, Any], *, restarts: bool) -> None:
    """A new enrollment; or, where a surer or earlier event came about the same subject (a later one, where the workflow
    restarts), the one that still waits for its first step counts from that event instead."""
    statement = insert(session, ENROLLMENT).values(**row)
    moved = {name: statement.excluded[name] for name in ("event_at", "anchor_rank", "due_at", "alarm_at")}
    is_surer = ENROLLMENT.c.anchor_rank > statement.excluded.anchor_rank
    is_as_sure = ENROLLMENT.c.anchor_rank == statement.excluded.anchor_rank
    new = statement.excluded.event_at
    is_better = ENROLLMENT.c.event_at < new if restarts else ENROLLMENT.c.event_at > new
    still_waits = sa.and_(ENROLLMENT.c.state == EnrollmentState.WAITING, ENROLLMENT.c.step == row["step"])
    statement = statement.on_conflict_do_update(
        index_elements=["store_id", "workflow", "customer_id", "subject"],
        set_=moved,
        where=sa.and_(still_waits, sa.or_(is_surer, sa.and_(is_as_sure, is_better))),
    )
    session.execute(statement)
