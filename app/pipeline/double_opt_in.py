"""Double opt-in: what was typed into a form is asked once more of the mailbox itself, and only its owner's yes is a consent.

Anybody may type anybody's address: so one question goes out a day and no more than a few in all, and it says to do nothing
where it was not them. The question belongs to what they did, is no marketing, and is asked of nobody who is suppressed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.addresses import email_key
from app.choices import choices_of
from app.links import confirm_url
from app.model import Confirmation, Customer, Store, Suppression
from app.model.confirmation import ConfirmationState
from app.model.consent import SuppressionReason
from app.pipeline import consent
from app.pipeline.asking import question
from app.pipeline.consent import Given
from app.pipeline.fair import claim
from app.pipeline.suppress import undo
from app.policy.consent import CONFIRMED
from app.rows import chunks, table_of
from app.runtime import Runtime
from connectors.errors import InDoubt, Permanent, Temporary, Unsupported
from connectors.records import ConsentRecord, ConsentState, Medium

CONFIRMATION, CUSTOMER, SUPPRESSION = map(table_of, (Confirmation, Customer, Suppression))
LEASE = timedelta(minutes=5)
# Whoever holds the channel holds up the other messages that leave by it.
LONGEST_ROUND = timedelta(seconds=25)
REST = timedelta(days=1)
MOST_QUESTIONS = 3
COUNT_FOR = timedelta(days=90)
MOST_TRIES = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asked for in somebody's name, and what stood on it."""

    source: str
    wording: str
    proof: Mapping[str, str]
    asked_from: str | None = None


def ask(session: Session, wish: Wish, *, store_id: int, customer_id: int, now: datetime) -> bool:
    """Write down that somebody may want e-mail, and have their mailbox asked. False where it was asked often enough."""
    asked = sa.select(CONFIRMATION.c.asked_at).where(
        CONFIRMATION.c.customer_id == customer_id, CONFIRMATION.c.asked_at > now - COUNT_FOR
    )
    before = list(session.scalars(asked))
    if len(before) >= MOST_QUESTIONS or any(at > now - REST for at in before):
        return False
    pending = Given(
        Medium.EMAIL,
        ConsentState.PENDING,
        wish.source,
        now,
        wording=wish.wording,
        proof=wish.proof,
        asked_from=wish.asked_from,
    )
    consent.give(session, pending, store_id=store_id, customer_id=customer_id, now=now)
    values = {"source": wish.source[:80], "wording": wish.wording, "proof": dict(wish.proof)}
    session.add(Confirmation(store_id=store_id, customer_id=customer_id, asked_at=now, alarm_at=now, **values))
    session.flush()
    return True


def follow_up(session: Session, store: Store, *, answers: Sequence[tuple[int, ConsentRecord]], now: datetime) -> None:
    """Where the merchant wishes it, ask the mailboxes of those who just signed up with a single opt-in in a country where that
    is no proof. What is told twice, or was before the store was live, asks nobody again."""
    chosen = choices_of(store)
    if not chosen.asks_twice:
        return
    fresh = {
        who: one
        for who, one in answers
        if one.medium is Medium.EMAIL and one.state is ConsentState.SUBSCRIBED
        if one.opt_in_level != CONFIRMED and one.at >= store.live_since
    }
    asked = sa.exists().where(CONFIRMATION.c.customer_id == CUSTOMER.c.id)
    query = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.country.in_(chosen.double_opt_in), ~asked)
    for chunk in chunks(sorted(fresh)):
        for who in session.scalars(query.where(CUSTOMER.c.id.in_(chunk))).all():
            wish = Wish(fresh[who].source, fresh[who].wording or "", {"told_by": store.platform})
            ask(session, wish, store_id=store.id, customer_id=who, now=now)


def confirm(session: Session, store_id: int, *, confirmation_id: int, asked_from: str | None, now: datetime) -> bool:
    """The mailbox said yes. True also where it had said so before; False where nothing was asked, or who it was is gone.

    Where its own no stands as a suppression, the later yes lifts that, and says so in the history of consent; a complaint or a
    dead address stands.
    """
    query = sa.select(CONFIRMATION).where(CONFIRMATION.c.id == confirmation_id, CONFIRMATION.c.store_id == store_id)
    row = session.execute(query.with_for_update()).first()
    if row is None or row.state not in {ConfirmationState.SENT, ConfirmationState.CONFIRMED}:
        return False
    if row.state == ConfirmationState.CONFIRMED:
        return True
    lifted = _lift(session, store_id, customer_id=row.customer_id, now=now)
    said = Given(
        Medium.EMAIL,
        ConsentState.SUBSCRIBED,
        f"double_opt_in:{row.source}"[:80],
        now,
        wording=row.wording,
        level=CONFIRMED,
        proof={**(row.proof or {}), "asked_at": row.asked_at.isoformat(), **lifted},
        asked_from=asked_from,
    )
    consent.give(session, said, store_id=store_id, customer_id=row.customer_id, now=now)
    _end(session, row.id, state=ConfirmationState.CONFIRMED, now=now)
    return True


def _lift(session: Session, store_id: int, *, customer_id: int, now: datetime) -> dict[str, str]:
    """Take back what their own no suppressed; which row that was, for the proof."""
    address = session.scalar(sa.select(CUSTOMER.c.email).where(CUSTOMER.c.id == customer_id))
    own = SuppressionReason.UNSUBSCRIBED
    lifted = undo(session, store_id, medium=Medium.EMAIL, address=address, now=now, only=own) if address else None
    return {} if lifted is None else {"lifted_suppression": str(lifted)}


def send_questions(runtime: Runtime, *, limit: int = 50) -> int:
    """Ask the mailboxes that wait; how many were taken up. Asked twice after a crash is no harm, and what a slow mail server
    leaves no time for rests under its lease."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        rows = claim(session, CONFIRMATION, states=(ConfirmationState.WAITING,), now=now, lease=LEASE, limit=limit)
    for row in rows:
        if runtime.clock.now() > now + LONGEST_ROUND:
            break
        state = _send(runtime, row)
        if state is not None:
            with runtime.database.write() as session:
                _end(session, row.id, state=state, now=runtime.clock.now())
    return len(rows)


def _send(runtime: Runtime, row: Any) -> ConfirmationState | None:
    """How it ended; None where it is tried again."""
    with runtime.database.read() as session:
        store, customer = session.get_one(Store, row.store_id), session.get_one(Customer, row.customer_id)
        may_ask = customer.email is not None and not _is_suppressed(session, store.id, address=customer.email)
    channel = runtime.channels.get(Medium.EMAIL)
    if channel is None or not may_ask or row.tries > MOST_TRIES:
        return ConfirmationState.GIVEN_UP
    whose = {"store_id": store.id, "confirmation_id": row.id, "address": customer.email or ""}
    link = confirm_url(runtime.signer, runtime.config.app_url, **whose)
    asking = question(row, store, customer=customer, link=link, config=runtime.config)
    try:
        channel.send(asking)
    except (Permanent, Unsupported) as error:
        log.trouble("question_refused", store_id=store.id, confirmation_id=row.id, error=error)
        return ConfirmationState.GIVEN_UP
    except (Temporary, InDoubt):
        return None
    log.done("question_sent", store_id=store.id, confirmation_id=row.id)
    return ConfirmationState.SENT


def _is_suppressed(session: Session, store_id: int, *, address: str) -> bool:
    """An address that bounced or complained is not asked; one that only unsubscribed may have changed its mind."""
    where = (SUPPRESSION.c.store_id == store_id, SUPPRESSION.c.medium == Medium.EMAIL)
    query = sa.select(SUPPRESSION.c.reason).where(*where, SUPPRESSION.c.undone_at.is_(None))
    reason = session.scalar(query.where(SUPPRESSION.c.address == (email_key(address) or "")))
    return reason is not None and reason != SuppressionReason.UNSUBSCRIBED


def _end(session: Session, number: int, *, state: ConfirmationState, now: datetime) -> None:
    session.execute(sa.update(CONFIRMATION).where(CONFIRMATION.c.id == number).values(state=state, ended_at=now))
