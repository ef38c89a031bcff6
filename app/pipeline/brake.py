"""The brake: where too much of what was sent comes back or is complained about, marketing stops until it is safe.

Watched often enough that a receipt acts within a minute. What is on stands in `Brake` with its counts, and on the store's row
as the law reads it; both are written in one transaction under the store's lock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.db import EPOCH, MICROSECOND
from app.model import Brake, DeedKind, Enrollment, EnrollmentState, Message, MessageState, Outcome, Receipt, Store
from app.model.message import ReceiptKind
from app.pipeline.by_hand.deeds import Hand, NotTheirsError, On, did
from app.policy import Reason
from app.policy.brakes import COUNTS_FOR, LASTS, MOST_COUNTED, WHOLE_STORE, Sent, Trouble, trouble_in
from app.rows import table_of
from app.runtime import Runtime
from workflows.language import Purpose

BRAKE = table_of(Brake)
ENROLLMENT = table_of(Enrollment)
MESSAGE = table_of(Message)
OUTCOME = table_of(Outcome)
RECEIPT = table_of(Receipt)
STORE = table_of(Store)
BAD = {ReceiptKind.COMPLAINED: Trouble.COMPLAINTS, ReceiptKind.BOUNCED: Trouble.BOUNCES}
# The words stand in the statement itself: a bound value would not let either database use the index of what is bad, and this
# is asked several times a minute for ever.
IS_BAD = RECEIPT.c.kind.in_([sa.literal_column(f"'{kind}'") for kind in sorted(BAD)])
WENT_OUT = (MessageState.SENT, MessageState.FAILED, MessageState.IN_DOUBT)
# Longer than from one look to the next, so that none is missed; the same receipt seen twice changes nothing.
HEARD_LATELY = timedelta(minutes=5)
SENTENCES = {
    Trouble.COMPLAINTS: "{bad} of the last {sent} messages were reported as spam.",
    Trouble.BOUNCES: "{bad} of the last {sent} messages came back for good.",
}


@dataclass(frozen=True, slots=True)
class Braked:
    """One brake as the merchant sees it; `workflow` is empty for the whole store. It is on while nobody let it go and `until`
    has not come."""

    id: int
    workflow: str
    trouble: Trouble
    sent: int
    bad: int
    at: datetime
    until: datetime
    released_at: datetime | None
    released_by: str | None

    def is_on(self, now: datetime) -> bool:
        return self.released_at is None and now < self.until

    @property
    def sentence(self) -> str:
        what = "This workflow rests" if self.workflow else "All marketing rests"
        return f"{SENTENCES[self.trouble].format(bad=self.bad, sent=self.sent)} {what} until {self.until:%d %B}."


def watch(runtime: Runtime) -> int:
    """Look at every store that heard of a complaint or a dead address lately; how many brakes were put on."""
    now = runtime.clock.now()
    with runtime.database.read() as session:
        found = session.execute(_lately(now)).all()
    places: dict[int, set[str]] = {}
    for row in found:
        places.setdefault(row.store_id, set()).add(row.workflow)
    return sum(_look(runtime, store_id, workflows=workflows, now=now) for store_id, workflows in sorted(places.items()))


def _lately(now: datetime) -> sa.Select[Any]:
    return (
        sa.select(MESSAGE.c.store_id, MESSAGE.c.workflow)
        .join(RECEIPT, RECEIPT.c.message_id == MESSAGE.c.id)
        .where(IS_BAD, RECEIPT.c.heard_at > now - HEARD_LATELY)
        .where(MESSAGE.c.purpose == Purpose.MARKETING)
        .distinct()
    )


def _look(runtime: Runtime, store_id: int, *, workflows: set[str], now: datetime) -> int:
    with runtime.database.write() as session:
        held = session.execute(sa.select(STORE.c.id).where(STORE.c.id == store_id).with_for_update()).first()
        past = brakes(session, store_id, limit=200) if held else []
        scopes = sorted({WHOLE_STORE, *workflows}) if held else []
        put_on = [one for one in scopes if _put_on(session, store_id, scope=one, past=past, now=now)]
        if put_on:
            _tell_the_law(session, store_id, now=now)
    for scope in put_on:
        log.trouble("brake_put_on", store_id=store_id, workflow=scope or "all")
    return len(put_on)


def _put_on(session: Session, store_id: int, *, scope: str, past: Sequence[Braked], now: datetime) -> bool:
    """Brake where it must be; what was sent before the last brake ended was paid for already."""
    last = next((one for one in past if one.workflow == scope), None)
    if last is not None and last.is_on(now):
        return False
    ended = None if last is None else min(last.released_at or last.until, last.until)
    since = max(now - COUNTS_FOR, ended or now - COUNTS_FOR)
    sent = counted(session, store_id, workflow=scope, since=since)
    trouble = trouble_in(sent)
    if trouble is None:
        return False
    bad = sent.complaints if trouble is Trouble.COMPLAINTS else sent.bounces
    row = {"store_id": store_id, "workflow": scope, "trouble": trouble, "sent": sent.messages, "bad": bad}
    session.execute(sa.insert(BRAKE).values(**row, at=now, until=now + LASTS))
    return True


def counted(session: Session, store_id: int, *, workflow: str, since: datetime) -> Sent:
    """The last marketing messages of a store or of one workflow, at most 5,000, and what came back of them."""
    mine = [MESSAGE.c.store_id == store_id, MESSAGE.c.purpose == Purpose.MARKETING, MESSAGE.c.state.in_(WENT_OUT)]
    mine += [MESSAGE.c.created_at > since] + ([MESSAGE.c.workflow == workflow] if workflow else [])
    latest = sa.select(MESSAGE.c.id).where(*mine).order_by(MESSAGE.c.created_at.desc()).limit(MOST_COUNTED).subquery()
    messages = session.scalar(sa.select(sa.func.count()).select_from(latest)) or 0
    query = (
        sa.select(RECEIPT.c.kind, sa.func.count(RECEIPT.c.message_id.distinct()))
        .join(latest, latest.c.id == RECEIPT.c.message_id)
        .where(RECEIPT.c.kind.in_(sorted(BAD)))
        .group_by(RECEIPT.c.kind)
    )
    bad: dict[str, int] = dict(tuple(row) for row in session.execute(query))
    return Sent(messages, bad.get(ReceiptKind.COMPLAINED, 0), bad.get(ReceiptKind.BOUNCED, 0))


def brakes(session: Session, store_id: int, *, limit: int = 20) -> list[Braked]:
    """The store's brakes, the newest first, also those that are off."""
    query = sa.select(BRAKE).where(BRAKE.c.store_id == store_id).order_by(BRAKE.c.id.desc()).limit(limit)
    return [_braked(row) for row in session.execute(query)]


def _braked(row: Any) -> Braked:
    return Braked(
        row.id,
        row.workflow,
        Trouble(row.trouble),
        row.sent,
        row.bad,
        row.at,
        row.until,
        released_at=row.released_at,
        released_by=row.released_by,
    )


def release(session: Session, hand: Hand, *, brake_id: int) -> bool:
    """Let go: what waited is asked about anew at once. False where it was off already. Raises NotTheirsError."""
    session.execute(sa.select(STORE.c.id).where(STORE.c.id == hand.store_id).with_for_update())
    row = session.execute(sa.select(BRAKE).where(BRAKE.c.id == brake_id, BRAKE.c.store_id == hand.store_id)).first()
    if row is None:
        raise NotTheirsError
    if not _braked(row).is_on(hand.now):
        return False
    values = {"released_at": hand.now, "released_by": hand.actor[:64]}
    session.execute(sa.update(BRAKE).where(BRAKE.c.id == brake_id).values(**values))
    did(session, hand, kind=DeedKind.BRAKE_RELEASED, on=On(about=brake_id, workflow=row.workflow or None))
    _tell_the_law(session, hand.store_id, now=hand.now)
    _wake(session, hand.store_id, workflow=row.workflow, now=hand.now)
    return True


def _tell_the_law(session: Session, store_id: int, *, now: datetime) -> None:
    """What is on, as the law reads it from the store's row."""
    on = {
        one.workflow: [_micros(one.at), _micros(one.until)]
        for one in brakes(session, store_id, limit=200)
        if one.is_on(now)
    }
    session.execute(sa.update(STORE).where(STORE.c.id == store_id).values(brakes=on))


def _micros(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND


def _wake(session: Session, store_id: int, *, workflow: str, now: datetime) -> None:
    """Whatever waits for this brake alone falls due now; the law decides anew."""
    held = [MESSAGE.c.store_id == store_id, MESSAGE.c.state == MessageState.QUEUED, MESSAGE.c.reason == Reason.BRAKED]
    waits = [OUTCOME.c.store_id == store_id, OUTCOME.c.reason == Reason.BRAKED, OUTCOME.c.until > now]
    if workflow:
        held.append(MESSAGE.c.workflow == workflow)
        waits.append(OUTCOME.c.workflow == workflow)
    session.execute(sa.update(MESSAGE).where(*held).values(alarm_at=now))
    theirs = (
        ENROLLMENT.c.id.in_(sa.select(OUTCOME.c.enrollment_id).where(*waits)),
        ENROLLMENT.c.state == EnrollmentState.WAITING,
    )
    # Whatever was put ahead for another reason since then, such as a switch, keeps its own time.
    same = OUTCOME.c.until == ENROLLMENT.c.alarm_at
    last = sa.exists().where(OUTCOME.c.enrollment_id == ENROLLMENT.c.id, same, *waits)
    session.execute(sa.update(ENROLLMENT).where(*theirs, last).values(alarm_at=now))
