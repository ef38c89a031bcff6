"""Whoever waits to fall quiet waits by what is known of their rhythm today, not by what was known at their last order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import MICROSECOND
from app.model import Enrollment, EnrollmentState, Forecast, Order, Store
from app.pipeline.fair import PARKED
from app.pipeline.versions import settings_of
from app.rows import bulk_update, chunks, table_of
from app.runtime import Runtime
from workflows.language import Workflow

ENROLLMENT, FORECAST, ORDER = map(table_of, (Enrollment, Forecast, Order))
PIECE = 2_000
ABOUT = "order:"


def follow(runtime: Runtime, store: Store) -> int:
    """Move those who are not quiet yet to the day that their rhythm of today says, or the dial where none is known; how many
    moved. Nobody is moved into the past: who fell quiet long ago by what is known now falls quiet now."""
    now, count = runtime.clock.now(), 0
    for workflow in (one for one in runtime.workflows.values() if one.starts.rhythm):
        with runtime.database.read() as session:
            rows = _waiting(session, store.id, workflow=workflow, now=now)
        for piece in chunks(rows, PIECE):
            with runtime.database.write() as session:
                count += _move(session, piece, store=store, workflow=workflow, now=now)
    return count


def anchors(
    session: Session, store_id: int, *, workflow: Workflow, dials: Mapping[str, int], now: datetime
) -> dict[int, datetime]:
    """When those who are not quiet yet fall quiet by these dials, by their enrollments; nobody where no rhythm is asked for."""
    rows = _waiting(session, store_id, workflow=workflow, now=now) if workflow.starts.rhythm else []
    return {row.id: _anchor(row, workflow, dials=dials, now=now) for row in rows}


def _waiting(session: Session, store_id: int, *, workflow: Workflow, now: datetime) -> list[Any]:
    return list(session.execute(_whom(store_id, workflow=workflow, now=now)))


def _whom(store_id: int, *, workflow: Workflow, now: datetime) -> sa.Select[Any]:
    # Asked from the enrollment's side, so that each order is found by its own name and not among all of the store's.
    named = sa.func.substr(ENROLLMENT.c.subject, len(ABOUT) + 1)
    about = sa.and_(ORDER.c.store_id == store_id, ENROLLMENT.c.subject.startswith(ABOUT), ORDER.c.external_id == named)
    same = sa.and_(FORECAST.c.store_id == store_id, FORECAST.c.customer_id == ENROLLMENT.c.customer_id)
    return (
        sa.select(ENROLLMENT.c.id, ENROLLMENT.c.shifted, ORDER.c.placed_at, FORECAST.c.quiet_after)
        .join(ORDER, about)
        .outerjoin(FORECAST, same)
        .where(*_not_yet(store_id, workflow=workflow, now=now))
    )


def _not_yet(store_id: int, *, workflow: Workflow, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ENROLLMENT.c.store_id == store_id,
        ENROLLMENT.c.workflow == workflow.name,
        ENROLLMENT.c.state == EnrollmentState.WAITING,
        ENROLLMENT.c.step == workflow.steps[0].name,
        ENROLLMENT.c.event_at > now,
        ENROLLMENT.c.due_at > now,
    )


def _move(session: Session, rows: Sequence[Any], *, store: Store, workflow: Workflow, now: datetime) -> int:
    """Those that still wait as they did; asked again, since a worker may have come in between."""
    known = {row.id: row for row in rows}
    columns = (ENROLLMENT.c.id, ENROLLMENT.c.event_at, ENROLLMENT.c.alarm_at, ENROLLMENT.c.version)
    still = [
        row
        for chunk in chunks(list(known))
        for row in session.execute(
            sa.select(*columns)
            .where(ENROLLMENT.c.id.in_(chunk), *_not_yet(store.id, workflow=workflow, now=now))
            .with_for_update()
        )
    ]
    settings = settings_of(session, store.id, wanted={(workflow.name, row.version) for row in still})
    moves = []
    for row in still:
        dials = settings.dials(workflow.name, version=row.version)
        anchor = _anchor(known[row.id], workflow, dials=dials, now=now)
        due_at = workflow.steps[0].due(anchor, dials)
        alarm_at = PARKED if row.alarm_at == PARKED else due_at
        if anchor != row.event_at:
            moves.append({"id": row.id, "event_at": anchor, "due_at": due_at, "alarm_at": alarm_at})
    bulk_update(session, ENROLLMENT, rows=moves)
    return len(moves)


def _anchor(row: Any, workflow: Workflow, *, dials: Mapping[str, int], now: datetime) -> datetime:
    """By the rhythm, put off by whatever pauses put it off, and not in the past."""
    falls_quiet: datetime = row.placed_at + _silence(row, workflow, dials=dials) + row.shifted * MICROSECOND
    return max(falls_quiet, now)


def _silence(row: Any, workflow: Workflow, *, dials: Mapping[str, int]) -> timedelta:
    instead = workflow.starts.rhythm
    return timedelta(days=row.quiet_after or (instead.number(dials) if instead else 0))
