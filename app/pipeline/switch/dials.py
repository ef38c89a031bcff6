"""Dials are turned between their stops; each turning is a version, and people finish on the one with which they came in."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import UTCDateTime
from app.model import WorkflowSetting, WorkflowVersion
from app.pipeline.fair import PARKED
from app.pipeline.switch.counting import moved
from app.pipeline.switch.parking import ENROLLMENT
from app.pipeline.switch.setting import setting_of
from app.rows import chunks
from workflows.language import Phrase, Workflow


def turn(
    session: Session,
    *,
    store_id: int,
    workflow: Workflow,
    dials: Mapping[str, int],
    now: datetime,
    moves: bool = False,
) -> list[Phrase]:
    """Turn dials, in whole units of each. Nothing is saved where one complaint (a plain sentence each) comes back.

    `moves` takes those on their way along, whatever version they are on: the step that they wait for falls due by the new
    dials.
    """
    setting = setting_of(session, store_id, workflow=workflow.name, now=now)
    wanted = together(setting.dials, dials, workflow=workflow)
    complaints = workflow.complaints(wanted)
    if complaints:
        return complaints
    if wanted != setting.dials:
        _keep_version(session, setting, now=now)
        setting.dials = wanted
        setting.version += 1
        setting.updated_at = now
    session.flush()
    if moves:
        _move(session, setting, workflow=workflow, now=now)
    return []


def together(saved: Mapping[str, int], dials: Mapping[str, int], *, workflow: Workflow) -> dict[str, int]:
    """What was saved, of dials that are still there, with what is turned now."""
    known = {one.name for one in workflow.dials}
    return {**{name: value for name, value in saved.items() if name in known}, **dials}


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


def _move(session: Session, setting: WorkflowSetting, *, workflow: Workflow, now: datetime) -> None:
    changes = [
        {
            "row_id": one.row.id,
            "new_event": one.event_at,
            "new_due": one.due_at,
            "new_alarm": PARKED if one.row.alarm_at == PARKED else one.due_at,
        }
        for one in moved(session, setting.store_id, workflow=workflow, dials=setting.dials, now=now)
    ]
    update = (
        sa.update(ENROLLMENT)
        .where(ENROLLMENT.c.id == sa.bindparam("row_id"))
        .values(
            event_at=sa.bindparam("new_event", type_=UTCDateTime),
            due_at=sa.bindparam("new_due", type_=UTCDateTime),
            alarm_at=sa.bindparam("new_alarm", type_=UTCDateTime),
            version=setting.version,
        )
    )
    for chunk in chunks(changes):
        session.connection().execute(update, list(chunk))
