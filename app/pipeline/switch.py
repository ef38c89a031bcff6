"""What a merchant sets for a workflow: on or off, and the dials between their stops."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store, WorkflowSetting
from workflows.language import Workflow


def switch(session: Session, *, store_id: int, workflow: str, is_on: bool, now: datetime) -> None:
    """Switch a workflow on or off; only news that happens after it was switched on starts it."""
    setting = _setting(session, store_id, workflow=workflow, now=now)
    if setting.is_on != is_on:
        setting.is_on = is_on
        setting.on_since = now if is_on else None
        setting.updated_at = now


def turn(session: Session, *, store_id: int, workflow: Workflow, dials: Mapping[str, int], now: datetime) -> list[str]:
    """Turn dials, in whole units of each. Nothing is saved where one complaint (a plain sentence each) comes back."""
    setting = _setting(session, store_id, workflow=workflow.name, now=now)
    known = {one.name for one in workflow.dials}
    wanted = {**{name: value for name, value in setting.dials.items() if name in known}, **dials}
    complaints = workflow.complaints(wanted)
    if not complaints and wanted != setting.dials:
        setting.dials = wanted
        setting.updated_at = now
    return complaints


def _setting(session: Session, store_id: int, *, workflow: str, now: datetime) -> WorkflowSetting:
    """The row, made where there is none. The store's row is locked meanwhile, so that two clicks at once make one row."""
    session.execute(sa.select(Store.id).where(Store.id == store_id).with_for_update())
    found = session.get(WorkflowSetting, (store_id, workflow))
    if found is None:
        found = WorkflowSetting(store_id=store_id, workflow=workflow, is_on=False, dials={}, updated_at=now)
        session.add(found)
    return found
