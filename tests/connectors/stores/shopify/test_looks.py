"""What one call for several objects leaves to a look at each alone, before the stand-in Shopify."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from connectors.base import StoreSettings
from connectors.records import GoneRecord, Kind
from connectors.standins.shopify import StandIn, create_standin
from connectors.stores.shopify import connect, looks
from connectors.stores.shopify.looks import SHORT_LIST, SOME_VARIANTS
from tests.contracts.loopback import served
from tests.contracts.trial import KeptAccess

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DOMAIN = "demo.myshopify.com"


@pytest.fixture
def store() -> Iterator[Any]:
    made: list[StandIn] = []

    def open_stand_in(_url: str) -> Callable[..., Any]:
        made.append(
            create_standin(
                app_url="https://app.example", client_id="client-id", client_secret="s" * 32, now=lambda: NOW
            )
        )
        return made[0].wsgi

    with served(open_stand_in) as url:
        settings = StoreSettings(
            app_url="https://app.example",
            now=lambda: NOW,
            shopify_client_id="client-id",
            shopify_client_secrets=("s" * 32,),
            shopify_standin=url,
            allow_private_stores=True,
        )
        connector = connect(settings)
        shop = made[0].add_shop("demo")
        shop.install()
        access = KeptAccess(DOMAIN, connector.exchange(DOMAIN, made[0].tokens.id_token("demo")))

        def look(kind: Kind, *numbers: int) -> dict[str, Any]:
            asked = [str(one) for one in numbers]
            return dict(looks.look_each(connector.client, access, kind=kind, external_ids=asked))

        yield SimpleNamespace(shop=shop, look=look, faults=made[0].faults)


def test_an_order_with_more_than_a_short_list_is_left_to_a_look_at_it_alone(store: Any) -> None:
    mug = store.shop.create_product("Enamel Mug", price=1600)
    short, long = (store.shop.place_order(email="anna@example.com", items=[mug] * many) for many in (2, 1))
    for _ in range(SHORT_LIST):
        store.shop.refund_order(long, 100)
    assert store.look(Kind.ORDER, short.id, long.id).keys() == {str(short.id)}


def test_many_people_are_shown_and_none_is_taken_for_another(store: Any) -> None:
    people = [store.shop.create_customer(email=f"guest{number}@example.com") for number in range(60)]
    store.shop.delete_customer(people[7])
    found = store.look(Kind.CUSTOMER, *(one.id for one in people))
    assert len(found) == 60
    assert isinstance(found.pop(str(people[7].id)).records[0], GoneRecord)
    assert {number: told.records[0].external_id for number, told in found.items()} == {
        number: number for number in found
    }


def test_what_may_not_be_seen_is_not_called_gone(store: Any) -> None:
    anna = store.shop.create_customer(email="anna@example.com")
    store.faults.deny("QueryRoot.customer")
    assert store.look(Kind.CUSTOMER, anna.id) == {}


def test_a_product_that_may_have_more_kinds_than_were_asked_for_is_left_out(store: Any) -> None:
    plain = store.shop.create_product("Mug", price=1600)
    many = store.shop.create_product("Shirt", price=1600)
    many.variants.extend(many.variants * SOME_VARIANTS)
    assert store.look(Kind.PRODUCT, plain.id, many.id).keys() == {str(plain.id)}
