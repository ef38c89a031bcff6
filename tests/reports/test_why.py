"""Why a customer got what they got: the whole ledger of one customer, by whatever name they go, and of no other store."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from app.db import Database
from app.model import Customer, Enrollment, Identity, Outcome, Store
from app.reports.why import SEEN, Because, UnknownCustomerError, why
from tests.conftest import NOW
from tests.house.sources import ROOT


@pytest.fixture
def store_ids(database: Database) -> tuple[int, int]:
    """Two stores, each with its own Anna; the first one's has been written to and waits for more."""
    with database.write() as session:
        first, second = (_store_with_anna(session, name) for name in ("first", "second"))
        _decided(session, first)
        return first, second


def _store_with_anna(session: Session, name: str) -> int:
    store = Store(platform="shopify", address=f"{name}.myshopify.com", public_key=name, created_at=NOW, live_since=NOW)
    session.add(store)
    session.flush()
    anna = Customer(store_id=store.id, external_id="77", email="anna@example.com")
    session.add(anna)
    session.flush()
    for kind, value in (("external", "77"), ("email", "anna@example.com"), ("phone", "+4917012345")):
        session.add(Identity(store_id=store.id, kind=kind, value=value, customer_id=anna.id))
    session.flush()
    return store.id


def _decided(session: Session, store_id: int) -> None:
    anna = session.query(Customer).filter_by(store_id=store_id).one()
    way = Enrollment(
        store_id=store_id,
        workflow="welcome",
        customer_id=anna.id,
        subject="customer:77",
        event_at=NOW,
        step="story",
        due_at=NOW + timedelta(days=2),
        alarm_at=NOW + timedelta(days=2),
        enrolled_at=NOW,
    )
    session.add(way)
    session.flush()
    for turn, (kind, reason) in enumerate(
        (("deferred", "quiet_hours"), ("queued", "due"), ("sent", "from_the_future"))
    ):
        session.add(
            Outcome(
                store_id=store_id,
                enrollment_id=way.id,
                customer_id=anna.id,
                workflow="welcome",
                step="hello",
                turn=turn,
                kind=kind,
                reason=reason,
                seen={"zone": "Europe/Berlin"},
                until=NOW + timedelta(hours=9) if kind == "deferred" else None,
                at=NOW + timedelta(hours=turn),
            )
        )


@pytest.mark.parametrize("name", ["77", "anna@example.com", " Anna@Example.com ", "+49 170 12345"])
def test_a_customer_is_found_by_any_name(name: str, database: Database, store_ids: tuple[int, int]) -> None:
    with database.read() as session:
        lines = why(session, store_id=store_ids[0], customer=name)
    assert [(one.step, one.what, one.reason) for one in lines] == [
        ("hello", "deferred", "quiet_hours"),
        ("hello", "queued", "due"),
        ("hello", "sent", "from_the_future"),
        ("story", "waiting", "waiting"),
    ]


def test_a_verdict_is_told_in_a_sentence_with_what_was_seen(database: Database, store_ids: tuple[int, int]) -> None:
    with database.read() as session:
        lines = why(session, store_id=store_ids[0], customer="77")
    assert lines[0] == Because(
        NOW,
        "welcome",
        "hello",
        what="deferred",
        reason="quiet_hours",
        sentence="It is night where they are; it waits until the morning.",
        seen={"zone": "Europe/Berlin"},
        until=NOW + timedelta(hours=9),
    )
    assert lines[2].sentence == "from_the_future"


def test_the_other_store_s_anna_has_a_ledger_of_her_own(database: Database, store_ids: tuple[int, int]) -> None:
    with database.read() as session:
        assert why(session, store_id=store_ids[1], customer="anna@example.com") == []


@pytest.mark.parametrize("name", ["", "ben@example.com", "78", "9" * 40])
def test_a_stranger_is_said_to_be_one(name: str, database: Database, store_ids: tuple[int, int]) -> None:
    with database.read() as session, pytest.raises(UnknownCustomerError):
        why(session, store_id=store_ids[0], customer=name)


def test_whatever_the_law_sees_has_a_name_in_every_language() -> None:
    kept = set(re.findall(r'"([a-z_]+)": ', (ROOT / "app/policy/law.py").read_text("utf-8")))
    assert len(kept) > 10
    assert kept <= set(SEEN)
