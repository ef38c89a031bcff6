"""The Shopify connector keeps the promises of every store connector, before the stand-in Shopify."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.base import StoreSettings
from connectors.records import Kind
from connectors.standins.shopify import Shop, StandIn, create_standin
from connectors.stores.shopify import connect
from tests.contracts.looks import LooksBattery
from tests.contracts.loopback import served
from tests.contracts.store_connector import StoreConnectorBattery
from tests.contracts.store_deliveries import StoreDeliveriesBattery
from tests.contracts.trial import Delivery, KeptAccess, Trial, Trouble

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DOMAIN = "demo.myshopify.com"


class Clock:
    """The stand-in's clock, which the battery may move on: bulk operations take their time."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def furnish(shop: Shop) -> dict[Kind, str]:
    """Something of everything; answers one id of each kind."""
    mug = shop.create_product("Enamel Mug", price=1600, sku="MUG-1")
    gone = shop.create_product("Old Mug", price=100)
    shop.delete_product(gone)
    anna = shop.create_customer(
        email="anna@example.com", first_name="Anna", accepts_marketing=True, birthday="1990-02-28"
    )
    ben = shop.create_customer(email="ben@example.com", phone="+442071838750")
    shop.set_sms_consent(ben, "SUBSCRIBED")
    shop.change_tags(ben, add=["friend"])
    shop.delete_customer(shop.create_customer(email="gone@example.com"))
    order = shop.place_order(email="anna@example.com", items=[(mug, 2)], discount_code=None)
    parcel = shop.fulfil(order)
    shop.deliver(order)
    refund = shop.refund_order(order, 500)
    shop.cancel_order(shop.place_order(email="ben@example.com", items=[mug]))
    shop.place_order(email=None, items=[mug], guest=True)
    checkout = shop.start_checkout(email="cleo@example.com", items=[mug])
    shop.delete_checkout(shop.start_checkout(email="dora@example.com", items=[mug]))
    shop.set_email_consent(anna, "UNSUBSCRIBED")
    shop.request_data("anna@example.com")
    shop.redact_customer("anna@example.com")
    return {
        Kind.CUSTOMER: str(anna.id),
        Kind.ORDER: str(order.id),
        Kind.PRODUCT: str(mug.id),
        Kind.REFUND: str(refund.id),
        Kind.FULFILLMENT: str(parcel.id),
        Kind.CHECKOUT: checkout.token,
    }


def misbehave(stand_in: StandIn, trouble: Trouble) -> None:
    if trouble is Trouble.DOWN:
        stand_in.faults.fail_next(1000)
    elif trouble is Trouble.TORN:
        stand_in.faults.drop_next(1000)
    else:
        stand_in.faults.throttle_next(1000)


class TestShopify(StoreDeliveriesBattery, StoreConnectorBattery, LooksBattery):
    @pytest.fixture
    def trial(self) -> Iterator[Trial]:
        clock = Clock()
        made: list[StandIn] = []

        def open_stand_in(_url: str) -> Callable[..., Any]:
            made.append(
                create_standin(app_url="https://app.example", client_id="client-id", client_secret="s" * 32, now=clock)
            )
            return made[0].wsgi

        with served(open_stand_in) as url:
            yield self.made(made[0], url, clock=clock)

    def made(self, stand_in: StandIn, url: str, *, clock: Clock) -> Trial:
        settings = StoreSettings(
            app_url="https://app.example",
            now=clock,
            shopify_client_id="client-id",
            shopify_client_secrets=("s" * 32,),
            shopify_standin=url,
            allow_private_stores=True,
        )
        connector = connect(settings)
        deliveries: list[Delivery] = []

        def keep(_url: str, body: bytes, /, *, headers: Any) -> int:
            if headers["X-Shopify-Topic"] in connector.topics:
                deliveries.append(Delivery(headers["X-Shopify-Topic"], dict(headers), body))
            return 200

        stand_in.webhooks.transport = keep
        shop = stand_in.add_shop("demo")
        shop.install()
        access = KeptAccess(DOMAIN, connector.exchange(DOMAIN, stand_in.tokens.id_token("demo")))
        present = furnish(shop)
        stand_in.webhooks.flush()
        return Trial(
            connector=connector,
            access=access,
            profile=connector.profile(access),
            deliveries=deliveries,
            signature="X-Shopify-Hmac-Sha256",
            present=present,
            missing={kind: "999999" for kind in present if kind is not Kind.CHECKOUT},
            webhook_address="https://app.example/webhooks/shopify",
            trouble=lambda trouble: misbehave(stand_in, trouble),
            revoke=shop.uninstall,
            pass_time=clock.pass_time,
        )
