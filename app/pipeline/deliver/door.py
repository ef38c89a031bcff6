"""At the door: every gate is asked again on today's facts, and what may leave is marked, in one transaction.

The customers' rows are locked first, in the order of their ids, so that two workers never count the same person's messages
past each other. Several messages of one person are judged one after the other, the right of way first, and each sees the
places that those before it hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.facts import Ask, departures, gather, law_of
from app.model import (
    Customer,
    Enrollment,
    EnrollmentState,
    Message,
    MessageState,
    OutcomeKind,
    Store,
)
from app.pipeline import ledger
from app.pipeline.deliver.codes import given_away, worth
from app.pipeline.deliver.envelopes import Letterhead, Text, letterhead_of
from app.pipeline.deliver.pace import Pace, held
from app.pipeline.deliver.warmth import Warmth, keep, warmth_of
from app.pipeline.fair import PARKED, Row
from app.pipeline.texts import own_texts
from app.pipeline.versions import Settings, settings_of
from app.policy import Case, Decision, Law, Reason, Standing, Verdict, decide
from app.rows import among, bulk_update, table_of
from app.runtime import Runtime
from connectors.base import Ability
from workflows.language import Facts, Purpose

CUSTOMER = table_of(Customer)
ENROLLMENT = table_of(Enrollment)
MESSAGE = table_of(Message)
# Longer than any batch takes to hand over: only then may another machine believe that its worker is dead.
SENDING_LEASE = timedelta(minutes=30)
ASK_AGAIN = timedelta(minutes=5)
KINDS = {
    Decision.DEFER: OutcomeKind.DEFERRED,
    Decision.SKIP: OutcomeKind.SKIPPED,
    Decision.DROP: OutcomeKind.DROPPED,
    Decision.STOP: OutcomeKind.STOPPED,
    Decision.HOLD_OUT: OutcomeKind.HELD_OUT,
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A message that may leave: its row as it was, what it is made of, and when it was judged."""

    row: Row
    text: Text
    at: datetime


@dataclass(frozen=True, slots=True)
class Wanting:
    """A message that may leave as soon as it has its discount code, and how much that gives."""

    row: Row
    percent: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What may leave now, and what needs its code first."""

    ready: list[Ready]
    wanting: list[Wanting]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What lies on the desk while one store's messages are judged."""

    runtime: Runtime
    store: Store
    head: Letterhead
    law: Law
    settings: Settings
    given: dict[str, int]
    texts: Mapping[tuple[str, str], str]
    seen: Mapping[int, tuple[Facts, Standing]]
    people: Mapping[int, Any]
    warmth: Warmth
    now: datetime


@dataclass(slots=True)
class _Written:
    """What one batch writes, gathered first and executed at once."""

    ready: list[Ready] = field(default_factory=list)
    wanting: list[Wanting] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    entries: list[ledger.Entry] = field(default_factory=list)
    paces: dict[int, Pace] = field(default_factory=dict)
    warmths: list[Warmth] = field(default_factory=list)


def judge(session: Session, taken: Sequence[Row], *, runtime: Runtime, worker: str, now: datetime) -> Judged:
    """Judge messages that were claimed; those that may leave are `sending` under this worker's name when this commits."""
    rows = _still(session, taken)
    people = _locked(session, sorted({row.customer_id for row in rows}))
    written = _Written()
    for store_id in dict.fromkeys(row.store_id for row in rows):
        mine = [row for row in rows if row.store_id == store_id]
        desk = _desk(session, store_id, rows=mine, runtime=runtime, people=people, now=now)
        for row in mine:
            _judge_one(desk, row, written=written, worker=worker)
        written.warmths.append(desk.warmth)
    _write(session, written, now=now)
    return Judged(written.ready, written.wanting)


def _still(session: Session, taken: Sequence[Row]) -> list[Row]:
    """Those that are as they were when they were taken, in the order of judgement, with what their enrollment is about."""
    alarms = {row.id: row.alarm_at for row in taken}
    query = (
        sa.select(MESSAGE, ENROLLMENT.c.subject, ENROLLMENT.c.event_at, ENROLLMENT.c.version)
        .join(ENROLLMENT, ENROLLMENT.c.id == MESSAGE.c.enrollment_id)
        .where(among(session, MESSAGE.c.id, values=sorted(alarms)), MESSAGE.c.state == MessageState.QUEUED)
        .order_by(MESSAGE.c.id)
        .with_for_update(of=MESSAGE)
    )
    found = [row for row in session.execute(query) if row.alarm_at == alarms[row.id]]
    return sorted(found, key=lambda row: (row.rank, row.due_at, row.id))


def _locked(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    columns = (CUSTOMER.c.id, CUSTOMER.c.email, CUSTOMER.c.phone, CUSTOMER.c.first_name, CUSTOMER.c.last_name)
    query = sa.select(*columns, CUSTOMER.c.pace).where(among(session, CUSTOMER.c.id, values=ids))
    return {row.id: row for row in session.execute(query.order_by(CUSTOMER.c.id).with_for_update())}


def _desk(
    session: Session, store_id: int, *, rows: Sequence[Row], runtime: Runtime, people: Mapping[int, Any], now: datetime
) -> _Desk:
    store = session.get_one(Store, store_id)
    settings = settings_of(session, store_id, wanted={(row.workflow, row.version) for row in rows})
    turned = _turned(rows, settings=settings, runtime=runtime)
    asks = [_ask(row, turned=turned, runtime=runtime) for row in rows]
    budgeted = {row.workflow for row in rows if (one := runtime.workflows.get(row.workflow)) and one.budget}
    asking = [row.enrollment_id for row in rows]
    return _Desk(
        runtime=runtime,
        store=store,
        head=letterhead_of(store),
        law=law_of(store),
        settings=settings,
        given={one: given_away(session, store_id, workflow=one, now=now, but=asking) for one in budgeted},
        texts=own_texts(session, store_id),
        seen=gather(session, store, asks=asks, now=now, with_items=True),
        people=people,
        warmth=warmth_of(session, store, sender=store.sender_address or runtime.config.mail_from, now=now),
        now=now,
    )


Turned = Mapping[tuple[str, int], Mapping[str, int]]


def _turned(rows: Sequence[Row], *, settings: Settings, runtime: Runtime) -> Turned:
    """The dials of each workflow and version that these messages are of."""
    return {
        (name, version): workflow.turned(settings.dials(name, version=version))
        for name, version in {(row.workflow, row.version) for row in rows}
        if (workflow := runtime.workflows.get(name)) is not None
    }


def _ask(row: Row, *, turned: Turned, runtime: Runtime) -> Ask:
    workflow, dials = runtime.workflows.get(row.workflow), turned.get((row.workflow, row.version), {})
    said = (row.workflow, row.step) if workflow and workflow.asks_what_was_said else None
    return Ask(row.id, row.customer_id, row.subject, row.event_at, row.medium, dials, said)


def _judge_one(desk: _Desk, row: Row, *, written: _Written, worker: str) -> None:
    pace: Pace = written.paces.get(row.customer_id) or dict(desk.people[row.customer_id].pace or {})
    verdict = _verdict(desk, row, pace=pace)
    percent = _missing_code(desk, row) if verdict.decision is Decision.SEND else 0
    if percent:
        verdict = _afford(desk, row, percent=percent)
    if percent and verdict.decision is Decision.SEND:
        written.wanting.append(Wanting(row, percent))
        return
    if verdict.decision is not Decision.SEND:
        _turned_away(desk, row, verdict=verdict, written=written)
        return
    written.ready.append(Ready(row, _text(desk, row), desk.now))
    if row.purpose == Purpose.MARKETING:
        desk.warmth.taken += 1
        written.paces[row.customer_id] = held(
            pace, medium=row.medium, message_id=row.id, workflow=row.workflow, now=desk.now
        )
    sending = {"state": MessageState.SENDING, "worker": worker, "channel": desk.runtime.channels[row.medium].name}
    written.moves.append(_move(row, **sending, alarm_at=desk.now + SENDING_LEASE))


def _missing_code(desk: _Desk, row: Row) -> int:
    """How much the code gives that this message still needs; 0 where it has its code, or needs none."""
    code = desk.runtime.workflows[row.workflow].step(row.step).send.code
    facts = desk.seen[row.id][0]
    connector = desk.runtime.connectors.get(desk.store.platform)
    makes_codes = connector is not None and Ability.MAKE_CODES in connector.abilities
    return facts.dials[code.percent.name] if code and makes_codes and facts.code is None else 0


def _afford(desk: _Desk, row: Row, *, percent: int) -> Verdict:
    """Whether this month's budget for codes has room for this one; if so, it is reckoned with for the next."""
    budget = desk.runtime.workflows[row.workflow].budget
    if budget is None:
        return Verdict(Decision.SEND, Reason.DUE)
    facts, given = desk.seen[row.id][0], desk.given[row.workflow]
    with_this = given + worth(facts.customer.spent, facts.customer.orders, percent=percent)
    if with_this > facts.dials[budget.name] * facts.minor:
        return Verdict(Decision.DROP, Reason.OVER_BUDGET, {"given": given})
    desk.given[row.workflow] = with_this
    return Verdict(Decision.SEND, Reason.DUE)


def _verdict(desk: _Desk, row: Row, *, pace: Pace) -> Verdict:
    workflow = desk.runtime.workflows.get(row.workflow)
    if workflow is None or row.step not in {one.name for one in workflow.steps}:
        return Verdict(Decision.DROP, Reason.WORKFLOW_GONE)
    if not desk.settings.is_on(row.workflow):
        return Verdict(Decision.DEFER, Reason.SWITCHED_OFF, until=PARKED)
    if row.medium not in desk.runtime.channels:
        return Verdict(Decision.DROP, Reason.NO_CHANNEL, {"medium": row.medium})
    if row.id not in desk.seen:
        return Verdict(Decision.DROP, Reason.CUSTOMER_GONE)
    facts, standing = desk.seen[row.id]
    today = replace(standing, recent=departures(pace, row.medium))
    case = Case(workflow, workflow.step(row.step), facts, today, desk.law, row.due_at, row.id)
    return desk.warmth.judged(decide(case), case)


def _text(desk: _Desk, row: Row) -> Text:
    own = desk.texts.get((row.workflow, row.step))
    return Text(row, desk.head, desk.people[row.customer_id], facts=desk.seen[row.id][0], own=own)


def _turned_away(desk: _Desk, row: Row, *, verdict: Verdict, written: _Written) -> None:
    written.entries.append(
        ledger.Entry(row, KINDS[verdict.decision], verdict.reason, seen=verdict.seen, until=verdict.until)
    )
    if verdict.decision is Decision.DEFER and verdict.until is not None:
        written.moves.append(_move(row, alarm_at=max(verdict.until, desk.now), tries=0, reason=verdict.reason))
    else:
        written.moves.append(_move(row, state=MessageState.DROPPED, reason=verdict.reason))


def put_off(session: Session, rows: Sequence[Row], *, reason: Reason, now: datetime) -> None:
    """Messages that cannot be judged just now are asked about again soon, or dropped where they would be stale by then."""
    written = _Written()
    for row in _still(session, rows):
        until = now + ASK_AGAIN * 2 ** min(max(row.tries - 1, 0), 4)
        is_stale = until > row.stale_at
        kind = OutcomeKind.DROPPED if is_stale else OutcomeKind.DEFERRED
        written.entries.append(ledger.Entry(row, kind, reason, until=None if is_stale else until))
        change: dict[str, object] = {"state": MessageState.DROPPED} if is_stale else {"alarm_at": until}
        written.moves.append(_move(row, **change, reason=reason))
    _write(session, written, now=now)


COLUMNS = ("state", "worker", "channel", "alarm_at", "tries", "reason")


def _move(row: Row, **changes: object) -> dict[str, Any]:
    """A row's new values; what is not named stays as it is."""
    return {"id": row.id, **{name: changes.get(name, getattr(row, name)) for name in COLUMNS}}


def _write(session: Session, written: _Written, *, now: datetime) -> None:
    bulk_update(session, MESSAGE, rows=written.moves)
    paces = [{"id": customer_id, "pace": pace} for customer_id, pace in sorted(written.paces.items())]
    bulk_update(session, CUSTOMER, rows=paces)
    ledger.write(session, written.entries, now=now)
    keep(session, written.warmths)
    _stop(session, [one.row.enrollment_id for one in written.entries if one.kind is OutcomeKind.STOPPED])


def _stop(session: Session, enrollments: Sequence[int]) -> None:
    """A stop ends the enrollment, whether it was said when the step fell due or here."""
    if enrollments:
        is_waiting = sa.and_(ENROLLMENT.c.id.in_(enrollments), ENROLLMENT.c.state == EnrollmentState.WAITING)
        session.execute(sa.update(ENROLLMENT).where(is_waiting).values(state=EnrollmentState.STOPPED))
