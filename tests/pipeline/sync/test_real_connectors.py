"""Import and catch-up end to end: the connectors as they ship, over HTTP, before the stand-in stores."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.clock import FrozenClock
from app.config import Config
from app.model import ConnectionState, Customer, Order, OrderLine, Product
from app.pipeline.ingest import ingest
from app.pipeline.install import install
from app.pipeline.sync import nightly
from app.pipeline.sync.nightly import CHORES
from app.runtime import assemble
from connectors.base import Credentials, StoreConnector, SyncKind
from connectors.records import Kind, LookAgain
from connectors.standins import shopify, woocommerce
from connectors.stores.shopify import Shopify
from tests.contracts.loopback import served
from tests.contracts.trial import KeptAccess
from tests.pipeline.sync.town import Town

ANNA = "anna@example.com"
DOMAIN = "demo.myshopify.com"


@contextmanager
def a_town(config: Config, clock: FrozenClock) -> Iterator[Town]:
    """A house with the connectors as they ship, and no store yet."""
    runtime = assemble(config, clock=clock, worker="test-worker")
    try:
        yield Town(runtime, clock)
    finally:
        runtime.close()


def move_in(town: Town, platform: str, address: str, *, credentials: Credentials) -> StoreConnector:
    connector = town.runtime.connectors[platform]
    profile = connector.profile(KeptAccess(address, credentials))
    town.store_id = install(town.runtime, platform=platform, address=address, profile=profile, credentials=credentials)
    return connector


def counted(town: Town) -> dict[str, tuple[int, int]]:
    return {one.email: (one.orders_count, one.spent) for one in town.rows(Customer) if one.email}


def later(town: Town, kind: SyncKind) -> None:
    town.clock.travel(timedelta(hours=2))
    town.begin(kind)
    town.finish()
    assert (town.run.kind, town.run.state, town.run.trouble) == (kind, "done", None)


def test_woocommerce(config: Config, clock: FrozenClock) -> None:
    stores: list[woocommerce.StandIn] = []

    def open_store(url: str) -> Callable[..., Any]:
        stores.append(woocommerce.create_standin(url=url, now=clock.now, version="10.7.0"))
        return stores[0].wsgi

    with served(open_store) as url, a_town(config, clock) as town:
        store = stores[0]
        key = store.create_key()
        for number in range(120):
            store.create_customer(f"somebody{number}@example.com")
        anna = store.create_customer(ANNA, first_name="Anna")
        first = store.place_order(items=[("SERUM-30", 2), "BEANS-250"], customer_id=anna.id)
        store.set_status(first, "completed")
        secrets = {"consumer_key": key.key, "consumer_secret": key.secret, "webhook_secret": "w" * 43}
        move_in(town, "woocommerce", url, credentials=Credentials(secrets, frozenset({"read_write"})))
        town.finish()
        assert (town.run.state, town.run.done, town.run.phase) == ("done", town.run.total, "reviews")
        assert len(town.rows(Customer)) >= 121
        assert len(town.rows(OrderLine)) == 2
        assert town.rows(Product)
        assert counted(town)[ANNA] == (1, first.total)
        second = store.place_order(items=["MUG-1"], customer_id=anna.id)
        later(town, SyncKind.RECENT)
        assert counted(town)[ANNA] == (2, first.total + second.total)
        store.trash_order(first)
        store.create_customer("late@example.com")
        later(town, SyncKind.CHANGES)
        assert counted(town)[ANNA] == (1, second.total)
        assert "late@example.com" in counted(town)
        town.clock.travel(timedelta(days=1))
        assert nightly(town.runtime) == len(CHORES) + 1
        assert {one.topic for one in store.state.webhooks.values()} == town.runtime.connectors["woocommerce"].topics
        store.revoke_key(key)
        town.go_on()
        assert town.connection.state == ConnectionState.NEEDS_REAUTH


def test_shopify(config: Config, clock: FrozenClock) -> None:
    made: list[shopify.StandIn] = []

    def open_stand_in(_url: str) -> Callable[..., Any]:
        made.append(
            shopify.create_standin(
                app_url="https://app.example", client_id="test-client-id", client_secret="s" * 32, now=clock.now
            )
        )
        made[0].webhooks.transport = lambda *_, **__: 200
        return made[0].wsgi

    with served(open_stand_in) as url:
        settings = replace(config, shopify_standin=url, shopify_client_secret=("s" * 32,))
        with a_town(settings, clock) as town:
            walk_through_shopify(town, made[0])


def walk_through_shopify(town: Town, stand_in: shopify.StandIn) -> None:
    shop = stand_in.add_shop("demo")
    shop.install()
    mug = shop.create_product("Enamel Mug", price=1600, sku="MUG-1")
    shop.create_customer(email=ANNA, first_name="Anna")
    first = shop.place_order(email=ANNA, items=[(mug, 2)])
    connector = town.runtime.connectors["shopify"]
    assert isinstance(connector, Shopify)
    move_in(town, "shopify", DOMAIN, credentials=connector.exchange(DOMAIN, stand_in.tokens.id_token("demo")))
    town.finish()
    assert (town.run.state, town.run.done, town.run.total) == ("done", 3, 3)
    assert [one.title for one in town.rows(Product)] == ["Enamel Mug"]
    before = counted(town)[ANNA]
    assert before[0] == 1
    for kind in (SyncKind.RECENT, SyncKind.CHANGES):
        shop.place_order(email=ANNA, items=[mug])
        later(town, kind)
    assert counted(town)[ANNA][0] == 3
    shop.delete_order(first)
    with town.runtime.database.write() as session:
        look = LookAgain(Kind.ORDER, str(first.id))
        ingest(session, store=town.store, records=[look], now=town.clock.now(), runtime=town.runtime)
    town.finish()
    assert (town.run.kind, town.run.state) == ("looks", "done")
    assert counted(town)[ANNA][0] == 2
    assert {one.status for one in town.rows(Order) if one.external_id == str(first.id)} == {"cancelled"}
    town.clock.travel(timedelta(days=1))
    assert nightly(town.runtime) == len(CHORES) + 1
    assert town.connection.state == ConnectionState.CONNECTED
    shop.uninstall()
    town.go_on()
    assert town.connection.state == ConnectionState.NEEDS_REAUTH
