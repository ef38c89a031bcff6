"""One person is erased from every table. What the store's books and honest counts need stays, and leads to nobody.

The customer's row stays as an empty shell, so that its id is never given to somebody else: an old unsubscribe link names it,
and messages, outcomes and codes hang on it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.keys import Signer
from app.model import (
    Checkout,
    Confirmation,
    Consent,
    Customer,
    Device,
    DiscountCode,
    Enrollment,
    EnrollmentState,
    Event,
    Forecast,
    Identity,
    Interest,
    Message,
    MessageState,
    Note,
    Order,
    Outcome,
    OutcomeKind,
    PrivacyRequest,
    Receipt,
    Review,
    ShortLink,
    Suppression,
    SyncRun,
    Tag,
)
from app.pipeline import ledger
from app.pipeline.erase.names import Names
from app.pipeline.tombstones import bury
from app.policy import Reason
from app.rows import table_of
from connectors.records import Kind

CUSTOMER, ENROLLMENT, MESSAGE, ORDER = map(table_of, (Customer, Enrollment, Message, Order))
RECEIPT, REQUEST, RUN, SUPPRESSION = map(table_of, (Receipt, PrivacyRequest, SyncRun, Suppression))
DELETED = tuple(map(table_of, (Event, Interest, Checkout, Consent, Identity, Device, Note, Tag, Forecast)))
NOTHING: tuple[str, ...] = (
    "external_id",
    "email",
    "email_verified",
    "phone",
    "first_name",
    "last_name",
    "locale",
    "country",
    "region",
)
NOTHING += ("birthday", "joined_at", "first_order_at", "last_order_at", "email_consent", "email_consent_at")
SHELL: dict[str, Any] = {
    **dict.fromkeys((*NOTHING, "resting_since", "updated_at", "paused_until", "name_key", "back_key", "merged_at")),
    **dict.fromkeys(("orders_count", "spent"), 0),
    "said": {},
    "pace": {},
    "answers": {},
    "wishes": {},
    "tags": [],
    "is_staff": False,
}


def erase(session: Session, names: Names, *, store_id: int, signer: Signer, now: datetime) -> dict[str, int] | None:
    """Erase somebody's rows; how many customers, messages and orders that were. None where a message of theirs is just being
    handed over: what its channel answers would be written down afterwards."""
    alone_with(session, names, store_id=store_id)
    ids = names.customers
    is_leaving = sa.select(MESSAGE.c.id).where(MESSAGE.c.customer_id.in_(ids), MESSAGE.c.state == MessageState.SENDING)
    if session.execute(is_leaving.limit(1)).first() is not None:
        return None
    bury(session, signer, store_id=store_id, keys=names.keys(), now=now)
    _end(session, ids, now=now)
    messages = _blank_messages(session, ids)
    for table in DELETED:
        session.execute(sa.delete(table).where(table.c.customer_id.in_(ids)))
    orders = _unlink(session, names, store_id=store_id)
    _forget_addresses(session, names, store_id=store_id)
    _look_no_more(session, names, store_id=store_id)
    _drop_exports(session, ids, store_id=store_id)
    session.execute(sa.update(CUSTOMER).where(CUSTOMER.c.id.in_(ids)).values(**SHELL, gone_at=now))
    return {"customers": len(ids), "messages": messages, "orders": orders}


def alone_with(session: Session, names: Names, *, store_id: int) -> None:
    """Nobody takes in this store's records or decides about these customers until this transaction ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(store_id)))
        session.execute(sa.select(CUSTOMER.c.id).where(CUSTOMER.c.id.in_(names.customers)).with_for_update())


def _end(session: Session, ids: Sequence[int], *, now: datetime) -> None:
    """Whatever was still to be said to them is not; the ledger says why, and forgets what it saw."""
    outcome = table_of(Outcome)
    ways = sa.select(ENROLLMENT, ENROLLMENT.c.id.label("enrollment_id")).where(
        ENROLLMENT.c.customer_id.in_(ids), ENROLLMENT.c.state == EnrollmentState.WAITING
    )
    queued = sa.select(MESSAGE).where(MESSAGE.c.customer_id.in_(ids), MESSAGE.c.state == MessageState.QUEUED)
    gone = Reason.CUSTOMER_GONE
    stopped = [ledger.Entry(row, OutcomeKind.STOPPED, gone) for row in session.execute(ways).all()]
    dropped = [ledger.Entry(row, OutcomeKind.DROPPED, gone) for row in session.execute(queued).all()]
    ledger.write(session, [*stopped, *dropped], now=now)
    session.execute(sa.update(outcome).where(outcome.c.customer_id.in_(ids)).values(seen={}))
    session.execute(
        sa.update(ENROLLMENT)
        .where(ENROLLMENT.c.customer_id.in_(ids), ENROLLMENT.c.state == EnrollmentState.WAITING)
        .values(state=EnrollmentState.STOPPED)
    )
    # The subject may name their order or their account.
    theirs = sa.update(ENROLLMENT).where(ENROLLMENT.c.customer_id.in_(ids))
    session.execute(theirs.values(subject=_erased(ENROLLMENT.c.id)))


def _erased(number: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.literal("erased:") + sa.cast(number, sa.String)


def _blank_messages(session: Session, ids: Sequence[int]) -> int:
    """That there was a message stays, and how it fared; whoever carried it can no longer be asked to whom it went."""
    theirs = MESSAGE.c.customer_id.in_(ids)
    blank = sa.update(MESSAGE).where(theirs).values(reason=None, provider_id=None).returning(MESSAGE.c.id)
    count = len(session.execute(blank).all())
    unsaid = sa.update(MESSAGE).where(theirs, MESSAGE.c.state == MessageState.QUEUED)
    session.execute(unsaid.values(state=MessageState.DROPPED, reason=Reason.CUSTOMER_GONE))
    told = RECEIPT.c.message_id.in_(sa.select(MESSAGE.c.id).where(theirs))
    session.execute(sa.update(RECEIPT).where(told).values(detail=None, provider_event=_erased(RECEIPT.c.id)))
    link = table_of(ShortLink)
    session.execute(sa.delete(link).where(link.c.message_id.in_(sa.select(MESSAGE.c.id).where(theirs))))
    asked = table_of(Confirmation)
    bare = {"source": "erased", "wording": None, "proof": None}
    session.execute(sa.update(asked).where(asked.c.customer_id.in_(ids)).values(**bare))
    code = table_of(DiscountCode)
    session.execute(sa.update(code).where(code.c.customer_id.in_(ids)).values(order_external_id=None))
    return count


def _unlink(session: Session, names: Names, *, store_id: int) -> int:
    """Orders keep their money and their lines, and reviews their stars; neither says any more whose they are."""
    named = sa.and_(ORDER.c.store_id == store_id, ORDER.c.external_id.in_(names.orders))
    bare: dict[str, Any] = {"customer_id": None, "checkout_keys": [], "discount_codes": [], "region": None}
    orders = sa.update(ORDER).where(sa.or_(ORDER.c.customer_id.in_(names.customers), named)).values(**bare)
    count = len(session.execute(orders.returning(ORDER.c.id)).all())
    review = table_of(Review)
    session.execute(sa.update(review).where(review.c.customer_id.in_(names.customers)).values(customer_id=None))
    return count


def _forget_addresses(session: Session, names: Names, *, store_id: int) -> None:
    """Their addresses leave the list of those not to be written to (the tombstone keeps them unwritten to), and the rows of
    others who once typed them into an order."""
    addresses = [*names.addresses, *names.phones]
    session.execute(
        sa.delete(SUPPRESSION).where(SUPPRESSION.c.store_id == store_id, SUPPRESSION.c.address.in_(addresses))
    )
    typed = sa.and_(CUSTOMER.c.store_id == store_id, CUSTOMER.c.email.in_(names.addresses))
    session.execute(sa.update(CUSTOMER).where(typed).values(email=None))


def _look_no_more(session: Session, names: Names, *, store_id: int) -> None:
    query = sa.select(RUN.c.id, RUN.c.looks).where(RUN.c.store_id == store_id)
    for row in session.execute(query).all():
        left = [look for look in row.looks or [] if look[0] != Kind.CUSTOMER or look[1] not in names.external_ids]
        if left != (row.looks or []):
            session.execute(sa.update(RUN).where(RUN.c.id == row.id).values(looks=left))


def _drop_exports(session: Session, ids: Sequence[int], *, store_id: int) -> None:
    """What was handed over about them before is not kept either."""
    query = sa.select(REQUEST).where(REQUEST.c.store_id == store_id, REQUEST.c.done_at.is_not(None))
    for row in session.execute(query).all():
        if "export" in row.result and set(ids).intersection(row.result.get("of", [])):
            session.execute(sa.update(REQUEST).where(REQUEST.c.id == row.id).values(result={"erased": True}))
