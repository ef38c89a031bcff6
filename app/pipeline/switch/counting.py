"""What a switch would do, counted with the very conditions that then do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.pipeline.enroll import News, taking
from app.pipeline.switch.parking import ENROLLMENT, MESSAGE, Choice, queued, waiting
from workflows.language import Workflow

SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait, and of these how many fall due within the hour, later, or are stale and will be dropped."""

    waiting: int = 0
    soon: int = 0
    later: int = 0
    stale: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.waiting + other.waiting, self.soon + other.soon, self.later + other.later, self.stale + other.stale
        )

    @property
    def sentence(self) -> str:
        """As the merchant reads it: "214 wait: 37 within the hour, 121 later, 56 too late and dropped"."""
        if not self.waiting:
            return "Nobody waits."
        rest = f"{self.soon} within the hour, {self.later} later, {self.stale} too late and dropped"
        return f"{self.waiting} wait: {rest}."


def counts(
    session: Session, *, store_id: int, workflow: Workflow, now: datetime, pause: timedelta = timedelta(0)
) -> dict[Choice, Counts]:
    """What each choice would mean at this moment, for a workflow that was off for so long."""
    kept = _waiting(session, store_id, workflow=workflow, now=now)
    shifted = _waiting(session, store_id, workflow=workflow, now=now - pause)
    everybody = Counts(kept.waiting, 0, 0, kept.waiting)
    return {Choice.KEEP: kept, Choice.SHIFT: shifted, Choice.DROP: everybody}


def _waiting(session: Session, store_id: int, *, workflow: Workflow, now: datetime) -> Counts:
    found = Counts()
    for step in workflow.steps:
        at_step = sa.and_(waiting(store_id, workflow.name), ENROLLMENT.c.step == step.name)
        found += _counted(
            session, at_step, due=ENROLLMENT.c.due_at, stale=ENROLLMENT.c.due_at < now - step.stale, now=now
        )
    messages = queued(store_id, workflow.name)
    return found + _counted(session, messages, due=MESSAGE.c.due_at, stale=MESSAGE.c.stale_at < now, now=now)


def _counted(
    session: Session,
    where: sa.ColumnElement[bool],
    *,
    due: sa.ColumnElement[datetime],
    stale: sa.ColumnElement[bool],
    now: datetime,
) -> Counts:
    kinds = (stale, sa.and_(~stale, due <= now + SOON), sa.and_(~stale, due > now + SOON))
    sums = [sa.func.coalesce(sa.func.sum(sa.case((kind, 1), else_=0)), 0) for kind in kinds]
    late, soon, later = session.execute(sa.select(*sums).where(where)).one()
    return Counts(int(late + soon + later), int(soon), int(later), int(late))


def counts_of_recent(news: Sequence[News], *, workflow: Workflow, dials: Mapping[str, int], now: datetime) -> Counts:
    """What taking in recent history would mean: for each person and subject the first step that is still to come."""
    found: dict[tuple[int, str], Counts] = {}
    for one in news:
        entry = taking(one, workflow=workflow, dials=dials)
        if entry is not None:
            found.setdefault(
                (one.customer_id, entry.subject), _kind(entry.due_at, now=now, stale=workflow.steps[0].stale)
            )
    return sum(found.values(), Counts())


def _kind(due_at: datetime, *, now: datetime, stale: timedelta) -> Counts:
    if due_at + stale < now:
        return Counts(1, 0, 0, 1)
    return Counts(1, 1, 0, 0) if due_at <= now + SOON else Counts(1, 0, 1, 0)
