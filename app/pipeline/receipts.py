"""Station 7: what a channel tells later is kept, settles a doubt, and keeps us from writing where nobody wants or gets it.

Once per provider's own event, however often it is told. A receipt that names no message we know is obeyed all the same where
it names an address, and is set aside in the inbox with its reason: counted and shown with whatever else was set aside.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import log
from app.addresses import email_key
from app.model import Customer, Delivery, DeliveryState, Identity, Message, MessageState, OutcomeKind, Receipt, Store
from app.model.consent import SuppressionReason
from app.model.customer import IdentityKind
from app.model.message import MOVES, PROOFS, ReceiptKind
from app.pipeline import consent, ledger
from app.pipeline.suppress import Refusal, suppress
from app.pipeline.tombstones import is_buried
from app.policy import Reason
from app.rows import chunks, insert, insert_new, table_of
from app.runtime import Runtime
from connectors.records import ConsentState, Medium

CUSTOMER = table_of(Customer)
DELIVERY = table_of(Delivery)
IDENTITY = table_of(Identity)
MESSAGE = table_of(Message)
RECEIPT = table_of(Receipt)
STORE = table_of(Store)
TOPIC = "receipt"
STRANGE = "This receipt names no message that we know."
# A mailbox that is full for a month will not be read; one bad day proves nothing.
MOST_SOFT_BOUNCES = 5
SOFT_BOUNCES_COUNT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Told:
    """One event as a channel tells it. `store` is a public key, `message` our key or the Message-ID that holds it; a provider
    that knows neither names the message by `provider_id`."""

    kind: ReceiptKind
    provider_event: str
    at: datetime
    store: str | None = None
    message: str | None = None
    provider_id: str | None = None
    address: str | None = field(default=None, repr=False)
    detail: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _Case:
    """One receipt with whom it is about: the store, the medium, the customer's row where there is one."""

    told: Told
    store_id: int
    medium: str
    customer: Any | None
    source: str


def take(runtime: Runtime, receipts: Sequence[Told]) -> int:
    """Keep what is new among these receipts and act on it; how many were new. Safe to call again with the same ones."""
    count = 0
    for chunk in chunks(receipts):
        with runtime.database.write() as session:
            count += take_within(session, chunk, runtime=runtime)
    return count


def take_within(session: Session, receipts: Sequence[Told], *, runtime: Runtime) -> int:
    """As `take`, within the caller's transaction."""
    count, strangers = 0, []
    for told in receipts:
        message = _message(session, told)
        if message is not None:
            count += _keep(session, told, message=message, runtime=runtime)
        elif (store_id := _store(session, told)) is not None:
            strangers.append((store_id, told))
            _heed(session, _stranger(session, told, store_id=store_id), runtime=runtime)
        else:
            log.trouble("receipt_of_no_store", kind=told.kind)
    # Before the commit: set aside twice is once, and never would be a loss.
    _set_aside(runtime, strangers)
    return count


def _message(session: Session, told: Told) -> Any | None:
    """The message's row, locked; None where we know none, or it belongs to another store than was said."""
    query = sa.select(MESSAGE).join(STORE, STORE.c.id == MESSAGE.c.store_id).with_for_update(of=MESSAGE)
    if told.store is not None:
        query = query.where(STORE.c.public_key == told.store)
    if told.message:
        key = told.message.strip("<> ").partition("@")[0]
        return session.execute(query.where(MESSAGE.c.key == key)).first()
    if told.provider_id:
        found = session.execute(query.where(MESSAGE.c.provider_id == told.provider_id[:255]).limit(2)).all()
        return found[0] if len(found) == 1 else None
    return None


def _store(session: Session, told: Told) -> int | None:
    return session.scalar(sa.select(STORE.c.id).where(STORE.c.public_key == told.store))


def _keep(session: Session, told: Told, *, message: Any, runtime: Runtime) -> int:
    """1 where it is new: written down and acted on."""
    now = runtime.clock.now()
    customer = session.execute(sa.select(CUSTOMER).where(CUSTOMER.c.id == message.customer_id)).one()
    # Of somebody who was erased meanwhile nothing is kept that a provider may quote.
    detail = told.detail[:500] if told.detail and not _is_erased(customer) else None
    row = {"store_id": message.store_id, "message_id": message.id, "kind": told.kind, "at": min(told.at, now)}
    row |= {"provider_event": _event(told), "detail": detail, "heard_at": now}
    written = insert(session, RECEIPT).values(**row).on_conflict_do_nothing().returning(RECEIPT.c.id)
    if session.execute(written).first() is None:
        return 0
    _settle_doubt(session, told, message=message, now=now)
    source = f"receipt:{message.channel or 'unknown'}"
    _heed(session, _Case(told, message.store_id, message.medium, customer, source), runtime=runtime)
    return 1


def _is_erased(customer: Any) -> bool:
    return customer.gone_at is not None and not (customer.email or customer.phone or customer.external_id)


def _event(told: Told) -> str:
    """The provider's id of the event, or its hash where ours is the shorter column: cut ids might be equal."""
    given = told.provider_event
    return given if len(given) <= 255 else hashlib.sha256(given.encode()).hexdigest()


def _settle_doubt(session: Session, told: Told, *, message: Any, now: datetime) -> None:
    """Whatever is told of a message in doubt proves that it left, and of one that was queued again at least a proof does. One
    that is still `sending` is its worker's to settle."""
    state = MessageState(message.state)
    if state is MessageState.SENDING or MessageState.SENT not in MOVES[state]:
        return
    if state is MessageState.QUEUED and told.kind not in PROOFS:
        return
    values: dict[str, Any] = {"state": MessageState.SENT, "sent_at": min(told.at, now), "reason": None}
    if told.provider_id:
        values["provider_id"] = told.provider_id[:255]
    session.execute(sa.update(MESSAGE).where(MESSAGE.c.id == message.id).values(**values))
    entry = ledger.Entry(message, OutcomeKind.SENT, Reason.LEFT, seen={"receipt": told.kind})
    ledger.write(session, [entry], now=now)


def _stranger(session: Session, told: Told, *, store_id: int) -> _Case:
    """A receipt about a message that we do not know: the address alone says whom it concerns."""
    medium = Medium.EMAIL if email_key(told.address) else Medium.SMS
    holder = sa.select(IDENTITY.c.customer_id).where(
        IDENTITY.c.store_id == store_id,
        IDENTITY.c.kind == IdentityKind.EMAIL,
        IDENTITY.c.value == (email_key(told.address) or ""),
    )
    customer = session.execute(sa.select(CUSTOMER).where(CUSTOMER.c.id.in_(holder))).first()
    return _Case(told, store_id, medium, customer, f"receipt:{TOPIC}")


def _heed(session: Session, case: _Case, *, runtime: Runtime) -> None:
    """Act on what was told: an address that is no good is suppressed, a wish to be left alone is an answer."""
    if case.told.kind is ReceiptKind.UNSUBSCRIBED:
        _leave_alone(session, case, now=runtime.clock.now())
    elif case.told.kind is ReceiptKind.COMPLAINED:
        _suppress(session, case, reason=SuppressionReason.COMPLAINED, runtime=runtime)
    elif case.told.kind is ReceiptKind.BOUNCED or _is_fifth_soft_bounce(session, case, now=runtime.clock.now()):
        _suppress(session, case, reason=SuppressionReason.BOUNCED, runtime=runtime)


def _is_fifth_soft_bounce(session: Session, case: _Case, *, now: datetime) -> bool:
    """Whether so many messages bounced softly lately; a provider's tries of one message count once."""
    if case.told.kind is not ReceiptKind.SOFT_BOUNCED or case.customer is None:
        return False
    bounced = (
        sa.select(sa.func.count(RECEIPT.c.message_id.distinct()))
        .join(MESSAGE, MESSAGE.c.id == RECEIPT.c.message_id)
        .where(MESSAGE.c.customer_id == case.customer.id, MESSAGE.c.medium == case.medium)
        .where(RECEIPT.c.kind == ReceiptKind.SOFT_BOUNCED, RECEIPT.c.at > now - SOFT_BOUNCES_COUNT_FOR)
    )
    return session.execute(bounced).scalar_one() >= MOST_SOFT_BOUNCES


def _suppress(session: Session, case: _Case, *, reason: SuppressionReason, runtime: Runtime) -> None:
    """The address that was told, else the one that the customer has now; none that was erased is written down again."""
    address = case.told.address
    if address is None and case.customer is not None:
        address = case.customer.email if case.medium == Medium.EMAIL else case.customer.phone
    if not address or is_buried(session, runtime.signer, store_id=case.store_id, address=address):
        return
    refusal = Refusal(case.store_id, case.medium, address, reason, case.source)
    suppress(session, [refusal], now=runtime.clock.now())


def _leave_alone(session: Session, case: _Case, *, now: datetime) -> None:
    """They said no, by the channel's own way out. Somebody who is out already has nothing to add."""
    customer = case.customer
    if customer is None or _is_erased(customer):
        return
    if case.medium == Medium.EMAIL and customer.email_consent == ConsentState.UNSUBSCRIBED:
        return
    consent.answer(
        session,
        store_id=case.store_id,
        customer_id=customer.id,
        medium=case.medium,
        state=ConsentState.UNSUBSCRIBED,
        source=case.source,
        at=min(case.told.at, now),
        now=now,
    )


def _set_aside(runtime: Runtime, strangers: Sequence[tuple[int, Told]]) -> None:
    """Nothing is lost without a row that says so: a stranger's receipt lies with the deliveries that were set aside."""
    now = runtime.clock.now()
    rows = [
        {
            "store_id": store_id,
            "topic": TOPIC,
            "key": hashlib.sha256(told.provider_event.encode()).hexdigest(),
            "received_at": now,
            "body": msgspec.json.encode(told),
            "state": DeliveryState.ASIDE,
            "alarm_at": now,
            "tries": 0,
            "done_at": now,
            "reason": STRANGE,
        }
        for store_id, told in strangers
    ]
    if rows:
        with runtime.database.write_inbox() as session:
            insert_new(session, DELIVERY, rows=rows)
        log.trouble("receipts_set_aside", count=len(rows), stores=sorted({store_id for store_id, _ in strangers}))
