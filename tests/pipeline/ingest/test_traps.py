"""Traps that the platforms set, one at a time: marks of what is gone, news that proves older, people who become one."""

from datetime import timedelta

import sqlalchemy as sa

from app.model import Checkout, Customer, Enrollment, Event, Store, WorkflowSetting
from app.pipeline.ingest import ingest
from app.runtime import Runtime
from connectors.records import (
    CheckoutRecord,
    ConsentRecord,
    ConsentState,
    CustomerRecord,
    GoneRecord,
    Kind,
    Medium,
    MergeRecord,
    Record,
)
from tests.pipeline.ingest.life import BIRTH
from tests.pipeline.ingest.test_any_order import open_store

DAY = timedelta(days=1)


def tell(runtime: Runtime, store: Store, *records: Record) -> None:
    for one in records:
        with runtime.database.write() as session:
            ingest(session, store=store, records=[one], now=BIRTH + 30 * DAY, runtime=runtime)


def yes(days: int, address: str = "anna@example.com") -> ConsentRecord:
    return ConsentRecord(Medium.EMAIL, ConsentState.SUBSCRIBED, BIRTH + days * DAY, "form", address=address)


def test_a_checkout_that_was_deleted_is_not_revived_by_an_older_payload(runtime: Runtime) -> None:
    store = open_store(runtime.database, runtime)
    left = CheckoutRecord("c1", BIRTH, BIRTH + DAY, "EUR", 500, CustomerRecord(None, "anna@example.com"))
    tell(runtime, store, GoneRecord(Kind.CHECKOUT, "c1", BIRTH + 2 * DAY), left)
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Checkout.completed_at)).all() == [BIRTH + 2 * DAY]


def test_an_enrollment_goes_when_its_news_turns_out_to_be_older_than_the_workflow(runtime: Runtime) -> None:
    store = open_store(runtime.database, runtime)
    with runtime.database.write() as session:
        session.execute(sa.update(WorkflowSetting).values(on_since=BIRTH + 5 * DAY))
    tell(runtime, store, yes(8), yes(6))
    with runtime.database.read() as session:
        found = session.execute(sa.select(Enrollment.workflow, Enrollment.event_at)).all()
        assert [tuple(one) for one in found] == [("welcome", BIRTH + 6 * DAY)]
    tell(runtime, store, yes(2))
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Event.at)).all() == [BIRTH + 2 * DAY]
        assert session.scalars(sa.select(Enrollment.id)).all() == []


def test_whoever_subscribed_before_the_store_was_live_is_not_welcomed_for_saying_it_again(runtime: Runtime) -> None:
    store = open_store(runtime.database, runtime)
    tell(runtime, store, yes(3), yes(-90))
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Event.id)).all() == []
        assert session.scalars(sa.select(Enrollment.id)).all() == []


def test_what_a_guest_answered_holds_for_the_account_they_become(runtime: Runtime) -> None:
    store = open_store(runtime.database, runtime)
    tell(runtime, store, CustomerRecord("7", updated_at=BIRTH), yes(3))
    tell(runtime, store, CustomerRecord("7", "anna@example.com", updated_at=BIRTH + 4 * DAY))
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Customer.email_consent)).all() == [ConsentState.SUBSCRIBED]


def test_an_account_that_went_into_another_is_gone_and_the_person_is_not(runtime: Runtime) -> None:
    store = open_store(runtime.database, runtime)
    both = (CustomerRecord("7", updated_at=BIRTH), CustomerRecord("8", updated_at=BIRTH))
    tell(runtime, store, *both, MergeRecord("7", "8", BIRTH + DAY), GoneRecord(Kind.CUSTOMER, "8", BIRTH + DAY))
    with runtime.database.read() as session:
        assert session.execute(sa.select(Customer.external_id, Customer.gone_at)).all() == [("7", None)]
