"""What is past goes by itself, as the merchant chose; people whom their store deleted are erased with an audit row."""

from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest
import sqlalchemy as sa

from app.choices import Choices, WrongChoiceError, choices_of, choose
from app.clock import FrozenClock
from app.db import Database
from app.model import Confirmation, Consent, Customer, Interest, JobRun, PrivacyRequest, Receipt, ShortLink, Store
from app.pipeline.erase import work_off
from app.pipeline.retention import retain
from app.pipeline.sync.nightly import nightly
from app.reports.demands import demands
from app.runtime import Runtime
from tests.conftest import NOW
from tests.pipeline.rows import a_message, a_person, a_store

DAY = timedelta(days=1)


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Each promise on one of the two databases, by its name."""
    return ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2]


def _consent(person: Customer, days: int) -> Consent:
    values: dict[str, Any] = {"medium": "email", "state": "subscribed", "source": "form", "recorded_at": NOW}
    at, origin = NOW - days * DAY, "192.0.2.7"
    return Consent(store_id=person.store_id, customer_id=person.id, at=at, asked_from=origin, wording="Yes", **values)


def _settled(runtime: Runtime) -> Store:
    """Anna, with one thing of each kind that is past and one that is not."""
    with runtime.database.write() as session:
        store = a_store(session, "corner")
        anna = a_person(session, store, "anna@example.com")
        message = a_message(session, anna, "k1")
        for days in (1, 1000):
            at, ids = NOW - days * DAY, {"store_id": store.id, "customer_id": anna.id}
            session.add(_consent(anna, days))
            session.add(Interest(**ids, product_external_id=f"p{days}", kind="looked", at=at))
            session.add(Confirmation(**ids, source="form", wording="Yes", asked_at=at, alarm_at=at, state="sent"))
            told = {"kind": "clicked", "provider_event": f"e{days}", "detail": "browser GET - v https://x.example"}
            session.add(Receipt(store_id=store.id, message_id=message.id, at=at, **told))
            link = {"code": f"{days:0>11}", "target": "https://x.example", "at": at}
            session.add(ShortLink(store_id=store.id, message_id=message.id, **link))
        return store


def test_what_is_past_is_forgotten_and_the_rest_is_not(runtime: Runtime) -> None:
    store = _settled(runtime)
    retain(runtime, store)
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Interest.product_external_id)).all() == ["p1"]
        assert session.scalars(sa.select(Receipt.provider_event).where(Receipt.detail.is_not(None))).all() == ["e1"]
        assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 2, "counts stay honest"
        assert session.scalars(sa.select(ShortLink.code)).all() == ["00000000001"]
        proofs = session.execute(sa.select(Consent.wording, Consent.asked_from).order_by(Consent.at)).all()
        assert [tuple(row) for row in proofs] == [("Yes", None), ("Yes", "192.0.2.7")], "the proof itself stays"
        assert session.scalars(sa.select(Confirmation.wording).order_by(Confirmation.asked_at)).all() == [None, "Yes"]


def test_a_merchant_chooses_for_how_long_and_only_for_their_own_store(runtime: Runtime) -> None:
    store = _settled(runtime)
    with runtime.database.write() as session:
        other = a_store(session, "other")
        choose(session, store.id, keep_interests_days=2000)
        assert choices_of(session.get_one(Store, other.id)) == Choices()
    with runtime.database.read() as session:
        store = session.get_one(Store, store.id)
    retain(runtime, other)
    retain(runtime, store)
    with runtime.database.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Interest)) == 2


def test_whom_the_store_deleted_long_ago_is_erased_with_an_audit_row(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        store = a_store(session, "corner")
        for number, days in enumerate((89, 91)):
            a_person(session, store, f"p{number}@example.com", external_id=str(number), gone_at=NOW - days * DAY)
    for _ in range(2):
        retain(runtime, store)
        work_off(runtime)
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Customer.email).order_by(Customer.id)).all() == ["p0@example.com", None]
        (audit,) = session.scalars(sa.select(PrivacyRequest)).all()
        assert (audit.reference.partition(":")[0], audit.result["customers"]) == ("retention", 1)
        assert "example.com" not in str(audit.result)
        (told,) = demands(session, store.id, now=NOW)
    assert (told.origin, told.counts["customers"], told.days_left, told.has_export) == ("retention", 1, None, False)


@pytest.mark.parametrize(("state", "is_kept"), [("active", False), ("uninstalled", False), ("erased", True)])
def test_what_a_store_left_behind_grows_old_all_the_same(
    runtime: Runtime, clock: FrozenClock, state: str, is_kept: bool
) -> None:
    """The store is not connected, and nothing but its past is seen to."""
    store = _settled(runtime)
    with runtime.database.write() as session:
        session.execute(sa.update(Store).where(Store.id == store.id).values(state=state))
    clock.travel(DAY)
    nightly(runtime)
    with runtime.database.read() as session:
        assert len(session.scalars(sa.select(Interest.at)).all()) == 1 + is_kept
        assert session.scalars(sa.select(JobRun.job).where(JobRun.store_id == store.id)).all() == ["retain"] * (
            not is_kept
        )


def test_a_deadline_that_nears_is_shown_before_what_was_met(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        store = a_store(session, "corner")
        for number, (due, done) in enumerate([(3, None), (-2, None), (9, NOW)]):
            values: dict[str, Any] = {"demand": "export", "reference": str(number), "received_at": NOW, "result": {}}
            session.add(PrivacyRequest(store_id=store.id, due_at=NOW + due * DAY, done_at=done, **values))
    with runtime.database.read() as session:
        assert [one.days_left for one in demands(session, store.id, now=NOW)] == [-2, 3, None]


WRONG: list[dict[str, Any]] = [
    {"keep_interests_days": 1},
    {"keep_receipts_days": "30"},
    {"colour": "red"},
    {"logo_url": "http://store.example/x.png"},
    {"wraps_links": 1},
    {"double_opt_in": ("Germany",)},
    {"soft_since": "yesterday"},
    {"warm_up_first": 0},
    {"colours": "#ffffff"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: next(iter(one)))
def test_a_choice_that_makes_no_sense_is_refused_with_a_sentence(database: Database, wrong: dict[str, Any]) -> None:
    with database.write() as session:
        store = a_store(session, "corner")
        with pytest.raises(WrongChoiceError, match=r"[a-z].*\.$"):
            choose(session, store.id, **wrong)
        assert store.choices == {}


def test_only_what_differs_from_the_default_is_saved(database: Database) -> None:
    with database.write() as session:
        store = a_store(session, "corner")
        chosen = choose(
            session, store.id, double_opt_in=("AT", "CH"), colour="#1f5a4c", soft_since="2026-11-20T12:00:00+01:00"
        )
        assert store.choices == {"double_opt_in": ["AT", "CH"], "soft_since": "2026-11-20T12:00:00+01:00"}
        assert choices_of(store) == chosen
        assert chosen.consent_law.soft_since == NOW - timedelta(hours=1)
        store.choices = {**store.choices, "of_a_later_version": 1}
        assert choices_of(store) == chosen
