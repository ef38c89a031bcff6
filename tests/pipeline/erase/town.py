"""A store with everything that it can know of Anna, told by the platform and by ourselves, and a word for each trace of her."""

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app.db import Base, InboxBase
from app.model import (
    Confirmation,
    Consent,
    Customer,
    Delivery,
    DeliveryState,
    Device,
    MessageState,
    Receipt,
    ShortLink,
    Store,
    Suppression,
)
from app.pipeline import unknown
from app.pipeline.asking import key_of
from app.pipeline.ingest import ingest
from app.runtime import Runtime
from connectors.base import Address, Envelope, Purpose
from connectors.records import (
    CheckoutRecord,
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    LineRecord,
    Medium,
    OrderRecord,
    OrderStatus,
    PrivacyDemand,
    PrivacyRecord,
    Record,
    ReviewRecord,
)
from tests.conftest import NOW
from tests.pipeline.rows import a_message, a_store

EMAIL = "anna.quixotemarsh@example.com"
PHONE = "+4915112345678"
TRACES = (b"anna.quixotemarsh", b"quixotemarsh", b"4915112345678", b"annabellissima")
EARLIER = NOW - timedelta(days=3)


def anna(**given: Any) -> CustomerRecord:
    values: dict[str, Any] = {
        "email": EMAIL,
        "phone": PHONE,
        "first_name": "Annabellissima",
        "last_name": "Quixotemarsh",
    }
    consent = ConsentRecord(Medium.EMAIL, ConsentState.SUBSCRIBED, EARLIER, "store", wording="Yes, says Annabellissima")
    values |= {"external_id": "77", "updated_at": EARLIER, "consents": (consent,), "tags": ("quixotemarsh",)}
    return CustomerRecord(**values | given)


def order(number: str, buyer: CustomerRecord | None, **given: Any) -> OrderRecord:
    values: dict[str, Any] = {"placed_at": EARLIER, "updated_at": EARLIER, "currency": "EUR", "total": 5000}
    values |= {"status": OrderStatus.PAID, "raw_status": "paid", "buyer": buyer, "region": "Quixotemarsh County"}
    values |= {"lines": (LineRecord("Coffee", 2, 2500, product_external_id="9"),), "checkout_keys": ("c1",)}
    return OrderRecord(number, f"#{number}", **values | given)


def checkout(buyer: CustomerRecord, **given: Any) -> CheckoutRecord:
    values: dict[str, Any] = {
        "started_at": EARLIER,
        "updated_at": EARLIER,
        "currency": "EUR",
        "total": 100,
        "buyer": buyer,
    }
    return CheckoutRecord(
        given.pop("external_id", "c1"), url="https://store.example/recover/quixotemarsh", **values | given
    )


def everything(**given: Any) -> list[Record]:
    """What a first import or a full re-import tells of Anna."""
    guest = anna(external_id=None, updated_at=None, **given)
    account = anna(**given)
    review = ReviewRecord("r1", "9", EARLIER, rating=5, email=given.get("email", EMAIL))
    return [account, order("1001", anna(updated_at=None, **given)), order("1002", guest), checkout(account), review]


def tell(runtime: Runtime, store: Store, records: Sequence[Record]) -> None:
    with runtime.database.write() as session:
        ingest(session, store=store, records=records, now=runtime.clock.now(), runtime=runtime)


def demand(runtime: Runtime, store: Store, what: PrivacyDemand, **given: Any) -> None:
    who = {"customer_external_id": "77", "email": EMAIL, "phone": PHONE} if what != PrivacyDemand.ERASE_STORE else {}
    tell(runtime, store, [PrivacyRecord(what, **{**who, **given})])


def settle_anna(runtime: Runtime, name: str = "first") -> Store:
    """The store, with Anna in every table, a mail of hers in the outbox, and two deliveries that speak of her."""
    with runtime.database.write() as session:
        store = a_store(session, name, country="DE", live_since=EARLIER - timedelta(days=30))
    tell(runtime, store, everything())
    with runtime.database.write() as session:
        her = session.scalars(sa.select(Customer).where(Customer.store_id == store.id)).one()
        sent = a_message(session, her, f"{name}-sent", provider_id="p-1", reason=f"550 {EMAIL}")
        a_message(session, her, f"{name}-queued", state=MessageState.QUEUED)
        receipt = {"kind": "bounced", "provider_event": f"bounce:{EMAIL}", "detail": f"<{EMAIL}> is full"}
        unknown.note(session, store, words=["order.total=negative"], now=NOW)
        session.add(Receipt(store_id=store.id, message_id=sent.id, at=NOW, **receipt))
        target = "https://store.example/recover/quixotemarsh"
        session.add(ShortLink(code=f"{name:x<11}", store_id=store.id, message_id=sent.id, target=target, at=NOW))
        address = {"medium": "email", "address": EMAIL, "reason": "bounced", "source": "outbox"}
        session.add(Suppression(store_id=store.id, at=NOW, **address))
        source = {"medium": "email", "state": "unsubscribed", "source": f"by {EMAIL}"}
        proof = {"proof": {"page": "/quixotemarsh"}, "asked_from": "192.0.2.7"}
        session.add(Consent(store_id=store.id, customer_id=her.id, at=NOW, recorded_at=NOW, **source, **proof))
        browser = {"mark": f"{name}-phone", "sealed": "locked away", "service": "web.push.apple.com"}
        session.add(Device(store_id=store.id, customer_id=her.id, at=NOW, **browser))
        asked = {"source": "form", "wording": "Yes, says Annabellissima", "asked_at": NOW, "alarm_at": NOW}
        question = Confirmation(store_id=store.id, customer_id=her.id, state="sent", **asked)
        session.add(question)
        session.flush()
    runtime.channels["email"].send(envelope(key_of(store.id, question.id), name))
    runtime.channels["email"].send(envelope(f"{name}-sent", name))
    keep_delivery(runtime, store, "aside", state=DeliveryState.ASIDE)
    return store


def keep_delivery(runtime: Runtime, store: Store, key: str, *, state: DeliveryState) -> None:
    body = json.dumps(
        {"id": 1001, "email": EMAIL.upper(), "phone": PHONE, "name": "Annabellissima Quixotemarsh"}
    ).encode()
    with runtime.database.write_inbox() as session:
        values = {"topic": "orders/create", "received_at": NOW, "alarm_at": NOW, "body": body, "state": state}
        session.add(Delivery(store_id=store.id, key=key, **values))


def envelope(key: str, store: str) -> Envelope:
    return Envelope(
        key=key,
        store=store,
        medium=Medium.EMAIL,
        purpose=Purpose.MARKETING,
        to=Address(EMAIL, "Annabellissima Quixotemarsh"),
        sender=Address("store@example.com"),
        subject="Dear Annabellissima",
        text="Quixotemarsh",
        html="<p>Quixotemarsh</p>",
        message_id=f"<{key}@example.com>",
        at=NOW,
    )


def traces_in_files(runtime: Runtime, *folders: Path) -> list[str]:
    """Each file below these folders, and beside SQLite's, in whose raw bytes, or whose name, is a trace of Anna."""
    database = runtime.database
    beside = [Path(database.url.database or "").parent] if database.is_sqlite else []
    found = [path for folder in (*folders, *beside) for path in folder.rglob("*") if path.is_file()]
    told = {path: path.name.lower().encode() + path.read_bytes().lower() for path in found}
    return [path.name for path, raw in told.items() if any(trace in raw for trace in TRACES)]


def traces_in_rows(runtime: Runtime) -> list[str]:
    """Each table in whose rows is a trace of Anna."""
    return sorted({name for name, text in _texts(runtime) if any(trace in text for trace in TRACES)})


def _texts(runtime: Runtime) -> Iterator[tuple[str, bytes]]:
    for base, read in ((Base, runtime.database.read), (InboxBase, runtime.database.read_inbox)):
        with read() as session:
            for table in base.metadata.sorted_tables:
                yield from ((table.name, str(tuple(row)).lower().encode()) for row in session.execute(sa.select(table)))
