"""What people send back: STOP is obeyed in every store that holds the number or address, START takes back what STOP took."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.addresses import email_key, phone_key
from app.model import Customer, Identity
from app.model.consent import Consent, SuppressionReason
from app.model.customer import IdentityKind
from app.pipeline import consent
from app.pipeline.suppress import Refusal, suppress, undo
from app.rows import table_of
from connectors.receipts import Reply
from connectors.records import ConsentState, Medium

CONSENT = table_of(Consent)
CUSTOMER = table_of(Customer)
IDENTITY = table_of(Identity)


def obey(session: Session, replies: Sequence[Reply], *, now: datetime) -> int:
    """Act on each; how many people answered.

    A number that sends for many stores does not tell which one was meant, and the carrier closes it for all of them: a no
    counts in every store where somebody has that number. A yes gives back no more than a no by the same way took.
    """
    count = sum(_obey(session, reply, now=now) for reply in replies)
    if replies:
        log.done("replies_obeyed", count=count)
    return count


def _obey(session: Session, reply: Reply, *, now: datetime) -> int:
    is_text = reply.medium is not Medium.EMAIL
    address = phone_key(reply.address) if is_text else email_key(reply.address)
    if address is None:
        return 0
    kind = IdentityKind.PHONE if is_text else IdentityKind.EMAIL
    holders = _holders(session, kind, address=address)
    people = [
        one for one in holders if reply.state is ConsentState.UNSUBSCRIBED or _had_stopped(session, one, reply=reply)
    ]
    for store_id, customer_id in people:
        consent.answer(
            session,
            store_id=store_id,
            customer_id=customer_id,
            medium=reply.medium,
            state=reply.state,
            source=reply.source,
            at=min(reply.at, now),
            now=now,
        )
    _write(session, reply, address=address, stores=sorted({store_id for store_id, _ in people}), now=now)
    return len(people)


def _holders(session: Session, kind: IdentityKind, *, address: str) -> list[tuple[int, int]]:
    """(store, customer) of everybody who goes by this address, or has it on their row."""
    column = CUSTOMER.c.phone if kind is IdentityKind.PHONE else CUSTOMER.c.email
    by_name = sa.select(IDENTITY.c.store_id, IDENTITY.c.customer_id).where(
        IDENTITY.c.kind == kind, IDENTITY.c.value == address
    )
    by_row = sa.select(CUSTOMER.c.store_id, CUSTOMER.c.id).where(column == address)
    found = session.execute(sa.union(by_name, by_row)).all()
    return sorted((store_id, customer_id) for store_id, customer_id in found)


def _had_stopped(session: Session, holder: tuple[int, int], *, reply: Reply) -> bool:
    """Whether the last answer was a no that came by this same way."""
    query = (
        sa.select(CONSENT.c.state, CONSENT.c.source)
        .where(CONSENT.c.customer_id == holder[1], CONSENT.c.medium == reply.medium)
        .order_by(CONSENT.c.at.desc(), CONSENT.c.id.desc())
    )
    last = session.execute(query.limit(1)).first()
    way = reply.source.partition(":")[0]
    return last is not None and last.state == ConsentState.UNSUBSCRIBED and last.source.partition(":")[0] == way


def _write(session: Session, reply: Reply, *, address: str, stores: Sequence[int], now: datetime) -> None:
    if reply.state is ConsentState.UNSUBSCRIBED:
        no = SuppressionReason.UNSUBSCRIBED
        suppress(session, [Refusal(one, reply.medium, address, no, reply.source) for one in stores], now=now)
        return
    for store_id in stores:
        only = SuppressionReason.UNSUBSCRIBED
        undo(session, store_id, medium=reply.medium, address=address, now=now, only=only)
