"""What became of messages that were handed over: one transaction moves them all, and the ledger says each one's reason."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.model import Customer, Message, MessageState, OutcomeKind, Receipt
from app.model.consent import SuppressionReason
from app.model.message import ReceiptKind
from app.pipeline import ledger
from app.pipeline.deliver.pace import without
from app.pipeline.deliver.warmth import give_back
from app.pipeline.fair import Row
from app.pipeline.suppress import Refusal, suppress
from app.policy import Reason
from app.policy.consent import EMAIL
from app.questions import asked
from app.rows import bulk_update, insert_new, table_of
from app.runtime import Runtime
from workflows.language import Purpose, Workflow
from workflows.language.values import value

CUSTOMER = table_of(Customer)
MESSAGE = table_of(Message)
RECEIPT = table_of(Receipt)
WORKER = sa.bindparam("worker", type_=sa.String)
OURS = (
    sa.select(MESSAGE.c.id, MESSAGE.c.state).where(MESSAGE.c.worker == WORKER).order_by(MESSAGE.c.id).with_for_update()
)
SHORTEST_WAIT = timedelta(seconds=1)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
MOST_JITTER = timedelta(seconds=30)


class Fate(StrEnum):
    """What became of a message. `again` goes back to the queue and rests; so does `repeated`, which may have left, but somebody
    waits for it; `untried` goes back as if nothing had been; `unwritable` is one whose text could not be filled in."""

    LEFT = "left"
    AGAIN = "again"
    REPEATED = "repeated"
    UNTRIED = "untried"
    REFUSED = "refused"
    UNWRITABLE = "unwritable"
    IN_DOUBT = "in_doubt"


@value
class Settlement:
    """One message's fate. `why` is the sentence of `channel`, `wait` what it asked us to wait, `bad_address` an address at
    which nothing will ever be accepted, `domain` the recipient's where that alone was slowed down."""

    row: Row
    fate: Fate
    at: datetime
    provider_id: str | None = None
    why: str = ""
    wait: timedelta | None = None
    bad_address: str | None = None
    channel: str = ""
    domain: str | None = None


def settle(
    session: Session, settlements: Sequence[Settlement], *, runtime: Runtime, worker: str, now: datetime
) -> list[Settlement]:
    """Write down what became of the messages that `worker` was sending; those that were settled. Whoever got a goodbye is left
    in peace from now on, also where nobody can say for sure that it left.

    One that somebody else settled meanwhile is left alone, but for a doubt: that it left after all ends every doubt.
    """
    ours = _ours(session, settlements, worker=worker)
    bulk_update(session, MESSAGE, rows=[_move(one, worker=worker, now=now) for one in ours])
    ledger.write(session, [entry for one in ours if (entry := _entry(one, now=now)) is not None], now=now)
    stayed = [one for one in ours if one.fate in STAYED and one.row.purpose == Purpose.MARKETING]
    _give_places_back(session, stayed)
    mails = [(one.row.store_id, one.at) for one in stayed if one.row.medium == EMAIL]
    give_back(session, mails, default_sender=runtime.config.mail_from)
    refusals = [
        Refusal(one.row.store_id, one.row.medium, one.bad_address, SuppressionReason.BOUNCED, one.channel)
        for one in ours
        if one.bad_address
    ]
    suppress(session, refusals, now=now)
    _note_bounces(session, ours, now=now)
    _lay_to_rest(session, ours, goodbyes=_goodbyes(runtime.workflows), now=now)
    return ours


Goodbyes = frozenset[tuple[str, str]]


def _goodbyes(workflows: Mapping[str, Workflow]) -> Goodbyes:
    """The (workflow, step) after which somebody is left in peace."""
    return frozenset((name, step.name) for name, one in workflows.items() for step in one.steps if step.puts_to_rest)


def _lay_to_rest(session: Session, ours: Sequence[Settlement], *, goodbyes: Goodbyes, now: datetime) -> None:
    said = {one.row.customer_id for one in ours if one.fate in SAID and (one.row.workflow, one.row.step) in goodbyes}
    if said:
        session.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id.in_(said)).values(resting_since=now))


def _note_bounces(session: Session, ours: Sequence[Settlement], *, now: datetime) -> None:
    """An address that was refused at the door counts like one that a provider tells of later."""
    rows = [
        {
            "store_id": one.row.store_id,
            "message_id": one.row.id,
            "kind": ReceiptKind.BOUNCED,
            "provider_event": f"door:{one.row.id}",
            "at": one.at,
            "heard_at": now,
        }
        for one in ours
        if one.bad_address
    ]
    insert_new(session, RECEIPT, rows=rows)


SAID = frozenset({Fate.LEFT, Fate.IN_DOUBT})
STAYED = frozenset({Fate.AGAIN, Fate.REPEATED, Fate.UNTRIED, Fate.REFUSED, Fate.UNWRITABLE})
STATES = {
    Fate.LEFT: MessageState.SENT,
    Fate.AGAIN: MessageState.QUEUED,
    Fate.REPEATED: MessageState.QUEUED,
    Fate.UNTRIED: MessageState.QUEUED,
    Fate.REFUSED: MessageState.FAILED,
    Fate.UNWRITABLE: MessageState.FAILED,
    Fate.IN_DOUBT: MessageState.IN_DOUBT,
}
REASONS = {
    Fate.LEFT: (OutcomeKind.SENT, Reason.LEFT),
    Fate.AGAIN: (OutcomeKind.DEFERRED, Reason.TRY_AGAIN),
    Fate.REPEATED: (OutcomeKind.DEFERRED, Reason.MAY_HAVE_LEFT),
    Fate.REFUSED: (OutcomeKind.FAILED, Reason.REFUSED),
    Fate.UNWRITABLE: (OutcomeKind.FAILED, Reason.BAD_TEXT),
    Fate.IN_DOUBT: (OutcomeKind.IN_DOUBT, Reason.CRASHED_WHILE_SENDING),
}


def _ours(session: Session, settlements: Sequence[Settlement], *, worker: str) -> list[Settlement]:
    """Those that still carry this worker's name and are open, locked."""
    ids = sorted(one.row.id for one in settlements)
    states = dict(asked(session, OURS, column=MESSAGE.c.id, values=ids, worker=worker))
    return [one for one in settlements if _is_open(one, states.get(one.row.id))]


def _is_open(one: Settlement, state: str | None) -> bool:
    return state == MessageState.SENDING or (state == MessageState.IN_DOUBT and one.fate is Fate.LEFT)


def _move(one: Settlement, *, worker: str, now: datetime) -> dict[str, Any]:
    goes_back = STATES[one.fate] is MessageState.QUEUED
    return {
        "id": one.row.id,
        "state": STATES[one.fate].value,
        "reason": one.why[:500] or None,
        "provider_id": one.provider_id and one.provider_id[:255],
        "worker": None if goes_back else worker,
        "alarm_at": next_try(one, now=now) if goes_back else now,
        "sent_at": one.at if one.fate is Fate.LEFT else None,
    }


def _entry(one: Settlement, *, now: datetime) -> ledger.Entry | None:
    if one.fate is Fate.UNTRIED:
        return None
    kind, reason = REASONS[one.fate]
    seen = {"why": one.why[:200]} if one.why else {}
    until = next_try(one, now=now) if one.fate in {Fate.AGAIN, Fate.REPEATED} else None
    return ledger.Entry(one.row, kind, reason, seen=seen, until=until)


def next_try(one: Settlement, *, now: datetime) -> datetime:
    """When a message that stayed is tried again: later each time and not all at once, and a last time as it grows stale."""
    if one.fate is Fate.UNTRIED:
        return now + (one.wait or timedelta(0))
    doubled = min(FIRST_WAIT * 2 ** min(max(one.row.tries - 1, 0), 10), LONGEST_WAIT)
    jitter = MOST_JITTER * (crc32(f"{one.row.key}:{one.row.tries}".encode()) / 2**32)
    wait = doubled if one.wait is None else max(one.wait, SHORTEST_WAIT)
    stale_at: datetime = one.row.stale_at
    # Never at once: whoever fails in the very moment of growing stale would be tried again without end.
    return min(now + wait + jitter, max(stale_at, now + SHORTEST_WAIT))


def _give_places_back(session: Session, stayed: Sequence[Settlement]) -> None:
    """A message that did not leave holds up no other one."""
    for one in sorted(stayed, key=lambda one: int(one.row.customer_id)):
        query = sa.select(CUSTOMER.c.pace).where(CUSTOMER.c.id == one.row.customer_id).with_for_update()
        pace = session.execute(query).scalar() or {}
        kept = without(pace, medium=one.row.medium, message_id=one.row.id)
        session.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id == one.row.customer_id).values(pace=kept))
