"""Rows that a test begins with: a store, its people, their ways through a workflow and the messages that they got."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.model import Customer, Enrollment, EnrollmentState, Identity, Message, MessageState, Store
from tests.conftest import NOW


def a_store(session: Session, name: str, **given: Any) -> Store:
    values: dict[str, Any] = {"platform": "shopify", "address": f"{name}.myshopify.com", "public_key": name}
    values |= {"created_at": NOW, "live_since": NOW, "name": name, "currency": "EUR", **given}
    store = Store(**values)
    session.add(store)
    session.flush()
    return store


def a_person(session: Session, store: Store, email: str, *, external_id: str = "77", **given: Any) -> Customer:
    person = Customer(store_id=store.id, external_id=external_id, email=email, **given)
    session.add(person)
    session.flush()
    for kind, value in (("external", external_id), ("email", email)):
        session.add(Identity(store_id=store.id, kind=kind, value=value, customer_id=person.id))
    session.flush()
    return person


def a_message(session: Session, person: Customer, key: str, *, at: datetime = NOW, **given: Any) -> Message:
    """A marketing mail of its own enrollment, sent unless said otherwise."""
    way = Enrollment(
        store_id=person.store_id,
        workflow="welcome",
        customer_id=person.id,
        subject=f"customer:{person.id}:{key}",
        state=EnrollmentState.DONE,
        event_at=at,
        step="hello",
        due_at=at,
        alarm_at=at,
        enrolled_at=at,
    )
    session.add(way)
    session.flush()
    values: dict[str, Any] = {"medium": "email", "purpose": "marketing", "rank": 9, "text": "welcome_hello", "key": key}
    values |= {"state": MessageState.SENT, "channel": "outbox", "due_at": at, "alarm_at": at, "created_at": at}
    values |= {"stale_at": at + timedelta(days=3), **given}
    message = Message(
        store_id=person.store_id,
        enrollment_id=way.id,
        customer_id=person.id,
        workflow="welcome",
        step="hello",
        **values,
    )
    session.add(message)
    session.flush()
    return message
