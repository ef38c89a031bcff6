"""The WooCommerce connector keeps the promises of every store connector, before the stand-in store."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import Credentials, StoreSettings
from connectors.records import Kind
from connectors.standins.woocommerce import StandIn, create_standin
from connectors.standins.woocommerce.faults import Fault, FaultKind
from connectors.stores.woocommerce import connect
from tests.contracts.looks import LooksBattery
from tests.contracts.loopback import served
from tests.contracts.store_connector import StoreConnectorBattery
from tests.contracts.store_deliveries import StoreDeliveriesBattery
from tests.contracts.trial import Delivery, KeptAccess, Trial, Trouble

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "w" * 43
# Nobody listens there; the store keeps what it tried to send.
NOWHERE = "http://127.0.0.1:9/webhooks/woocommerce/1"
TROUBLES = {
    Trouble.DOWN: Fault(FaultKind.FAIL, times=1000),
    Trouble.TORN: Fault(FaultKind.DROP, times=1000),
    Trouble.THROTTLED: Fault(FaultKind.THROTTLE, times=1000, seconds=7),
}


def furnish(store: StandIn) -> dict[Kind, str]:
    """Something of everything, and more customers than fit on one page; answers one id of each kind."""
    for number in range(104):
        store.create_customer(f"somebody{number}@example.com")
    store.webhooks.pending.clear()
    anna = store.create_customer("Anna@example.com", first_name="Anna", accepts_marketing=True)
    order = store.place_order(items=[("SERUM-30", 2), "BEANS-250"], customer_id=anna.id)
    store.set_status(order, "completed")
    store.refund_order(order, 1000, reason="damaged")
    store.place_order(items=["MUG-1"], email="Guest.One@Example.com", created_via="store-api")
    store.place_order(items=["MUG-1"], email="", created_via="admin", status="on-hold", payment_method="bacs")
    product = store.add_product("Tom &amp; Jerry Mug", price=999)
    store.add_review(product_id=product.id, email="anna@example.com", rating=5)
    trashed = store.place_order(items=["TOWEL-1"], email="ben@example.com")
    store.trash_order(trashed)
    draft = store.open_checkout(items=["CANDLE-1"], email="cleo@example.com")
    return {
        Kind.ORDER: str(order.id),
        Kind.CUSTOMER: str(anna.id),
        Kind.PRODUCT: str(product.id),
        Kind.CHECKOUT: f"draft-{draft.id}",
    }


def delivered(store: StandIn) -> list[Delivery]:
    store.webhooks.flush()
    return [Delivery(one.topic, one.headers, one.body) for one in store.webhooks.answers]


class TestWooCommerce(StoreDeliveriesBattery, StoreConnectorBattery, LooksBattery):
    @pytest.fixture
    def trial(self) -> Iterator[Trial]:
        stores: list[StandIn] = []

        def open_store(url: str) -> Callable[..., Any]:
            stores.append(create_standin(url=url, now=lambda: NOW, version="10.7.0"))
            return stores[0].wsgi

        with served(open_store) as url:
            yield self.made(stores[0], url)

    def made(self, store: StandIn, url: str) -> Trial:
        key = store.create_key()
        secrets = {
            "consumer_key": key.key,
            "consumer_secret": key.secret,
            "webhook_secret": SECRET,
            "pairing_secret": SECRET,
        }
        access = KeptAccess(url, Credentials(secrets, frozenset({"read_write"})))
        connector = connect(StoreSettings(app_url="http://127.0.0.1:9", now=lambda: NOW, allow_private_stores=True))
        connector.heal(access, NOWHERE)
        for webhook in store.state.webhooks.values():
            webhook.failures = -10_000
        present = furnish(store)
        deliveries = delivered(store)
        return Trial(
            connector=connector,
            access=access,
            profile=connector.profile(access),
            deliveries=deliveries,
            signature="X-WC-Webhook-Signature",
            present=present,
            missing={kind: "draft-999999" if kind is Kind.CHECKOUT else "999999" for kind in present},
            webhook_address=NOWHERE,
            trouble=lambda trouble: store.faults.add(TROUBLES[trouble]),
            revoke=lambda: store.revoke_key(key),
        )
