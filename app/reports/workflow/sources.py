"""The few questions that every page of workflows asks: settings, who waits where, what left, and what it caused."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.choices import choices_of
from app.model import Enrollment, Store, WorkflowSetting
from app.pipeline.switch.parking import WAITS
from app.reports import figures
from app.reports.figures import EffectRow
from app.rows import table_of
from workflows.language import Workflow

ENROLLMENT = table_of(Enrollment)
SENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Sources:
    """`waiting` counts people by workflow and step. `sent` (last 30 days) and `effects` are None where a big store waits for
    its first night. `wraps_links`: whether the store lets clicks be counted."""

    settings: Mapping[str, WorkflowSetting]
    waiting: Mapping[tuple[str, str], int]
    sent: Mapping[str, int] | None
    effects: Mapping[str, EffectRow] | None
    days: int = field(default=0)
    wraps_links: bool = True

    def waits(self, workflow: str) -> int:
        return sum(number for (name, _), number in self.waiting.items() if name == workflow)


def sources(session: Session, store: Store, *, known: Mapping[str, Workflow], now: datetime) -> Sources:
    """All of it, for every workflow at once."""
    sent = figures.sent(session, store, now=now, days=SENT_DAYS)
    effects = figures.effects(session, store, known=known, now=now)
    settings = session.scalars(sa.select(WorkflowSetting).where(WorkflowSetting.store_id == store.id))
    return Sources(
        settings={one.workflow: one for one in settings},
        waiting=_waiting(session, store.id),
        sent=None if sent is None else _by_workflow(sent.figure),
        effects=None if effects is None else {one.workflow: one for one in effects.figure.rows},
        days=effects.figure.days if effects is not None else 0,
        wraps_links=choices_of(store).wraps_links,
    )


def _waiting(session: Session, store_id: int) -> dict[tuple[str, str], int]:
    place = (ENROLLMENT.c.workflow, ENROLLMENT.c.step)
    query = (
        sa.select(*place, sa.func.count())
        .where(ENROLLMENT.c.store_id == store_id, ENROLLMENT.c.state == WAITS)
        .group_by(*place)
    )
    return {(workflow, step): number for workflow, step, number in session.execute(query)}


def _by_workflow(figure: figures.SentFigure) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in figure.rows:
        found[row.workflow] = found.get(row.workflow, 0) + row.sent
    return found
