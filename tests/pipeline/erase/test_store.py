"""A store that is erased leaves an audit row and nothing else; its neighbour is untouched, and it may move in anew."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from app import connections
from app.clock import FrozenClock
from app.db import Base
from app.model import Connection, Delivery, DeliveryState, PrivacyRequest, Store, StoreState
from app.pipeline.erase import export_of, work_off
from app.pipeline.install import install
from app.rehearsal import trials
from app.runtime import Runtime
from connectors.base import Credentials
from connectors.records import PrivacyDemand, StoreNews, StoreProfile, StoreRecord
from tests.conftest import NOW
from tests.pipeline.erase.town import demand, everything, keep_delivery, settle_anna, tell, traces_in_files

ERASE = PrivacyDemand.ERASE_STORE
PROFILE = StoreProfile("Beans", "EUR", "Europe/Berlin", email="owner@example.com", postal_address="Quixotemarsh 1")


def counts(runtime: Runtime, store_id: int) -> dict[str, int]:
    """How many rows of a store are in each table that has any."""
    tables = [table for table in Base.metadata.sorted_tables if "store_id" in table.c]
    with runtime.database.read() as session:
        found = {
            table.name: session.scalar(sa.select(sa.func.count()).where(table.c.store_id == store_id))
            for table in tables
        }
    return {name: count for name, count in found.items() if count}


def connect(runtime: Runtime, store: Store) -> None:
    with runtime.database.write() as session:
        keys = Credentials({"access_token": "quixotemarsh"})
        connections.keep(session, store_id=store.id, credentials=keys, vault=runtime.vault, now=NOW)


def the_store(runtime: Runtime, store: Store) -> Store:
    with runtime.database.read() as session:
        return session.get_one(Store, store.id)


def test_everything_of_the_store_goes_and_an_audit_row_stays(runtime: Runtime, tmp_path: Path) -> None:
    store = settle_anna(runtime)
    connect(runtime, store)
    keep_delivery(runtime, store, "waiting", state=DeliveryState.WAITING)
    with runtime.database.write() as session:
        trials.ask(session, runtime.workflows["win_back"], store_id=store.id, days=30, now=NOW)
    demand(runtime, store, PrivacyDemand.ERASE_CUSTOMER, reference="earlier")
    tell(runtime, store, [StoreRecord(StoreNews.UNINSTALLED)])
    assert work_off(runtime) == 1
    demand(runtime, store, ERASE)
    assert work_off(runtime) == 2, "the earlier demand waited for a delivery that is gone as well"
    assert counts(runtime, store.id) == {"privacy_request": 2}
    with runtime.database.read_inbox() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Delivery)) == 0
    with runtime.database.read() as session:
        requests = list(session.scalars(sa.select(PrivacyRequest)))
    assert {one.done_at for one in requests} == {NOW}
    assert {one.customer_external_id for one in requests} == {None}
    erased = the_store(runtime, store)
    assert (erased.state, erased.name, erased.email, erased.postal_address) == (StoreState.ERASED, "", None, None)
    assert traces_in_files(runtime, tmp_path) == []


def test_its_neighbour_is_untouched(runtime: Runtime) -> None:
    other = settle_anna(runtime, "second")
    before = counts(runtime, other.id)
    store = settle_anna(runtime)
    demand(runtime, store, ERASE)
    assert work_off(runtime) == 1
    assert counts(runtime, other.id) == before
    assert the_store(runtime, other).state == StoreState.ACTIVE
    assert runtime.channels["email"].has_left("second-sent", store="second")
    with runtime.database.read_inbox() as session:
        assert list(session.scalars(sa.select(Delivery.store_id))) == [other.id]


def test_what_was_still_on_its_way_in_is_not_taken_in(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    demand(runtime, store, ERASE)
    work_off(runtime)
    tell(runtime, store, everything())
    assert counts(runtime, store.id) == {"privacy_request": 1}


def test_the_same_store_may_move_in_anew_as_a_stranger(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    demand(runtime, store, ERASE)
    work_off(runtime)
    keys = Credentials({"access_token": "new"})
    again = install(runtime, platform=store.platform, address=store.address, profile=PROFILE, credentials=keys)
    assert again != store.id


def test_a_store_that_moved_in_again_after_the_demand_is_left_alone(runtime: Runtime, clock: FrozenClock) -> None:
    store = settle_anna(runtime)
    tell(runtime, store, [StoreRecord(StoreNews.UNINSTALLED)])
    demand(runtime, store, ERASE)
    clock.travel(timedelta(hours=1))
    keys = Credentials({"access_token": "new"})
    install(runtime, platform=store.platform, address=store.address, profile=PROFILE, credentials=keys)
    before = counts(runtime, store.id)
    assert work_off(runtime) == 1
    assert counts(runtime, store.id) == before
    with runtime.database.read() as session:
        request = session.scalars(sa.select(PrivacyRequest)).one()
        assert session.scalar(sa.select(sa.func.count()).select_from(Connection)) == 1
    assert "refused" in request.result
    assert request.done_at is not None


def test_an_earlier_export_goes_with_the_store(runtime: Runtime) -> None:
    store = settle_anna(runtime)
    demand(runtime, store, PrivacyDemand.EXPORT)
    work_off(runtime)
    with runtime.database.read() as session:
        request_id = session.scalars(sa.select(PrivacyRequest.id)).one()
    assert export_of(runtime, request_id, store_id=store.id)
    demand(runtime, store, ERASE)
    work_off(runtime)
    assert export_of(runtime, request_id, store_id=store.id) is None
