"""Whom recent history takes in: counted at once in a small store, by a worker in one where that takes longer than a page may.

One function finds them, for the sheet, for the worker and for whoever then takes them in. A count is good for a few minutes,
and no longer than the workflow's setting stays as it was.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.model import Customer, Order, Store, Tally, TallyState, WorkflowSetting
from app.pipeline.fair import any_due, claim
from app.pipeline.switch import past
from app.pipeline.switch.counting import Recent, counts_of_recent
from app.pipeline.switch.recent import Entry, Span, entering
from app.rows import insert, table_of
from app.runtime import Runtime

CUSTOMER, ORDER, TALLY = map(table_of, (Customer, Order, Tally))
# With no more rows of a kind than this all of them are counted in some hundredths of a second.
FEW = 2_000
GOOD_FOR = timedelta(minutes=5)
# What was given up is tried anew when somebody looks again, but not every second.
REST = timedelta(minutes=1)
LEASE = timedelta(minutes=3)
MOST_TRIES = 3
WAITING = (TallyState.WAITING,)


def count(session: Session, span: Span, *, dials: Mapping[str, int]) -> tuple[list[Entry], Recent]:
    """Whom the span takes in, and what that means at its end."""
    found = entering(session, span, dials=dials)
    return found, counts_of_recent(found, store=span.store, workflow=span.workflow, dials=dials, now=span.until)


def is_quick(session: Session, store_id: int) -> bool:
    """Whether the store is so small that a page may count it."""
    further = (sa.select(one.c.id).where(one.c.store_id == store_id).offset(FEW).limit(1) for one in (CUSTOMER, ORDER))
    return not any(session.scalar(one) for one in further)


def known(session: Session, span: Span, *, setting: WorkflowSetting | None) -> Tally | None:
    """What a worker counted, counts still or gave up; None where it has to be asked for."""
    days = (span.until - span.since).days
    row = session.scalars(sa.select(Tally).where(*_of(span.store.id, workflow=span.workflow.name, days=days))).first()
    if row is None or row.state == TallyState.WAITING:
        return row
    if row.on_since is not None:
        # That they were taken in is no count.
        return None
    good_for = GOOD_FOR if row.state == TallyState.DONE else REST
    since = max(span.until - good_for, setting.updated_at) if setting else span.until - good_for
    return row if row.counted_at is not None and row.counted_at >= since else None


def ask(
    session: Session, *, store_id: int, workflow: str, days: int, now: datetime, on_since: datetime | None = None
) -> None:
    """Have it counted; what is being counted is left alone. Or have them taken in, for a workflow that is on since then."""
    asked = {
        "state": TallyState.WAITING,
        "asked_at": now,
        "result": {},
        "alarm_at": now,
        "tries": 0,
        "counted_at": None,
        "on_since": on_since,
    }
    row = insert(session, TALLY).values(store_id=store_id, workflow=workflow, days=days, **asked)
    keys = ["store_id", "workflow", "days"]
    where = TALLY.c.state != TallyState.WAITING if on_since is None else None
    session.execute(row.on_conflict_do_update(index_elements=keys, set_=asked, where=where))


def work_off(runtime: Runtime) -> int:
    """Count what was asked for, or take it in, one after the other, the stores by turns; how many were taken up."""
    now = runtime.clock.now()
    with runtime.database.read() as session:
        if not any_due(session, TALLY, states=WAITING, now=now):
            return 0
    with runtime.database.write() as session:
        rows = claim(session, TALLY, states=WAITING, now=now, lease=LEASE, limit=1)
    for row in rows:
        _work(runtime, row)
    return len(rows)


def _work(runtime: Runtime, row: Any) -> None:
    if row.workflow not in runtime.workflows or row.tries > MOST_TRIES:
        log.trouble("tally_given_up", store_id=row.store_id, workflow=row.workflow, tries=row.tries)
        _settle(runtime, row, values={"state": TallyState.FAILED, "counted_at": runtime.clock.now()})
        return
    with runtime.database.read() as session:
        is_meant = row.on_since is not None and past.is_meant(session, row)
    if is_meant:
        past.include(runtime, row)
    else:
        # Switched off before anybody came to it, it is what a sheet shows that is looked at next.
        _settle(runtime, row, values={**_counted(runtime, row), "on_since": None})


def _counted(runtime: Runtime, row: Any) -> dict[str, Any]:
    workflow, now = runtime.workflows[row.workflow], runtime.clock.now()
    with runtime.database.read() as session:
        setting = session.get(WorkflowSetting, (row.store_id, row.workflow))
        span = Span(session.get_one(Store, row.store_id), workflow, now - timedelta(days=row.days), now)
        _, recent = count(session, span, dials=setting.dials if setting else {})
    return {"state": TallyState.DONE, "counted_at": now, "result": asdict(recent)}


def _settle(runtime: Runtime, row: Any, *, values: Mapping[str, Any]) -> None:
    """Write it down, unless another took it meanwhile."""
    is_ours = sa.and_(TALLY.c.id == row.id, TALLY.c.tries == row.tries, TALLY.c.state == TallyState.WAITING)
    with runtime.database.write() as session:
        session.execute(sa.update(TALLY).where(is_ours).values(**values))


def _of(store_id: int, *, workflow: str, days: int) -> tuple[sa.ColumnElement[bool], ...]:
    return TALLY.c.store_id == store_id, TALLY.c.workflow == workflow, TALLY.c.days == days
