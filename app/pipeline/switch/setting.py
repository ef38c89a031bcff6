"""The row that holds what a merchant set for one workflow, made where there is none."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Store, WorkflowSetting


def setting_of(session: Session, store_id: int, *, workflow: str, now: datetime) -> WorkflowSetting:
    """The row. The store's row is locked meanwhile, so that two clicks at once make one row."""
    session.execute(sa.select(Store.id).where(Store.id == store_id).with_for_update())
    found = session.get(WorkflowSetting, (store_id, workflow))
    if found is None:
        found = WorkflowSetting(
            store_id=store_id, workflow=workflow, is_on=False, dials={}, version=1, updated_at=now, off_since=None
        )
        session.add(found)
    return found
