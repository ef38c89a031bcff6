"""A birthday on 31 February, a negative amount, a zone nobody knows: what came with it is kept, it is absent, and counted."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.model import Customer, Order, Store, StoreState, UnknownValue
from app.pipeline import unknown
from app.pipeline.inbox import accept, open_batch
from app.pipeline.install import install
from app.pipeline.sync.taking import take_in
from app.runtime import Runtime
from app.zones import zone_of
from connectors.base import Credentials, DeliveryHead
from connectors.records import StoreProfile
from connectors.stores.shopify.nodes import customer, shapes
from connectors.stores.woocommerce.look import strange_zone
from tests.conftest import NOW
from tests.connectors.stores.woocommerce.conftest import rest, webhook
from tests.pipeline.rows import a_store

NOBODYS = "Mars/Olympus"
CREATED = "2026-11-21T12:00:00Z"
OF_SHOPIFY = {"id": 1, "updated_at": CREATED, "created_at": CREATED, "currency": "EUR", "total_price": "-5.00"}
BORN_ODDLY = {
    "__typename": "Customer",
    "id": "gid://shopify/Customer/7",
    "createdAt": CREATED,
    "updatedAt": CREATED,
    "birthDate": {"value": "1990-02-31"},
}


def _installed(runtime: Runtime, platform: str, profile: StoreProfile) -> Store:
    keys = Credentials({"access_token": "x"})
    store_id = install(runtime, platform=platform, address=f"{platform}.example", profile=profile, credentials=keys)
    with runtime.database.read() as session:
        return session.get_one(Store, store_id)


def _tell(runtime: Runtime, store: Store, topic: str, *, key: str, body: Any) -> None:
    accept(runtime, store_id=store.id, head=DeliveryHead(topic, None, key), body=json.dumps(body).encode())
    open_batch(runtime)


def _rows(runtime: Runtime, model: type[Any]) -> list[Any]:
    with runtime.database.read() as session:
        return list(session.scalars(sa.select(model)))


def _counted(runtime: Runtime) -> dict[str, int]:
    return {one.word: one.times for one in _rows(runtime, UnknownValue)}


def test_shopify(runtime: Runtime, clock: FrozenClock) -> None:
    store = _installed(runtime, "shopify", StoreProfile("Corner", "EUR", NOBODYS))
    assert store.zone == NOBODYS, "it is kept as it was said"
    assert zone_of(None, None, store_zone=store.zone).key == "UTC"
    for _ in range(2):
        _tell(runtime, store, "orders/create", key="once", body=OF_SHOPIFY)
    clock.travel(timedelta(hours=1))
    _tell(runtime, store, "orders/updated", key="anew", body=OF_SHOPIFY)
    words: list[str] = []
    born = customer(msgspec.convert(BORN_ODDLY, shapes.Customer), words)
    with runtime.database.write() as session:
        take_in(runtime, store, records=[born], session=session)
        unknown.note(session, store, words=words, now=clock.now())
    assert [one.total for one in _rows(runtime, Order)] == [0]
    assert [(one.external_id, one.birthday) for one in _rows(runtime, Customer)] == [("7", None)]
    assert _counted(runtime) == {
        "store.zone=unknown": 1,
        "order.total=negative": 2,
        "customer.birth_date=not_a_date": 1,
    }
    times = {one.word: (one.first_at, one.last_at) for one in _rows(runtime, UnknownValue)}
    assert times["order.total=negative"] == (NOW, NOW + timedelta(hours=1))


def test_woocommerce(runtime: Runtime) -> None:
    profile = StoreProfile("Tea", "USD", "UTC", unknown=strange_zone(NOBODYS))
    store = _installed(runtime, "woocommerce", profile)
    body = webhook("customer.updated.02").json
    body["meta_data"] = [{"id": 1, "key": "birthday", "value": "1990-02-31"}]
    for _ in range(2):
        _tell(runtime, store, "customer.updated", key="person", body=body)
        _tell(runtime, store, "order.updated", key="order", body={**rest("order-get"), "total": "-5.00"})
    assert [one.total for one in _rows(runtime, Order)] == [0]
    assert {one.birthday for one in _rows(runtime, Customer)} == {None}
    assert len(_rows(runtime, Customer)) == 2
    assert _counted(runtime) == {"store.zone=unknown": 1, "order.total=negative": 1, "meta.birthday=unreadable": 1}


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("order.status=frozen", "order.status"),
        ("order.created_via=anna@example.com", "order.created_via"),
        ("customers.malformed=77: Anna has no time", "customers.malformed"),
        ("order.total=negative", "order.total=negative"),
        ("anna@example.com=negative", unknown.OTHER),
        ("", unknown.OTHER),
    ],
)
def test_no_word_holds_what_the_store_wrote(word: str, kept: str) -> None:
    assert unknown.bare(word) == kept


def test_a_store_has_so_many_words_and_the_rest_is_one(runtime: Runtime) -> None:
    with runtime.database.write() as session:
        store, other = a_store(session, "corner"), a_store(session, "other")
        gone = a_store(session, "gone", state=StoreState.ERASED)
        for shift in (0, 5):
            words = [f"field{shift + number:03}=odd" for number in range(unknown.MOST_WORDS)]
            unknown.note(session, store, words=words, now=NOW)
        unknown.note(session, other, words=["field999=odd"], now=NOW)
        unknown.note(session, gone, words=["field999=odd"], now=NOW)
    found = _rows(runtime, UnknownValue)
    mine = {one.word: one.times for one in found if one.store_id == store.id}
    assert len(mine) == unknown.MOST_WORDS + 1
    assert (mine["field000"], mine["field199"], mine[unknown.OTHER]) == (1, 2, 5)
    assert [(one.store_id, one.word) for one in found if one.store_id != store.id] == [(other.id, "field999")]
