"""The ledger: what was decided, the latest first, with its reason in words, and what may still be done about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Enrollment, EnrollmentState, Message, MessageState, Outcome, OutcomeKind
from app.pipeline.by_hand.queue import may_return
from app.reports.keyset import Place
from app.reports.overview.words import people, sentence_of
from app.reports.queue.words import DEPTH, PAGE, Act, Line, Page, Tab, Wanted, bounded, of_store
from app.rows import table_of

ENROLLMENT, MESSAGE, OUTCOME = map(table_of, (Enrollment, Message, Outcome))
KINDS = {
    Tab.DROPPED: (OutcomeKind.DROPPED,),
    Tab.FAILED: (OutcomeKind.FAILED, OutcomeKind.IN_DOUBT),
}
ORDER = ("-at", "-id")


def ledger(session: Session, *, store_id: int, wanted: Wanted, place: Place | None = None) -> Page:
    """One page of one store's verdicts of this tab, behind `place`."""
    kinds = KINDS.get(wanted.tab, (None,))
    pieces = [_kind(session, store_id, kind=kind, wanted=wanted, place=place) for kind in kinds]
    rows = sorted((row for some, _ in pieces for row in some), key=lambda row: (row.at, row.id), reverse=True)
    ends = [end for _, end in pieces if end is not None]
    # Behind the nearest end nothing can be said of the other kind either: it goes on from there.
    end = max(ends, key=lambda row: (row.at, row.id), default=None)
    if end is not None:
        rows = [row for row in rows if (row.at, row.id) >= (end.at, end.id)]
    lines = _lines(session, store_id, rows=rows[:PAGE])
    if len(rows) > PAGE:
        return Page(lines, Place(rows[PAGE - 1].at, rows[PAGE - 1].id))
    return Page(lines, Place(end.at, end.id), end.at) if end is not None else Page(lines, None)


def _kind(
    session: Session, store_id: int, *, kind: str | None, wanted: Wanted, place: Place | None
) -> tuple[list[Any], Any | None]:
    inner = sa.select(OUTCOME).where(of_store(OUTCOME, store_id, wanted=wanted))
    if kind is not None:
        inner = inner.where(OUTCOME.c.kind == kind)
    if place is not None:
        bound = sa.tuple_(sa.literal(place.value, OUTCOME.c.at.type), sa.literal(place.id, OUTCOME.c.id.type))
        inner = inner.where(sa.tuple_(OUTCOME.c.at, OUTCOME.c.id) < bound)
    inner = inner.order_by(OUTCOME.c.at.desc(), OUTCOME.c.id.desc())
    where: list[Any] = []
    if wanted.workflow:
        where.append(lambda looked: looked.c.workflow == wanted.workflow)
    if wanted.reason:
        where.append(lambda looked: looked.c.reason == wanted.reason)
    depth = None if wanted.customer_id is not None else DEPTH
    return bounded(session, inner, where=where, order=ORDER, depth=depth)


def _lines(session: Session, store_id: int, *, rows: Sequence[Any]) -> tuple[Line, ...]:
    names = people(session, store_id=store_id, ids=[row.customer_id for row in rows])
    ways = sorted({row.enrollment_id for row in rows})
    of_ways = {row.id: row for row in session.execute(sa.select(ENROLLMENT).where(ENROLLMENT.c.id.in_(ways)))}
    sent = session.execute(sa.select(MESSAGE).where(MESSAGE.c.enrollment_id.in_(ways)))
    messages = {(row.enrollment_id, row.step): row for row in sent}
    return tuple(_line(row, names=names, ways=of_ways, messages=messages) for row in rows)


def _line(
    row: Any, *, names: Mapping[int, str], ways: Mapping[int, Any], messages: Mapping[tuple[int, str], Any]
) -> Line:
    return Line(
        at=row.at,
        customer_id=row.customer_id,
        who=names.get(row.customer_id, ""),
        workflow=row.workflow,
        step=row.step,
        kind=row.kind,
        reason=row.reason,
        sentence=sentence_of(row.reason),
        until=row.until,
        due_at=None,
        is_parked=False,
        enrollment_id=row.enrollment_id,
        act=_act(row, way=ways.get(row.enrollment_id), message=messages.get((row.enrollment_id, row.step))),
    )


def _act(row: Any, *, way: Any, message: Any) -> Act | None:
    """What may be done about what the verdict led to, as it stands today."""
    if message is not None and row.kind in {OutcomeKind.FAILED, OutcomeKind.DROPPED}:
        reason = message.reason if message.state == MessageState.DROPPED else None
        may = {"retry"} if may_return(message.state, reason) else set()
        return Act("message", message.id, message.step, message.tries, frozenset(may)) if may else None
    if way is None or message is not None or way.step != row.step or way.state != EnrollmentState.STOPPED:
        return None
    may = {"retry"} if may_return(way.state, row.reason) else set()
    return Act("enrollment", way.id, way.step, way.tries, frozenset(may)) if may else None
