"""Takes a large store's recent history in after its workflow was switched on: by a worker, some people at a time.

What was counted for the sheet is read anew without holding anybody up, and each some are taken in by a short transaction of
their own. A worker that dies on the way is followed by one that begins again: whoever is in already is not taken in twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.model import Store, Tally, TallyState, WorkflowSetting
from app.pipeline.enroll import News
from app.pipeline.switch.recent import Span, by_person, entering_by
from app.pipeline.switch.setting import setting_of
from app.pipeline.switch.switching import take_in
from app.rows import chunks, table_of
from app.runtime import Runtime

TALLY = table_of(Tally)
# So many people are taken in before others may write again: some hundredths of a second.
SOME = 500
LEASE = timedelta(minutes=3)
# How long the page tells of it once it is over.
TOLD_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Past:
    """How far it is: so many people of all who had news were looked at, and so many entered. `is_over` also where it was
    given up, `is_whole` only where all were looked at."""

    days: int
    done: int
    total: int
    entered: int
    is_over: bool

    @property
    def is_whole(self) -> bool:
        return self.is_over and self.done == self.total


def under_way(session: Session, setting: WorkflowSetting | None, *, now: datetime) -> Past | None:
    """How far the past is taken in for which a workflow was switched on, until a day after it was over."""
    if setting is None or setting.on_since is None:
        return None
    theirs = (
        Tally.store_id == setting.store_id,
        Tally.workflow == setting.workflow,
        Tally.on_since == setting.on_since,
    )
    row = session.scalars(sa.select(Tally).where(*theirs)).first()
    if row is None or (row.counted_at is not None and now - row.counted_at > TOLD_FOR):
        return None
    told = {name: row.result.get(name, 0) for name in ("done", "total", "entered")}
    return Past(row.days, **told, is_over=row.state != TallyState.WAITING)


def is_meant(session: Session, row: Any) -> bool:
    """Whether the workflow is still on for which this past is to be taken in: switched off, it takes nobody in."""
    setting = session.get(WorkflowSetting, (row.store_id, row.workflow))
    return setting is not None and setting.is_on and setting.on_since == row.on_since


@dataclass(slots=True)
class _Way:
    """One worker's way through the people. `entered` counts those too whom one before it took in."""

    runtime: Runtime
    row: Any
    span: Span
    total: int
    entered: int
    done: int = 0


def include(runtime: Runtime, row: Any) -> None:
    """Take in what the row asks for, as of when it was asked."""
    with runtime.database.read() as session:
        store = session.get_one(Store, row.store_id)
        span = Span(store, runtime.workflows[row.workflow], row.asked_at - timedelta(days=row.days), row.asked_at)
        news = by_person(session, span)
    people = [list(theirs) for _, theirs in groupby(news, key=attrgetter("customer_id"))]
    way = _Way(runtime, row, span, total=len(people), entered=row.result.get("entered", 0))
    # One empty piece where there is nobody, since the row is settled with the last piece.
    for some in chunks(people, SOME) if people else ((),):
        if not _taken(way, some):
            return
    log.done("past_taken_in", store_id=row.store_id, workflow=row.workflow, count=way.entered)


def _taken(way: _Way, people: Sequence[list[News]]) -> bool:
    """Some people in one transaction with the row's progress; False, and nothing is kept, where somebody else has the row or
    the workflow was switched off."""
    now, row, store_id = way.runtime.clock.now(), way.row, way.span.store.id
    with way.runtime.database.write() as session:
        # This locks the store before anything else, as everybody does.
        setting = setting_of(session, store_id, workflow=row.workflow, now=now)
        if not is_meant(session, row):
            return False
        news = list(chain.from_iterable(people))
        found = entering_by(session, way.span, news=news, dials=setting.dials)
        take_in(session, found, store_id=store_id, workflow=way.span.workflow, now=now)
        way.done, way.entered = way.done + len(people), way.entered + len(found)
        if not (is_ours := _told(session, way, now=now)):
            session.rollback()
    return is_ours


def _told(session: Session, way: _Way, *, now: datetime) -> bool:
    """The row says how far it is; whether it was still ours."""
    is_over = way.done == way.total
    values: dict[str, Any] = {"result": {"done": way.done, "total": way.total, "entered": way.entered}}
    values |= {"state": TallyState.DONE, "counted_at": now} if is_over else {"alarm_at": now + LEASE}
    is_ours = sa.and_(
        TALLY.c.id == way.row.id,
        TALLY.c.tries == way.row.tries,
        TALLY.c.on_since == way.row.on_since,
        TALLY.c.state == TallyState.WAITING,
    )
    changed = session.execute(sa.update(TALLY).where(is_ours).values(**values))
    return isinstance(changed, sa.CursorResult) and changed.rowcount == 1
