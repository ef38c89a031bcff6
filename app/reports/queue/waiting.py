"""What waits: the next step of each way, and messages that were decided and have not left; what is asked first stands first."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Enrollment, EnrollmentState, Message, MessageState, Outcome, OutcomeKind
from app.pipeline.fair import PARKED
from app.reports.keyset import Place
from app.reports.overview.words import people, sentence_of
from app.reports.queue.words import DEPTH, PAGE, Act, Line, Page, Tab, Wanted, bounded, of_store
from app.rows import table_of

ENROLLMENT, MESSAGE, OUTCOME = map(table_of, (Enrollment, Message, Outcome))
KINDS = (("enrollment", ENROLLMENT, EnrollmentState.WAITING), ("message", MESSAGE, MessageState.QUEUED))
COLUMNS = ("id", "customer_id", "workflow", "step", "due_at", "alarm_at", "tries")
STATE = "deferred"


def waiting(session: Session, *, store_id: int, wanted: Wanted, now: datetime, place: Place | None = None) -> Page:
    """One page of what one store has waiting, behind `place`."""
    found: list[tuple[Any, Any]] = []
    ends: list[datetime] = []
    for rank, (what, table, state) in enumerate(KINDS):
        inner = _inner(table, store_id, state=state, wanted=wanted, behind=_behind(place, rank))
        depth = None if wanted.customer_id is not None else DEPTH
        rows, end = bounded(session, inner, where=_where(wanted, now), order=("alarm_at", "id"), depth=depth)
        found += [((row.alarm_at, row.id * 2 + rank), (what, row)) for row in rows]
        ends += [end.alarm_at] if end is not None else []
    # Behind the nearest end nothing can be said of the other kind either: it goes on from there.
    until = min(ends, default=None)
    found = sorted(one for one in found if until is None or one[0][0] <= until) if until else sorted(found, key=_first)
    shown = [one for _, one in found[:PAGE]]
    if len(found) > PAGE:
        return Page(_lines(session, store_id, shown=shown, now=now), Place(*found[PAGE - 1][0]))
    following = Place(until, 2**60) if until is not None else None
    return Page(_lines(session, store_id, shown=shown, now=now), following, until)


def _first(one: tuple[Any, Any]) -> Any:
    return one[0]


def _behind(place: Place | None, rank: int) -> Place | None:
    """The two kinds share one order: a row's place among both is twice its id, and one more for a message."""
    return None if place is None else Place(place.value, (place.id - rank) // 2)


def _inner(table: sa.Table, store_id: int, *, state: str, wanted: Wanted, behind: Place | None) -> sa.Select[Any]:
    columns = [table.c[name] for name in COLUMNS]
    owner = table.c.id if table is ENROLLMENT else table.c.enrollment_id
    reason = sa.null() if table is ENROLLMENT else table.c.reason
    # The words of the partial index stand in the statement itself; a bound value would not let it be used.
    waits = table.c.state == sa.literal_column(f"'{state}'")
    if table is MESSAGE:
        waits = sa.and_(waits, table.c.state.in_([sa.literal_column("'queued'"), sa.literal_column("'sending'")]))
    query = sa.select(*columns, owner.label("way"), reason.label("reason"))
    query = query.where(of_store(table, store_id, wanted=wanted), waits)
    if behind is not None:
        query = query.where(sa.tuple_(table.c.alarm_at, table.c.id) > sa.tuple_(*_bound(table, behind)))
    return query.order_by(table.c.alarm_at, table.c.id)


def _bound(table: sa.Table, behind: Place) -> tuple[Any, Any]:
    return sa.literal(behind.value, table.c.alarm_at.type), sa.literal(behind.id, table.c.id.type)


def _where(wanted: Wanted, now: datetime) -> list[Any]:
    where: list[Any] = []
    if wanted.workflow:
        where.append(lambda looked: looked.c.workflow == wanted.workflow)
    if wanted.tab is Tab.DEFERRED:
        where.append(lambda looked: sa.and_(looked.c.alarm_at > now, looked.c.alarm_at != PARKED, _was_put_off(looked)))
    if wanted.reason:
        where.append(lambda looked: _latest(looked) == wanted.reason)
    return where


def _was_put_off(looked: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.or_(looked.c.reason.is_not(None), looked.c.alarm_at > looked.c.due_at)


def _latest(looked: sa.FromClause) -> sa.ScalarSelect[Any]:
    theirs = sa.and_(OUTCOME.c.enrollment_id == looked.c.way, OUTCOME.c.step == looked.c.step)
    query = sa.select(OUTCOME.c.reason).where(theirs).order_by(OUTCOME.c.turn.desc()).limit(1)
    return query.correlate(looked).scalar_subquery()


def _lines(session: Session, store_id: int, *, shown: list[Any], now: datetime) -> tuple[Line, ...]:
    names = people(session, store_id=store_id, ids=[row.customer_id for _, row in shown])
    put_off = _put_off(session, [row.way for _, row in shown])
    return tuple(_line(what, row, names=names, put_off=put_off, now=now) for what, row in shown)


def _put_off(session: Session, ways: list[int]) -> dict[tuple[int, str], Any]:
    """The last verdict that put each step off."""
    query = (
        sa.select(OUTCOME.c.enrollment_id, OUTCOME.c.step, OUTCOME.c.reason, OUTCOME.c.until)
        .where(OUTCOME.c.enrollment_id.in_(sorted(set(ways))), OUTCOME.c.kind == OutcomeKind.DEFERRED)
        .order_by(OUTCOME.c.turn)
    )
    return {(row.enrollment_id, row.step): row for row in session.execute(query)}


def _line(
    what: str, row: Any, *, names: Mapping[int, str], put_off: Mapping[tuple[int, str], Any], now: datetime
) -> Line:
    last = put_off.get((row.way, row.step)) if row.alarm_at > now else None
    is_parked = row.alarm_at == PARKED
    may = {"cancel"} if is_parked or row.alarm_at <= now else {"cancel", "run"}
    return Line(
        at=row.alarm_at,
        customer_id=row.customer_id,
        who=names.get(row.customer_id, ""),
        workflow=row.workflow,
        step=row.step,
        kind=STATE if last is not None and not is_parked else "waiting",
        reason=last.reason if last is not None else None,
        sentence=sentence_of(last.reason) if last is not None else None,
        until=last.until if last is not None else None,
        due_at=row.due_at,
        is_parked=is_parked,
        enrollment_id=row.way,
        act=Act(what, row.id, row.step, row.tries, frozenset(may)),
    )
