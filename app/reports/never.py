"""Why a customer was never taken into a workflow: the question that no ledger row answers, since nothing was decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Enrollment, Event, Store, WorkflowSetting
from app.rows import table_of
from app.translations import marked
from workflows.language import Phrase, Workflow

ENROLLMENT = table_of(Enrollment)
EVENT = table_of(Event)
SETTING = table_of(WorkflowSetting)


@dataclass(frozen=True, slots=True)
class Never:
    """One workflow that a customer never entered, and why: a sentence with places for a moment and for how it begins."""

    workflow: str
    pattern: str
    at: datetime
    start: Phrase

    @property
    def sentence(self) -> str:
        """In English."""
        return self.pattern % {"at": f"{self.at:%d %B %Y}", "start": self.start}


def never(session: Session, *, store_id: int, customer_id: int, workflows: Mapping[str, Workflow]) -> list[Never]:
    """Every workflow that this customer never entered, each with its reason."""
    entered = set(
        session.scalars(
            sa.select(ENROLLMENT.c.workflow).where(
                ENROLLMENT.c.store_id == store_id, ENROLLMENT.c.customer_id == customer_id
            )
        )
    )
    rows = session.execute(sa.select(SETTING).where(SETTING.c.store_id == store_id))
    settings = {row.workflow: row for row in rows}
    query = sa.select(EVENT).where(EVENT.c.store_id == store_id, EVENT.c.customer_id == customer_id)
    events = list(session.execute(query))
    store = session.get_one(Store, store_id)
    return [
        Never(name, *_why(one, settings.get(name), events=events, store=store), start=one.starts.said)
        for name, one in workflows.items()
        if name not in entered
    ]


def _why(workflow: Workflow, setting: Any, *, events: list[Any], store: Store) -> tuple[str, datetime]:
    kinds = {on.event for on in workflow.starts.on}
    heard = [event for event in events if event.kind in kinds]
    if setting is None or not setting.is_on:
        return marked("The workflow is off."), store.live_since
    if heard and all(event.at < setting.on_since for event in heard):
        return marked("It happened on %(at)s, before the workflow was switched on."), heard[-1].at
    if heard:
        return marked("They were in it a short time before, about something else."), heard[-1].at
    never_yet = marked("It begins when %(start)s, and that did not happen since the store was connected on %(at)s.")
    return never_yet, store.live_since
