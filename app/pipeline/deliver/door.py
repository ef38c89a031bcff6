"""At the door: every gate is asked again on today's facts, and what may leave is marked, in one short transaction.

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

from app.facts import departures, elsewhere
from app.model import (
    Customer,
    Enrollment,
    EnrollmentState,
    Message,
    MessageState,
    OutcomeKind,
)
from app.pipeline import ledger
from app.pipeline.deliver.codes import given_away, worth
from app.pipeline.deliver.desk import Desk
from app.pipeline.deliver.doubts import doubted
from app.pipeline.deliver.envelopes import Text
from app.pipeline.deliver.pace import Pace, held
from app.pipeline.deliver.warmth import Warmth, keep, warmth_of
from app.pipeline.fair import PARKED, Row
from app.policy import Case, Decision, Reason, Standing, Verdict, decide
from app.questions import asked
from app.rows import among, bulk_update, table_of
from connectors.base import Ability
from connectors.records import Medium
from workflows.language import Purpose
from workflows.language.values import value

CUSTOMER = table_of(Customer)
ENROLLMENT = table_of(Enrollment)
MESSAGE = table_of(Message)
# Locked in the order of their ids.
QUEUED = (
    sa.select(MESSAGE.c.id, MESSAGE.c.alarm_at, MESSAGE.c.customer_id)
    .where(MESSAGE.c.state == MessageState.QUEUED)
    .order_by(MESSAGE.c.id)
    .with_for_update()
)
WRITTEN_TO = (CUSTOMER.c.id, CUSTOMER.c.email, CUSTOMER.c.phone, CUSTOMER.c.first_name, CUSTOMER.c.last_name)
PEOPLE = sa.select(*WRITTEN_TO, CUSTOMER.c.pace).order_by(CUSTOMER.c.id).with_for_update()
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


@value
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
class _Till:
    """What is counted while one store's messages are judged: the day's warm-up, and what each workflow's codes give away."""

    warmth: Warmth
    given: dict[str, int]


@dataclass(slots=True)
class _Written:
    """What one batch writes, gathered first and executed at once; `sending` are the ids of what may leave, by channel."""

    worker: str
    people: Mapping[int, Any]
    now: datetime
    sending: dict[str, list[int]] = field(default_factory=dict)
    ready: list[Ready] = field(default_factory=list)
    wanting: list[Wanting] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)
    entries: list[ledger.Entry] = field(default_factory=list)
    paces: dict[int, Pace] = field(default_factory=dict)
    warmths: list[Warmth] = field(default_factory=list)


def judge(session: Session, taken: Sequence[Row], *, desks: Mapping[int, Desk], worker: str, now: datetime) -> Judged:
    """Judge messages that were claimed, each by what lies on its store's desk; those that may leave are `sending` under this
    worker's name when this commits."""
    rows = _still(session, taken)
    people = _locked(session, sorted({row.customer_id for row in rows}))
    written = _Written(worker, people, now)
    for store_id in dict.fromkeys(row.store_id for row in rows):
        mine = [row for row in rows if row.store_id == store_id]
        desk = desks[store_id]
        till = _till(session, desk, rows=mine, now=now)
        for row in mine:
            _judge_one(desk, row, till=till, written=written)
        written.warmths.append(till.warmth)
    _write(session, written)
    return Judged(written.ready, written.wanting)


def _still(session: Session, taken: Sequence[Row]) -> list[Row]:
    """Those that are as they were when they were taken, in the order of judgement. Whose person became another one meanwhile is
    left until its lease is over: what was read was about the one before."""
    queued = set(asked(session, QUEUED, column=MESSAGE.c.id, values=sorted(row.id for row in taken)))
    still = [row for row in taken if (row.id, row.alarm_at, row.customer_id) in queued]
    return sorted(still, key=lambda row: (row.rank, row.due_at, row.id))


def _locked(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    return {row.id: row for row in asked(session, PEOPLE, column=CUSTOMER.c.id, values=ids)}


def _till(session: Session, desk: Desk, *, rows: Sequence[Row], now: datetime) -> _Till:
    store, config = desk.store, desk.runtime.config
    budgeted = {workflow.name for workflow, _ in desk.steps.values() if workflow.budget}
    # Whose code is made already asks for no place any more, and takes one.
    asking = [row.enrollment_id for row in rows if row.id in desk.seen and desk.seen[row.id][0].code is None]
    return _Till(
        warmth_of(session, store, sender=store.sender_address or config.mail_from, now=now),
        {one: given_away(session, store.id, workflow=one, now=now, but=asking) for one in budgeted},
    )


def _judge_one(desk: Desk, row: Row, *, till: _Till, written: _Written) -> None:
    pace: Pace = written.paces.get(row.customer_id) or written.people[row.customer_id].pace or {}
    verdict = _verdict(desk, row, till=till, pace=pace)
    percent = _missing_code(desk, row) if verdict.decision is Decision.SEND else 0
    if percent:
        verdict = _afford(desk, row, till=till, percent=percent)
    if percent and verdict.decision is Decision.SEND:
        written.wanting.append(Wanting(row, percent))
        return
    if verdict.decision is not Decision.SEND:
        _turned_away(row, verdict, written=written)
        return
    own = desk.texts.get((row.workflow, row.step))
    text = Text(row, desk.head, written.people[row.customer_id], facts=desk.seen[row.id][0], own=own)
    written.ready.append(Ready(row, text, written.now))
    written.sending.setdefault(desk.runtime.channels[row.medium].name, []).append(row.id)
    if row.purpose == Purpose.MARKETING:
        # A sender's name is warmed up with mailbox providers, which carry nothing else.
        till.warmth.taken += row.medium == Medium.EMAIL
        written.paces[row.customer_id] = held(
            pace, medium=row.medium, message_id=row.id, workflow=row.workflow, now=written.now
        )


def _missing_code(desk: Desk, row: Row) -> int:
    """How much the code gives that this message still needs; 0 where it has its code, or needs none."""
    _, step = desk.steps[row.workflow, row.step]
    code = step.send.code
    if code is None or desk.seen[row.id][0].code is not None:
        return 0
    connector = desk.runtime.connectors.get(desk.store.platform)
    makes_codes = connector is not None and Ability.MAKE_CODES in connector.abilities
    return desk.seen[row.id][0].dials[code.percent.name] if makes_codes else 0


def _afford(desk: Desk, row: Row, *, till: _Till, percent: int) -> Verdict:
    """Whether this month's budget for codes has room for this one; if so, it is reckoned with for the next."""
    workflow, _ = desk.steps[row.workflow, row.step]
    if workflow.budget is None:
        return Verdict(Decision.SEND, Reason.DUE)
    facts, given = desk.seen[row.id][0], till.given[row.workflow]
    with_this = given + worth(facts.customer.spent, facts.customer.orders, percent=percent)
    if with_this > facts.dials[workflow.budget.name] * facts.minor:
        return Verdict(Decision.DROP, Reason.OVER_BUDGET, {"given": given})
    till.given[row.workflow] = with_this
    return Verdict(Decision.SEND, Reason.DUE)


def _verdict(desk: Desk, row: Row, *, till: _Till, pace: Pace) -> Verdict:
    written = desk.steps.get((row.workflow, row.step))
    if written is None:
        return Verdict(Decision.DROP, Reason.WORKFLOW_GONE)
    if not desk.settings.is_on(row.workflow):
        return Verdict(Decision.DEFER, Reason.SWITCHED_OFF, until=PARKED)
    if row.medium not in desk.runtime.channels:
        return Verdict(Decision.DROP, Reason.NO_CHANNEL, {"medium": row.medium})
    if row.id not in desk.seen:
        return Verdict(Decision.DROP, Reason.CUSTOMER_GONE)
    facts, standing = desk.seen[row.id]
    case = Case(*written, facts, _counted(standing, pace, medium=row.medium), desk.law, row.due_at, row.id)
    return till.warmth.judged(decide(case), case)


def _counted(standing: Standing, pace: Pace, *, medium: str) -> Standing:
    """The standing with the places that are held by now: others may have been taken since the desk was laid."""
    if not (pace or standing.recent or standing.elsewhere):
        return standing
    recent, others = departures(pace, medium), elsewhere(pace, medium)
    if (recent, others) == (standing.recent, standing.elsewhere):
        return standing
    return replace(standing, recent=recent, elsewhere=others)


def _turned_away(row: Row, verdict: Verdict, *, written: _Written) -> None:
    written.entries.append(
        ledger.Entry(row, KINDS[verdict.decision], verdict.reason, seen=verdict.seen, until=verdict.until)
    )
    if verdict.decision is Decision.DEFER and verdict.until is not None:
        written.moves.append(_move(row, alarm_at=max(verdict.until, written.now), tries=0, reason=verdict.reason))
    else:
        written.moves.append(_move(row, state=MessageState.DROPPED, reason=verdict.reason))


def put_off(session: Session, rows: Sequence[Row], *, reason: Reason, now: datetime) -> None:
    """Messages that cannot be judged just now are asked about again soon, or dropped where they would be stale by then."""
    written = _Written("", {}, now)
    for row in _still(session, rows):
        until = now + ASK_AGAIN * 2 ** min(max(row.tries - 1, 0), 4)
        is_stale = until > row.stale_at
        kind = OutcomeKind.DROPPED if is_stale else OutcomeKind.DEFERRED
        written.entries.append(ledger.Entry(row, kind, reason, until=None if is_stale else until))
        change: dict[str, object] = {"state": MessageState.DROPPED} if is_stale else {"alarm_at": until}
        written.moves.append(_move(row, **change, reason=reason))
    _write(session, written)


COLUMNS = ("state", "alarm_at", "tries", "reason")


def _move(row: Row, **changes: object) -> dict[str, Any]:
    """A row's new values; what is not named stays as it is."""
    return {"id": row.id, **{name: changes.get(name, getattr(row, name)) for name in COLUMNS}}


def _write(session: Session, written: _Written) -> None:
    for channel, ids in written.sending.items():
        _mark_sending(session, ids, channel=channel, written=written)
    stopped = [one.row.enrollment_id for one in written.entries if one.kind is OutcomeKind.STOPPED]
    _keep_doubts(session, written)
    bulk_update(session, MESSAGE, rows=written.moves)
    paces = [{"id": customer_id, "pace": pace} for customer_id, pace in sorted(written.paces.items())]
    bulk_update(session, CUSTOMER, rows=paces)
    ledger.write(session, written.entries, now=written.now)
    keep(session, written.warmths)
    _stop(session, stopped)


def _keep_doubts(session: Session, written: _Written) -> None:
    gone = {move["id"]: move for move in written.moves if move["state"] == MessageState.DROPPED}
    doubts = doubted(session, [one for one in written.entries if one.row.id in gone])
    if doubts:
        written.entries = [doubts.get(one.row.id, one) for one in written.entries]
        for message_id, one in doubts.items():
            gone[message_id] |= {"state": MessageState.IN_DOUBT, "reason": one.reason}


def _mark_sending(session: Session, ids: Sequence[int], *, channel: str, written: _Written) -> None:
    """In one statement, for all of them become the same."""
    session.execute(
        sa.update(MESSAGE)
        .where(among(session, MESSAGE.c.id, values=sorted(ids)))
        .values(
            state=MessageState.SENDING, worker=written.worker, channel=channel, alarm_at=written.now + SENDING_LEASE
        )
    )


def _stop(session: Session, enrollments: Sequence[int]) -> None:
    """A stop ends the enrollment, whether it was said when the step fell due or here."""
    if enrollments:
        is_waiting = sa.and_(ENROLLMENT.c.id.in_(enrollments), ENROLLMENT.c.state == EnrollmentState.WAITING)
        session.execute(sa.update(ENROLLMENT).where(is_waiting).values(state=EnrollmentState.STOPPED))
