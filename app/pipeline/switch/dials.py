"""Dials are turned between their stops; each turning is a version, and people finish on the one with which they came in."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import UTCDateTime
from app.model import WorkflowSetting, WorkflowVersion
from app.pipeline.fair import PARKED
from app.pipeline.switch.parking import ENROLLMENT, waiting
from app.pipeline.switch.setting import setting_of
from app.rows import chunks
from workflows.language import Workflow


def turn(
    session: Session,
    *,
    store_id: int,
    workflow: Workflow,
    dials: Mapping[str, int],
    now: datetime,
    moves: bool = False,
) -> list[str]:
    """Turn dials, in whole units of each. Nothing is saved where one complaint (a plain sentence each) comes back.

    `moves` takes those on their way along: the step that they wait for falls due by the new dials.
    """
    setting = setting_of(session, store_id, workflow=workflow.name, now=now)
    known = {one.name for one in workflow.dials}
    wanted = {**{name: value for name, value in setting.dials.items() if name in known}, **dials}
    complaints = workflow.complaints(wanted)
    if complaints or wanted == setting.dials:
        return complaints
    _keep_version(session, setting, now=now)
    setting.dials = wanted
    setting.version += 1
    setting.updated_at = now
    session.flush()
    if moves:
        _move(session, setting, workflow=workflow)
    return []


def dials_of(session: Session, setting: WorkflowSetting, *, version: int) -> Mapping[str, int]:
    """The dials as they were in a version; today's where it is today's, or is not known."""
    if version == setting.version:
        return setting.dials
    found = session.get(WorkflowVersion, (setting.store_id, setting.workflow, version))
    return found.dials if found is not None else setting.dials


def _keep_version(session: Session, setting: WorkflowSetting, *, now: datetime) -> None:
    session.add(
        WorkflowVersion(
            store_id=setting.store_id,
            workflow=setting.workflow,
            version=setting.version,
            dials=dict(setting.dials),
            at=now,
        )
    )


def _move(session: Session, setting: WorkflowSetting, *, workflow: Workflow) -> None:
    where = waiting(setting.store_id, setting.workflow)
    rows = session.execute(
        sa.select(ENROLLMENT.c.id, ENROLLMENT.c.step, ENROLLMENT.c.event_at, ENROLLMENT.c.alarm_at).where(where)
    ).all()
    steps = {one.name: one for one in workflow.steps}
    moved = []
    for row in rows:
        if row.step in steps:
            due_at = steps[row.step].due(row.event_at, setting.dials)
            alarm_at = PARKED if row.alarm_at == PARKED else due_at
            moved.append({"row_id": row.id, "new_due": due_at, "new_alarm": alarm_at})
    update = (
        sa.update(ENROLLMENT)
        .where(ENROLLMENT.c.id == sa.bindparam("row_id"))
        .values(
            due_at=sa.bindparam("new_due", type_=UTCDateTime),
            alarm_at=sa.bindparam("new_alarm", type_=UTCDateTime),
            version=setting.version,
        )
    )
    for chunk in chunks(moved):
        session.connection().execute(update, list(chunk))
