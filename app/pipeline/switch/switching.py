"""On and off: who is on their way is parked or let go, and recent history may be taken in where the merchant asks for it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.pipeline.enroll import enter
from app.pipeline.switch.parking import Choice, drop, let_go, park
from app.pipeline.switch.recent import Entry
from app.pipeline.switch.setting import setting_of
from workflows.language import Workflow


def switch(
    session: Session,
    *,
    store_id: int,
    workflow: str,
    is_on: bool,
    now: datetime,
    choice: Choice = Choice.KEEP,
) -> None:
    """Switch a workflow on or off; only news that happens after it was switched on starts it.

    Off: those on their way are parked, or leave at once with `Choice.DROP`. On: those who were parked go on as chosen.
    """
    setting = setting_of(session, store_id, workflow=workflow, now=now)
    if setting.is_on == is_on:
        return
    if is_on:
        pause = now - setting.off_since if setting.off_since else timedelta(0)
        let_go(session, store_id=store_id, workflow=workflow, choice=choice, pause=pause, now=now)
    elif choice is Choice.DROP:
        drop(session, store_id=store_id, workflow=workflow, now=now)
    else:
        park(session, store_id=store_id, workflow=workflow)
    setting.is_on = is_on
    # Stores tell whole seconds: what happens in the very second of the switch happens after it.
    setting.on_since = now.replace(microsecond=0) if is_on else None
    setting.off_since = None if is_on else now
    setting.updated_at = now


def take_in(session: Session, found: Sequence[Entry], *, store_id: int, workflow: Workflow, now: datetime) -> None:
    """Take recent history in, as if the workflow had been on then; what has grown stale meanwhile is dropped when it is
    judged, with that reason."""
    setting = setting_of(session, store_id, workflow=workflow.name, now=now)
    session.flush()
    enter(session, found, workflow=workflow, setting=setting, now=now)
