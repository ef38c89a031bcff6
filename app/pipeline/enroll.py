"""Station 4: each workflow that was switched on before the news happened takes the customer in, once per subject."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Enrollment, EnrollmentState, Event, Forecast, Outcome, Store, WorkflowSetting
from app.questions import STORE_ID
from app.rows import bulk, chunks, insert_of, named, table_of
from workflows.language import On, Workflow
from workflows.language.values import value

ENROLLMENT = table_of(Enrollment)
EVENT = table_of(Event)
FORECAST = table_of(Forecast)
OUTCOME = table_of(Outcome)
SETTING = table_of(WorkflowSetting)
SELF = "self"
SWITCHED_ON = sa.select(SETTING).where(SETTING.c.store_id == STORE_ID, SETTING.c.is_on)
# Plain text: a driver takes the word of an enumeration by a far longer way.
WAITING = EnrollmentState.WAITING.value


@value
class News:
    """An event that was not known before, or, where `was` is set, one that was thought to be of that later time. `rhythm`: the
    silence that is longer than the customer's way, where it is known and asked for."""

    kind: str
    subject: str
    customer_id: int
    at: datetime
    is_abroad: bool = False
    was: datetime | None = None
    rhythm: timedelta | None = None


@value
class Taking:
    """How news takes somebody into a workflow: about what, counted from when, and when the first step falls due."""

    subject: str
    anchor: datetime
    rank: int
    due_at: datetime


def taking(news: News, *, workflow: Workflow, dials: Mapping[str, int]) -> Taking | None:
    """How this news takes its customer into the workflow; None where the workflow does not listen for it."""
    for rank, on in enumerate(workflow.starts.on):
        if on.event == news.kind:
            anchor = news.at + _plus(on, news, dials=dials)
            subject = SELF if workflow.starts.once_per_customer else news.subject
            return Taking(subject, anchor, rank, workflow.steps[0].due(anchor, dials))
    return None


def enroll(
    session: Session, *, store: Store, events: Sequence[News], workflows: Mapping[str, Workflow], now: datetime
) -> None:
    """Enroll each event's customer into each workflow that listens for it and was on when it happened; whom an event took in
    that turns out to be older than that waits no longer."""
    if not events:
        return
    rows: dict[bool, list[dict[str, Any]]] = {}
    kinds = {one.kind for one in events}
    for name, setting in _switched_on(session, store).items():
        workflow = workflows.get(name)
        heard = kinds & {on.event for on in workflow.starts.on} if workflow is not None else ()
        if workflow is None or not heard:
            continue
        since = max(setting.on_since, store.live_since)
        ours = [one for one in events if one.kind in heard]
        ours = with_rhythms(session, ours) if workflow.starts.rhythm else ours
        for one in ours:
            if one.at < since and one.was is not None and one.was >= since:
                _withdraw(session, one, workflow=workflow, setting=setting, since=since)
        ours = [one for one in ours if one.at >= since]
        theirs = _entries(session, ours, workflow=workflow, setting=setting, now=now)
        rows.setdefault(workflow.starts.restarts, []).extend(theirs)
    for restarts, together in rows.items():
        # What falls due in one moment is taken as it was written: so all that one order begins is decided on one reading of it.
        _write(session, sorted(together, key=itemgetter("customer_id")), restarts=restarts)


def with_rhythms(session: Session, events: Sequence[News]) -> list[News]:
    """The same news with each customer's own rhythm as it was reckoned last night."""
    known: dict[int, int | None] = {}
    for chunk in chunks(sorted({one.customer_id for one in events})):
        query = sa.select(FORECAST.c.customer_id, FORECAST.c.quiet_after).where(FORECAST.c.customer_id.in_(chunk))
        known |= dict(tuple(row) for row in session.execute(query))
    return [
        replace(one, rhythm=timedelta(days=found)) if (found := known.get(one.customer_id)) else one for one in events
    ]


def _switched_on(session: Session, store: Store) -> dict[str, Any]:
    found = session.execute(SWITCHED_ON, {"store_id": store.id})
    return {row.workflow: row for row in named(found)}


def enter(
    session: Session, entries: Sequence[tuple[int, Taking]], *, workflow: Workflow, setting: Any, now: datetime
) -> None:
    """Take these customers in, whenever the workflow was switched on; `setting` is the store's row for it."""
    rows = [_row(who, entry, workflow=workflow, setting=setting, now=now) for who, entry in entries]
    _write(session, rows, restarts=workflow.starts.restarts)


def _entries(
    session: Session, events: Sequence[News], *, workflow: Workflow, setting: Any, now: datetime
) -> list[dict[str, Any]]:
    """The rows of whom the news takes into this workflow, to be written with those of the others."""
    rows: list[dict[str, Any]] = []
    for event in events:
        entry = taking(event, workflow=workflow, dials=setting.dials)
        if entry is None:
            continue
        row = _row(event.customer_id, entry, workflow=workflow, setting=setting, now=now)
        if workflow.starts.cool_off is None:
            rows.append(row)
        elif _has_room(session, event, entry=entry, workflow=workflow, store_id=setting.store_id):
            # The next one asks whether this one is in.
            _write(session, [row], restarts=workflow.starts.restarts)
    return rows


def _row(customer_id: int, entry: Taking, *, workflow: Workflow, setting: Any, now: datetime) -> dict[str, Any]:
    return {
        "store_id": setting.store_id,
        "workflow": workflow.name,
        "customer_id": customer_id,
        "subject": entry.subject,
        "state": WAITING,
        "event_at": entry.anchor,
        "anchor_rank": entry.rank,
        "step": workflow.steps[0].name,
        "due_at": entry.due_at,
        "alarm_at": entry.due_at,
        "tries": 0,
        "version": setting.version,
        "enrolled_at": now,
    }


def _plus(on: On, news: News, *, dials: Mapping[str, int]) -> timedelta:
    if on.rhythm is not None:
        return news.rhythm or timedelta(days=on.rhythm.number(dials))
    return on.plus_abroad if news.is_abroad and on.plus_abroad is not None else on.plus


def _has_room(session: Session, event: News, *, entry: Taking, workflow: Workflow, store_id: int) -> bool:
    """Whether the workflow's cool-off lets the customer in, who may be in about something else since a short time.

    While nothing was decided of the other, the later of the two is the one that is spoken of, and the earlier one gives way:
    so it is the same in whichever order they are told.
    """
    rivals = _rivals(session, event, entry=entry, workflow=workflow, store_id=store_id)
    mine = (entry.anchor, entry.subject)
    if any(
        row.was_judged or row.state != EnrollmentState.WAITING or (row.event_at, row.subject) > mine for row in rivals
    ):
        return False
    if rivals:
        session.execute(sa.delete(ENROLLMENT).where(ENROLLMENT.c.id.in_([row.id for row in rivals])))
    return True


def _rivals(session: Session, event: News, *, entry: Taking, workflow: Workflow, store_id: int) -> Sequence[Any]:
    """Where else the customer is in this workflow, so near in time that only one of both may be."""
    if workflow.starts.cool_off is None:
        return ()
    was_judged = sa.exists().where(OUTCOME.c.enrollment_id == ENROLLMENT.c.id).label("was_judged")
    columns = (ENROLLMENT.c.id, ENROLLMENT.c.state, ENROLLMENT.c.subject, ENROLLMENT.c.event_at)
    query = sa.select(*columns, was_judged).where(
        ENROLLMENT.c.store_id == store_id,
        ENROLLMENT.c.customer_id == event.customer_id,
        ENROLLMENT.c.workflow == workflow.name,
        ENROLLMENT.c.subject != entry.subject,
        ENROLLMENT.c.event_at > entry.anchor - workflow.starts.cool_off,
        ENROLLMENT.c.event_at < entry.anchor + workflow.starts.cool_off,
    )
    return session.execute(query).all()


def _write(session: Session, rows: Sequence[dict[str, Any]], *, restarts: bool) -> None:
    """New enrollments; or, where a surer or earlier event came about the same subject (a later one, where the workflow
    restarts), the one that still waits for its first step counts from that event instead."""
    statement = _writing(session.get_bind().dialect.name, restarts=restarts)
    bulk(session, statement, table=ENROLLMENT, rows=rows)


@lru_cache
def _writing(dialect: str, *, restarts: bool) -> sa.Insert:
    statement = insert_of(dialect, ENROLLMENT)
    moved = {name: statement.excluded[name] for name in ("event_at", "anchor_rank", "due_at", "alarm_at")}
    is_surer = ENROLLMENT.c.anchor_rank > statement.excluded.anchor_rank
    is_as_sure = ENROLLMENT.c.anchor_rank == statement.excluded.anchor_rank
    new = statement.excluded.event_at
    is_better = ENROLLMENT.c.event_at < new if restarts else ENROLLMENT.c.event_at > new
    # Every row comes in at the first step and waits there.
    is_first = ENROLLMENT.c.step == statement.excluded.step
    still_waits = sa.and_(ENROLLMENT.c.state == statement.excluded.state, is_first)
    return statement.on_conflict_do_update(
        index_elements=["store_id", "workflow", "customer_id", "subject"],
        set_=moved,
        where=sa.and_(still_waits, sa.or_(is_surer, sa.and_(is_as_sure, is_better))),
    )


def _withdraw(session: Session, event: News, *, workflow: Workflow, setting: Any, since: datetime) -> None:
    """The event that took somebody in happened before the workflow was on: as if it had been known from the start, they wait
    no longer, unless other news about the same subject had taken them in as well."""
    entry = taking(event, workflow=workflow, dials=setting.dials)
    if entry is None:
        return
    subject = entry.subject
    row = session.execute(
        sa.select(ENROLLMENT.c.id).where(
            ENROLLMENT.c.store_id == setting.store_id,
            ENROLLMENT.c.workflow == workflow.name,
            ENROLLMENT.c.customer_id == event.customer_id,
            ENROLLMENT.c.subject == subject,
            ENROLLMENT.c.state == EnrollmentState.WAITING,
            ENROLLMENT.c.anchor_rank == entry.rank,
            ~sa.exists().where(OUTCOME.c.enrollment_id == ENROLLMENT.c.id),
        )
    ).first()
    if row is None:
        return
    here = ENROLLMENT.c.id == row.id
    other = _next_best(session, event, workflow=workflow, setting=setting, since=since)
    if other is None:
        session.execute(sa.delete(ENROLLMENT).where(here))
        return
    values = {"event_at": other.anchor, "anchor_rank": other.rank, "due_at": other.due_at, "alarm_at": other.due_at}
    session.execute(sa.update(ENROLLMENT).where(here).values(**values))


def _next_best(session: Session, event: News, *, workflow: Workflow, setting: Any, since: datetime) -> Taking | None:
    """The surest other news about the same subject that takes the customer in."""
    kinds = [on.event for on in workflow.starts.on if on.event != event.kind]
    query = sa.select(EVENT.c.kind, EVENT.c.at, EVENT.c.is_abroad).where(
        EVENT.c.store_id == setting.store_id,
        EVENT.c.kind.in_(kinds),
        EVENT.c.subject == event.subject,
        EVENT.c.at >= since,
    )
    others = [
        taking(News(kind, event.subject, event.customer_id, at, is_abroad), workflow=workflow, dials=setting.dials)
        for kind, at, is_abroad in session.execute(query)
    ]
    return min((one for one in others if one is not None), key=lambda one: (one.rank, one.anchor), default=None)
