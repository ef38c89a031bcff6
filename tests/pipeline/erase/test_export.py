"""What a demand hands over: all that is held, to the owner of that store alone, for a while; and who may work on it."""

import json
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import DeliveryState, PrivacyRequest, Store
from app.pipeline.erase import demands, export_of, work_off
from app.runtime import Runtime
from connectors.records import PrivacyDemand
from tests.pipeline.erase.town import (
    EMAIL,
    anna,
    demand,
    keep_delivery,
    settle_anna,
    tell,
    traces_in_rows,
)

EXPORT = PrivacyDemand.EXPORT


def exported(runtime: Runtime, store: Store) -> int:
    demand(runtime, store, EXPORT)
    assert work_off(runtime) == 1
    with runtime.database.read() as session:
        return session.scalars(sa.select(PrivacyRequest.id).where(PrivacyRequest.store_id == store.id)).one()


def content(runtime: Runtime, request_id: int, store: Store) -> dict[str, list[dict[str, Any]]]:
    text = export_of(runtime, request_id, store_id=store.id)
    assert text is not None
    found: dict[str, list[dict[str, Any]]] = json.loads(text)
    return found


def test_every_table_mail_and_delivery_that_knows_her_is_in_it_and_nobody_else_is(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    settle_anna(runtime, "second")
    tell(runtime, store, [anna(external_id="88", email="ben@example.com", phone="+4930123456", first_name="Ben")])
    told = content(runtime, exported(runtime, store), store)
    assert set(traces_in_rows(runtime)) - {"delivery"} <= {name for name, rows in told.items() if rows}
    assert {
        len(told[name]) for name in ("customer", "review", "checkout", "suppression", "receipt", "confirmation")
    } == {1}
    assert (len(told["orders"]), len(told["order_line"]), len(told["deliveries"])) == (2, 2, 1)
    assert ["Dear Annabellissima" in one["mail"] for one in told["mails"]] == [True, True]
    assert told["customer"][0]["email"] == EMAIL
    assert "ben@example.com" not in json.dumps(told)
    assert {row.get("store_id", store.id) for rows in told.values() for row in rows} == {store.id}


def test_what_is_kept_for_the_owner_is_encrypted_and_no_other_store_s(runtime: Runtime) -> None:
    store, other = settle_anna(runtime), settle_anna(runtime, "second")
    request_id = exported(runtime, store)
    assert "privacy_request" not in traces_in_rows(runtime)
    assert export_of(runtime, request_id, store_id=other.id) is None
    assert export_of(runtime, request_id + 1, store_id=store.id) is None


def test_after_thirty_days_it_is_gone(runtime: Runtime, clock: FrozenClock) -> None:
    store = settle_anna(runtime)
    request_id = exported(runtime, store)
    clock.travel(timedelta(days=30))
    work_off(runtime)
    assert export_of(runtime, request_id, store_id=store.id) is not None
    clock.travel(timedelta(seconds=1))
    work_off(runtime)
    assert export_of(runtime, request_id, store_id=store.id) is None


def test_it_goes_when_she_is_erased(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    request_id = exported(runtime, store)
    demand(runtime, store, PrivacyDemand.ERASE_CUSTOMER)
    work_off(runtime)
    assert export_of(runtime, request_id, store_id=store.id) is None


def test_somebody_whom_we_do_not_know_gets_an_empty_answer(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    demand(runtime, store, EXPORT, customer_external_id="555", email="nobody@example.com", phone=None)
    assert work_off(runtime) == 1
    with runtime.database.read() as session:
        request_id = session.scalars(sa.select(PrivacyRequest.id)).one()
    assert not any(content(runtime, request_id, store).values())


def test_one_that_cannot_be_read_waits_and_stops_nobody(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    keep_delivery(runtime, store, "done", state=DeliveryState.ASIDE)
    demand(runtime, store, EXPORT, reference="unreadable")
    with runtime.database.write() as session:
        session.execute(sa.update(PrivacyRequest).values(result={"locked": "not ours"}))
    demand(runtime, store, EXPORT, reference="readable")
    assert work_off(runtime) == 1
    with runtime.database.read() as session:
        done = {one.reference: one.done_at is not None for one in session.scalars(sa.select(PrivacyRequest))}
    assert done == {"unreadable": False, "readable": True}


def test_two_workers_at_one_demand_erase_once(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    keep_delivery(runtime, store, "waiting", state=DeliveryState.WAITING)
    demand(runtime, store, PrivacyDemand.ERASE_CUSTOMER)
    (seen_by_the_slower,) = demands._open(runtime)
    assert work_off(runtime) == 1
    assert not demands._begin(runtime, seen_by_the_slower)
    (waiting,) = demands._open(runtime)
    assert (waiting.result["customers"], waiting.result["messages"]) == (1, 2)
