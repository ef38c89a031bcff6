"""One person is erased from every table, from what waits in the inbox, and from the mails that the outbox keeps."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.addresses import email_key, phone_key
from app.db import Base
from app.model import (
    Checkout,
    Consent,
    Customer,
    Delivery,
    DeliveryState,
    DiscountCode,
    Enrollment,
    Event,
    Identity,
    Interest,
    Message,
    Order,
    Outcome,
    Receipt,
    Review,
    Store,
    Suppression,
    SyncRun,
    Tombstone,
)
from app.model.customer import IdentityKind
from app.pipeline.erase.mails import forget
from app.pipeline.ingest.people import tombstone
from app.pipeline.ingest.person import Key
from app.rows import chunks, insert, table_of
from app.runtime import Runtime
from connectors.records import Kind

CUSTOMER = table_of(Customer)
DELIVERY = table_of(Delivery)
IDENTITY = table_of(Identity)
# What goes with the person, the children first; and what stays for the store's books without them.
DELETED = tuple(
    map(table_of, (DiscountCode, Outcome, Message, Enrollment, Event, Interest, Checkout, Consent, Identity))
)
UNLINKED = tuple(map(table_of, (Order, Review)))


class Who(msgspec.Struct, frozen=True):
    """Whom a demand is about, as the platform names them; any of it may be missing."""

    external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    orders: tuple[str, ...] = ()


def tables_of_a_person() -> set[str]:
    """Every table that names a customer, by the model itself."""
    return {table.name for table in Base.metadata.sorted_tables if "customer_id" in table.c}


def find(session: Session, store_id: int, *, who: Who) -> list[int]:
    """Our ids of everybody that the demand names: by the platform's id, the address, the phone, or an order of theirs."""
    names = [(IdentityKind.EXTERNAL, who.external_id), (IdentityKind.EMAIL, email_key(who.email))]
    found: set[int] = set()
    for kind, value in names:
        if value:
            where = (IDENTITY.c.store_id == store_id, IDENTITY.c.kind == kind, IDENTITY.c.value == value)
            found |= set(session.scalars(sa.select(IDENTITY.c.customer_id).where(*where)))
    if not found and (phone := phone_key(who.phone)):
        same = sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store_id, CUSTOMER.c.phone == phone)
        found |= set(session.scalars(same))
    return sorted(found)


def erase(runtime: Runtime, store_id: int, *, who: Who) -> dict[str, int]:
    """Erase whoever is named; how many customers, messages and orders that were. Nobody of that name is remembered as erased
    all the same, so that they cannot come in later."""
    with runtime.database.read() as session:
        store = session.get_one(Store, store_id)
        found = find(session, store_id, who=who)
        keys = _message_keys(session, found)
        needles = _needles(session, found, who=who)
    forget(runtime, store.public_key, keys=keys)
    _erase_deliveries(runtime, store_id, needles=needles)
    with runtime.database.write() as session:
        _bury(session, store, found=found, who=who, runtime=runtime)
        orders = _erase_rows(session, store_id, found=found)
    return {"customers": len(found), "messages": len(keys), "orders": orders}


def _message_keys(session: Session, found: Sequence[int]) -> list[str]:
    message = table_of(Message)
    return list(session.scalars(sa.select(message.c.key).where(message.c.customer_id.in_(found))))


def _needles(session: Session, found: Sequence[int], *, who: Who) -> list[bytes]:
    """What a delivery's body would hold if it spoke of them, in small letters."""
    words = {who.email, who.phone}
    for row in session.execute(sa.select(CUSTOMER.c.email, CUSTOMER.c.phone).where(CUSTOMER.c.id.in_(found))):
        words |= {row.email, row.phone}
    spoken = session.scalars(
        sa.select(IDENTITY.c.value).where(IDENTITY.c.customer_id.in_(found), IDENTITY.c.kind != IdentityKind.EXTERNAL)
    )
    return [word.lower().encode() for word in {*words, *spoken} if word and len(word) > 5]


def _erase_deliveries(runtime: Runtime, store_id: int, *, needles: Sequence[bytes]) -> None:
    """A delivery that still waits, or was set aside, and speaks of them is never opened."""
    if not needles:
        return
    query = sa.select(DELIVERY.c.id, DELIVERY.c.body).where(
        DELIVERY.c.store_id == store_id, DELIVERY.c.body.is_not(None)
    )
    with runtime.database.write_inbox() as session:
        rows = session.execute(query)
        ids = [row.id for row in rows if any(needle in (row.body or b"").lower() for needle in needles)]
        for chunk in chunks(ids):
            gone = {"body": None, "state": DeliveryState.DONE, "reason": "It spoke of somebody who was erased."}
            session.execute(sa.update(DELIVERY).where(DELIVERY.c.id.in_(chunk)).values(**gone))


def _bury(session: Session, store: Store, *, found: Sequence[int], who: Who, runtime: Runtime) -> None:
    """A keyed hash for every name they went by."""
    keys: set[Key] = {
        (row.kind, row.value)
        for row in session.execute(sa.select(IDENTITY).where(IDENTITY.c.customer_id.in_(found)))
        if row.kind != IdentityKind.PHONE
    }
    if who.external_id:
        keys.add((IdentityKind.EXTERNAL.value, who.external_id))
    if address := email_key(who.email):
        keys.add((IdentityKind.EMAIL.value, address))
    now = runtime.clock.now()
    rows = [
        {"store_id": store.id, "fingerprint": tombstone(runtime.signer, store, key=key), "at": now}
        for key in sorted(keys)
    ]
    if rows:
        session.connection().execute(insert(session, table_of(Tombstone)).on_conflict_do_nothing(), rows)


def _erase_rows(session: Session, store_id: int, *, found: Sequence[int]) -> int:
    message, receipt, order = table_of(Message), table_of(Receipt), table_of(Order)
    theirs = sa.select(message.c.id).where(message.c.customer_id.in_(found))
    session.execute(sa.delete(receipt).where(receipt.c.message_id.in_(theirs)))
    _unsuppress(session, store_id, found=found)
    _look_no_more(session, store_id, found=found)
    for table in DELETED:
        session.execute(sa.delete(table).where(table.c.customer_id.in_(found)))
    # A checkout's token opens the person's own page at the platform.
    bare: dict[str, object] = {"customer_id": None, "checkout_keys": [], "discount_codes": [], "region": None}
    orders = session.execute(
        sa.update(order).where(order.c.customer_id.in_(found)).values(**bare).returning(order.c.id)
    ).all()
    review = table_of(Review)
    session.execute(sa.update(review).where(review.c.customer_id.in_(found)).values(customer_id=None))
    session.execute(sa.delete(CUSTOMER).where(CUSTOMER.c.id.in_(found)))
    return len(orders)


def _unsuppress(session: Session, store_id: int, *, found: Sequence[int]) -> None:
    """The address itself goes from the list: the tombstone keeps anybody from writing to it."""
    suppression = table_of(Suppression)
    addresses = sa.select(IDENTITY.c.value).where(IDENTITY.c.customer_id.in_(found))
    phones = sa.select(CUSTOMER.c.phone).where(CUSTOMER.c.id.in_(found), CUSTOMER.c.phone.is_not(None))
    session.execute(
        sa.delete(suppression).where(
            suppression.c.store_id == store_id,
            sa.or_(suppression.c.address.in_(addresses), suppression.c.address.in_(phones)),
        )
    )


def _look_no_more(session: Session, store_id: int, *, found: Sequence[int]) -> None:
    run = table_of(SyncRun)
    names = sa.select(IDENTITY.c.value).where(
        IDENTITY.c.customer_id.in_(found), IDENTITY.c.kind == IdentityKind.EXTERNAL
    )
    gone = set(session.scalars(names))
    query = sa.select(run.c.id, run.c.looks).where(run.c.store_id == store_id)
    for row in session.execute(query).all():
        left = [look for look in row.looks or [] if look[0] != Kind.CUSTOMER or look[1] not in gone]
        if left != row.looks:
            session.execute(sa.update(run).where(run.c.id == row.id).values(looks=left))
