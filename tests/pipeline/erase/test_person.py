"""Whoever is erased is found nowhere any more, the books and the counts stay, and nothing brings that person back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.config import Config
from app.links import Unsubscription
from app.model import (
    Checkout,
    Consent,
    Customer,
    Delivery,
    DeliveryState,
    Enrollment,
    Event,
    Identity,
    Message,
    MessageState,
    Order,
    OrderLine,
    Outcome,
    PrivacyRequest,
    Review,
    Store,
    Suppression,
)
from app.pipeline.erase import work_off
from app.pipeline.unsubscribe import unsubscribe
from app.runtime import Runtime, assemble
from connectors.records import (
    ConsentRecord,
    ConsentState,
    GoneRecord,
    Kind,
    Medium,
    MergeRecord,
    PrivacyDemand,
    Record,
)
from tests.conftest import NOW
from tests.pipeline.erase.town import (
    EMAIL,
    anna,
    checkout,
    demand,
    everything,
    keep_delivery,
    order,
    settle_anna,
    tell,
    traces_in_files,
    traces_in_rows,
)

ERASE = PrivacyDemand.ERASE_CUSTOMER
LATER = NOW + timedelta(days=1)


def rows(runtime: Runtime, model: type[Any], store: Store | None = None) -> Sequence[Any]:
    query = sa.select(model) if store is None else sa.select(model).where(model.store_id == store.id)
    with runtime.database.read() as session:
        return list(session.scalars(query))


def erased(runtime: Runtime, **given: Any) -> Store:
    store = settle_anna(runtime)
    demand(runtime, store, ERASE, **given)
    assert work_off(runtime) == 1
    return store


def test_she_was_everywhere_before(runtime: Runtime) -> None:
    settle_anna(runtime)
    told = {
        "checkout",
        "confirmation",
        "consent",
        "customer",
        "delivery",
        "identity",
        "message",
        "orders",
        "receipt",
        "suppression",
    }
    assert told <= set(traces_in_rows(runtime))


def test_no_row_knows_her(runtime: Runtime) -> None:
    erased(runtime)
    assert traces_in_rows(runtime) == []
    assert [rows(runtime, one) for one in (Identity, Consent, Checkout, Event, Suppression)] == [[], [], [], [], []]


def test_no_byte_of_her_is_left_in_any_file(runtime: Runtime, tmp_path: Path, backend: str) -> None:
    """Many others move in and out around her, so that pages are split and freed, and copies of her lie in their gaps."""
    crowd = [anna(external_id=f"x{n}", email=f"person{n}@example.com", phone=None) for n in range(700)]
    store = settle_anna(runtime)
    for start in range(0, len(crowd), 50):
        tell(runtime, store, crowd[start : start + 50])
        tell(runtime, store, [anna(updated_at=NOW + timedelta(seconds=start))])
    with runtime.database.write() as session:
        others = sa.select(Identity.customer_id).where(Identity.value.like("x%"))
        session.execute(sa.delete(Consent).where(Consent.customer_id.in_(others)))
        bare: dict[str, Any] = {"first_name": "X", "last_name": "Y", "name_key": "x y", "back_key": "y x", "tags": []}
        session.execute(sa.update(Customer).where(Customer.id.in_(others)).values(**bare))
    if backend == "sqlite":
        found = {name.removesuffix("-wal") for name in traces_in_files(runtime)}
        assert {"store.db", "store-inbox.db"} <= found
    demand(runtime, store, ERASE)
    assert work_off(runtime) == 1
    assert traces_in_files(runtime, tmp_path) == []


def test_the_books_keep_money_and_lines(runtime: Runtime) -> None:
    store = erased(runtime)
    assert [(one.external_id, one.total, one.customer_id, one.region) for one in rows(runtime, Order, store)] == [
        ("1001", 5000, None, None),
        ("1002", 5000, None, None),
    ]
    assert len(rows(runtime, OrderLine)) == 2
    assert [(one.rating, one.customer_id) for one in rows(runtime, Review)] == [(5, None)]


def test_the_counts_of_messages_stay_and_what_was_still_to_be_said_is_not(runtime: Runtime) -> None:
    erased(runtime)
    messages = sorted((one.key, one.state, one.reason, one.provider_id) for one in rows(runtime, Message))
    assert messages == [
        ("first-queued", MessageState.DROPPED, "customer_gone", None),
        ("first-sent", MessageState.SENT, None, None),
    ]
    assert {(one.kind, one.reason) for one in rows(runtime, Outcome)} == {("dropped", "customer_gone")}
    assert {one.state for one in rows(runtime, Enrollment)} == {"done"}
    assert all(one.subject.startswith("erased:") for one in rows(runtime, Enrollment))


def test_the_audit_row_holds_counts_and_no_name(runtime: Runtime) -> None:
    erased(runtime)
    (request,) = rows(runtime, PrivacyRequest)
    assert request.result == {"customers": 1, "messages": 2, "orders": 2}
    assert (request.customer_external_id, request.done_at) == (None, NOW)


def test_her_id_is_never_given_to_somebody_else(runtime: Runtime) -> None:
    """An unsubscribe link in an old mail names it."""
    store = settle_anna(runtime)
    before = rows(runtime, Customer)[0].id
    demand(runtime, store, ERASE)
    work_off(runtime)
    tell(runtime, store, [anna(external_id="88", email="ben@example.com")])
    ids = {one.email: one.id for one in rows(runtime, Customer)}
    assert ids[None] == before != ids["ben@example.com"]


@pytest.mark.parametrize("who", [{"phone": None, "email": None}, {"customer_external_id": None, "phone": None}])
def test_one_name_is_enough(runtime: Runtime, who: dict[str, Any]) -> None:
    erased(runtime, **who)
    assert traces_in_rows(runtime) == []


def echoes() -> list[list[Record]]:
    """Every way in which a platform may speak of her afterwards."""
    said_no = ConsentRecord(Medium.EMAIL, ConsentState.SUBSCRIBED, LATER, "store", address=EMAIL.upper())
    return [
        everything(),
        everything(email=EMAIL.title()),
        [anna(updated_at=LATER, email="new.quixotemarsh@example.com")],
        [anna(updated_at=LATER, external_id="99", email=f" {EMAIL.upper()} ")],
        [order("1003", anna(external_id=None, email=EMAIL.upper()), updated_at=LATER, placed_at=LATER)],
        [order("1004", anna(email=None), updated_at=LATER, placed_at=LATER), checkout(anna(), external_id="c2")],
        [said_no, ConsentRecord(Medium.EMAIL, ConsentState.SUBSCRIBED, LATER, "store", customer_external_id="77")],
        [MergeRecord("77", "76", LATER), GoneRecord(Kind.CUSTOMER, "77", LATER)],
    ]


def test_no_import_and_no_webhook_brings_her_back(runtime: Runtime) -> None:
    store = erased(runtime)
    at_once = [record for told in echoes() for record in told]
    for records in (*echoes(), at_once):
        tell(runtime, store, records)
        assert traces_in_rows(runtime) == []
        assert {one.customer_id for one in rows(runtime, Order)} == {None}
        assert {one.customer_id for one in rows(runtime, Review)} == {None}
        assert [rows(runtime, one) for one in (Consent, Checkout, Event)] == [[], [], []]
        assert {(one.email, one.external_id) for one in rows(runtime, Customer)} <= {(None, None), (None, "76")}


def test_her_order_is_not_given_to_whoever_owns_the_address_in_it(runtime: Runtime) -> None:
    store = erased(runtime)
    ben = anna(external_id="88", email="ben@example.com", first_name="Ben", last_name="B", phone=None, updated_at=LATER)
    tell(runtime, store, [ben, order("1005", anna(email="ben@example.com", updated_at=None), updated_at=LATER)])
    assert next(one.customer_id for one in rows(runtime, Order) if one.external_id == "1005") is None


def test_the_other_store_s_anna_is_untouched(runtime: Runtime) -> None:
    other = settle_anna(runtime, "second")
    before = {one: len(rows(runtime, one, other)) for one in (Customer, Identity, Consent, Checkout, Message, Event)}
    erased(runtime)
    assert {one: len(rows(runtime, one, other)) for one in before} == before
    assert [one.email for one in rows(runtime, Customer, other)] == [EMAIL]
    assert {one.customer_id is None for one in rows(runtime, Order, other)} == {False}
    assert runtime.channels["email"].has_left("second-sent", store="second")
    tell(runtime, other, [anna(updated_at=LATER, last_name="Still")])
    assert [one.last_name for one in rows(runtime, Customer, other)] == ["Still"]


def test_an_address_that_another_account_holds_by_now_is_theirs(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    tell(runtime, store, [anna(external_id="88", first_name="Cleo", updated_at=LATER)])
    demand(runtime, store, ERASE)
    work_off(runtime)
    held = [(one.external_id, one.email) for one in rows(runtime, Customer) if one.external_id]
    assert held == [("88", EMAIL)]
    tell(runtime, store, [order("1009", anna(external_id="88", updated_at=None), updated_at=LATER)])
    assert next(one.customer_id for one in rows(runtime, Order) if one.external_id == "1009") is not None


def test_a_message_on_its_way_is_waited_for(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    with runtime.database.write() as session:
        session.execute(sa.update(Message).where(Message.key == "first-queued").values(state=MessageState.SENDING))
    demand(runtime, store, ERASE)
    assert work_off(runtime) == 0
    assert [one.email for one in rows(runtime, Customer)] == [EMAIL]
    with runtime.database.write() as session:
        session.execute(sa.update(Message).where(Message.key == "first-queued").values(state=MessageState.SENT))
    assert work_off(runtime) == 1
    assert traces_in_rows(runtime) == []


def test_a_delivery_that_still_waits_is_opened_first(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    keep_delivery(runtime, store, "waiting", state=DeliveryState.WAITING)
    demand(runtime, store, ERASE)
    assert work_off(runtime) == 1
    assert rows(runtime, PrivacyRequest)[0].done_at is None
    assert traces_in_rows(runtime) == ["delivery"]
    with runtime.database.write_inbox() as session:
        waiting = sa.update(Delivery).where(Delivery.key == "waiting")
        session.execute(waiting.values(state=DeliveryState.DONE, body=None))
    assert work_off(runtime) == 1
    assert rows(runtime, PrivacyRequest)[0].done_at == NOW
    assert traces_in_rows(runtime) == []


def test_a_big_file_is_written_anew_once_a_day(
    runtime: Runtime, clock: FrozenClock, backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pipeline.erase.demands.BIG_FILE", 1)
    erased(runtime)
    assert traces_in_rows(runtime) == []
    assert (rows(runtime, PrivacyRequest)[0].done_at is None) == (backend == "sqlite")
    clock.travel(timedelta(days=1))
    work_off(runtime)
    assert rows(runtime, PrivacyRequest)[0].done_at is not None


def test_a_reader_that_holds_up_the_files_is_waited_for(
    config: Config, clock: FrozenClock, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sqlite.BUSY_MILLISECONDS", 50)
    runtime = assemble(config, clock=clock)
    store = settle_anna(runtime)
    demand(runtime, store, ERASE)
    with runtime.database.read() as session:
        session.execute(sa.select(Customer)).all()
        assert work_off(runtime) == 1
        assert (rows(runtime, PrivacyRequest)[0].done_at is None) == (backend == "sqlite")
    work_off(runtime)
    assert rows(runtime, PrivacyRequest)[0].done_at == NOW
    assert traces_in_files(runtime, tmp_path) == []
    runtime.close()


def test_mails_from_before_a_mail_server_was_set_up_go_too(config: Config, clock: FrozenClock, tmp_path: Path) -> None:
    before = assemble(config, clock=clock)
    store = settle_anna(before)
    before.close()
    runtime = assemble(replace(config, smtp_url="smtp://127.0.0.1:9"), clock=clock)
    demand(runtime, store, ERASE)
    work_off(runtime)
    assert [path.suffix for path in (tmp_path / "outbox").rglob("*") if path.is_file()] == [".gone", ".gone"]
    runtime.close()


def test_an_old_link_of_somebody_erased_leads_to_nobody(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    wish = Unsubscription(store.id, rows(runtime, Customer)[0].id, Medium.EMAIL)
    demand(runtime, store, ERASE)
    work_off(runtime)
    with runtime.database.write() as session:
        assert not unsubscribe(session, wish, now=NOW)
    assert rows(runtime, Consent) == []
