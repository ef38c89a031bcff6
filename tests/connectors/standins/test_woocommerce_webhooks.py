"""The outgoing queue: who hears what in which order, what collapses, what is never said, and what a refusal costs."""

import json
import random
from collections.abc import Iterator

import pytest
from flask import Response

from connectors.standins.woocommerce.actions.customers import NewCustomer
from connectors.standins.woocommerce.actions.orders import NewOrder
from connectors.standins.woocommerce.webhooks import signature
from tests.connectors.standins.woocommerce_kit import Listener, Shop, open_listener, open_shop

TOPICS = (
    "order.created",
    "order.updated",
    "order.deleted",
    "order.restored",
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "product.created",
    "product.updated",
    "product.deleted",
    "coupon.created",
    "coupon.updated",
    "coupon.deleted",
    "coupon.restored",
)


@pytest.fixture
def shop() -> Iterator[Shop]:
    with open_shop() as opened:
        yield opened


@pytest.fixture
def listener() -> Iterator[Listener]:
    with open_listener() as opened:
        yield opened


@pytest.fixture
def told(shop: Shop, listener: Listener) -> Shop:
    """A shop that tells the listener everything."""
    shop.subscribe(listener, *TOPICS)
    return shop


def flushed(shop: Shop, listener: Listener) -> list[str]:
    """The topics that the next flush brings."""
    known = len(listener.topics())
    shop.standin.webhooks.flush()
    return listener.topics()[known:]


def test_making_a_webhook_pings_its_address_with_a_form(shop: Shop, listener: Listener) -> None:
    [number] = shop.subscribe(listener, "order.created")
    [ping] = listener.heard
    assert ping.body == f"webhook_id={number}".encode()
    assert ping.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert not ping.topic
    moved = shop.call("PUT", f"webhooks/{number}", json={"delivery_url": f"{listener.url}/other"})
    assert (moved.status_code, listener.heard[-1].path) == (200, "other")


def test_a_ping_that_was_not_answered_with_200_follows_every_delivery(shop: Shop, listener: Listener) -> None:
    listener.status = 204
    shop.subscribe(listener, "order.created")
    for _ in range(2):
        shop.standin.place_order(items=["MUG-1"], email="a@example.com")
        shop.standin.webhooks.flush()
    assert [bool(one.topic) for one in listener.heard] == [False, True, False, True, False]


def test_the_secret_is_never_shown_and_the_status_on_create_is_ignored(shop: Shop, listener: Listener) -> None:
    body = {"topic": "order.created", "delivery_url": listener.url, "secret": "hush", "status": "paused"}
    made = shop.call("POST", "webhooks", json=body).json()
    assert "secret" not in made
    assert made["status"] == "active"
    assert shop.get("webhooks", status="disabled").json() == []
    assert len(shop.get("webhooks", status="active").json()) == 1


@pytest.mark.parametrize(
    ("topic", "status"),
    [
        ("customer.restored", 400),
        ("review.created", 400),
        ("action.init", 400),
        ("action.woocommerce_delete_order", 201),
        ("product.published", 201),
    ],
)
def test_topics_are_those_of_the_platform(shop: Shop, topic: str, status: int) -> None:
    body = {"topic": topic, "delivery_url": "http://localhost:1/nobody"}
    assert shop.call("POST", "webhooks", json=body).status_code == status
    assert shop.call("POST", "webhooks", json={**body, "delivery_url": "ftp://x"}).status_code == 400


def test_a_delivery_is_signed_over_its_raw_bytes(told: Shop, listener: Listener) -> None:
    told.standin.place_order(items=["MUG-1"], email="a@example.com")
    told.standin.webhooks.flush()
    heard = listener.heard[-1]
    assert heard.headers["X-Wc-Webhook-Signature"] == signature("whsec", heard.body)
    assert heard.headers["X-Wc-Webhook-Source"] == f"{told.url}/"


def test_each_way_of_ordering_has_its_own_order_of_news(told: Shop, listener: Listener) -> None:
    told.standin.place_order(items=["MUG-1"], email="a@example.com", created_via="rest-api")
    assert flushed(told, listener) == ["order.created", "order.updated"]
    told.standin.place_order(items=["MUG-1"], email="a@example.com", created_via="store-api")
    assert flushed(told, listener) == ["order.updated", "order.created"]


def test_an_account_at_the_block_checkout_comes_in_between(told: Shop, listener: Listener) -> None:
    new = NewOrder(items=["MUG-1"], email="anna@example.com", created_via="store-api")
    told.standin.store.orders.place(new, account=NewCustomer("anna@example.com"))
    assert flushed(told, listener) == ["order.updated", "customer.created", "customer.updated", "order.created"]


def test_a_first_paid_order_makes_a_paying_customer(told: Shop, listener: Listener) -> None:
    anna = told.standin.create_customer("anna@example.com")
    assert flushed(told, listener) == ["customer.created", "customer.updated"]
    told.standin.place_order(items=["MUG-1"], customer_id=anna.id)
    assert "customer.updated" in flushed(told, listener)
    assert json.loads(listener.bodies("customer.updated")[-1])["is_paying_customer"] is True


def test_counted_stock_says_that_the_product_changed(told: Shop, listener: Listener) -> None:
    told.standin.place_order(items=[("SERUM-30", 3)], email="a@example.com")
    assert flushed(told, listener)[-1] == "product.updated"
    assert json.loads(listener.bodies("product.updated")[-1])["stock_quantity"] == 997


def test_changes_that_wait_collapse_and_are_told_as_they_are_at_delivery(told: Shop, listener: Listener) -> None:
    order = told.standin.place_order(items=["MUG-1"], email="a@example.com", status="pending")
    for status in ("on-hold", "processing", "completed"):
        told.standin.set_status(order, status)
    assert flushed(told, listener) == ["order.created", "order.updated"]
    assert {json.loads(one.body)["status"] for one in listener.heard if one.topic} == {"completed"}


def test_what_is_gone_at_delivery_is_told_as_an_error_rightly_signed(told: Shop, listener: Listener) -> None:
    order = told.standin.place_order(items=["MUG-1"], email="a@example.com")
    told.standin.delete_order(order)
    assert flushed(told, listener) == ["order.created", "order.updated"]
    body = b'{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID.","data":{"status":404}}'
    assert listener.bodies("order.created") == [body]
    assert listener.heard[-1].headers["X-Wc-Webhook-Signature"] == signature("whsec", body)


def test_trash_says_its_id_alone_and_force_delete_says_nothing_but_the_action(told: Shop, listener: Listener) -> None:
    told.subscribe(listener, "action.woocommerce_delete_order")
    order = told.standin.place_order(items=["MUG-1"], email="a@example.com")
    flushed(told, listener)
    told.standin.trash_order(order)
    assert flushed(told, listener) == ["order.deleted"]
    assert listener.bodies("order.deleted") == [f'{{"id":{order.id}}}'.encode()]
    told.standin.restore_order(order)
    assert flushed(told, listener) == ["order.restored"]
    told.standin.delete_order(order)
    assert flushed(told, listener) == ["action.woocommerce_delete_order"]
    assert json.loads(listener.heard[-1].body) == {"action": "woocommerce_delete_order", "arg": order.id}


def test_untrashing_by_put_says_only_updated(told: Shop, listener: Listener) -> None:
    order = told.standin.place_order(items=["MUG-1"], email="a@example.com")
    told.standin.trash_order(order)
    flushed(told, listener)
    told.call("PUT", f"orders/{order.id}", json={"status": "processing"})
    assert flushed(told, listener) == ["order.updated"]


def test_trashing_a_page_is_a_false_alarm_twice(told: Shop, listener: Listener) -> None:
    number = told.standin.trash_page()
    assert flushed(told, listener) == ["product.deleted", "coupon.deleted"]
    assert {one.body for one in listener.heard if one.topic} == {f'{{"id":{number}}}'.encode()}


def test_what_a_real_store_keeps_to_itself(told: Shop, listener: Listener) -> None:
    anna = told.standin.create_customer("anna@example.com")
    order = told.standin.place_order(items=["MUG-1"], customer_id=anna.id)
    flushed(told, listener)
    modified = anna.modified_at
    told.clock.travel(minutes=1)
    told.standin.set_customer_meta(anna, "birthday", value="1990-02-28")
    told.standin.add_review(product_id=order.lines[0].product_id, email="anna@example.com", rating=5)
    told.call("POST", f"orders/{order.id}/notes", json={"note": "hi"})
    assert flushed(told, listener) == []
    assert anna.modified_at == modified


def test_the_companion_plugin_does_say_that_consent_changed(told: Shop, listener: Listener) -> None:
    anna = told.standin.create_customer("anna@example.com")
    flushed(told, listener)
    told.standin.set_consent(anna, subscribed=True, source="account")
    assert flushed(told, listener) == ["customer.updated"]
    [row] = json.loads(listener.bodies("customer.updated")[-1])["meta_data"]
    assert row["key"] == "perennial_email_consent"
    assert (row["value"]["state"], row["value"]["at"]) == ("subscribed", "2026-11-22T12:00:00Z")


def test_an_opened_checkout_is_told_up_to_10_8_only(listener: Listener) -> None:
    with open_shop(version="10.8.1") as shop:
        shop.subscribe(listener, "order.updated", "order.created")
        draft = shop.standin.open_checkout(items=["MUG-1"], email="typed@example.com")
        opened = draft.created_at
        assert flushed(shop, listener) == ["order.updated"]
        assert json.loads(listener.heard[-1].body)["status"] == "checkout-draft"
        shop.clock.travel(minutes=5)
        shop.standin.place_draft(draft)
        assert flushed(shop, listener) == ["order.updated", "order.created"]
        assert draft.created_at == opened
    with open_shop() as shop, pytest.raises(ValueError, match=r"10\.9"):
        shop.standin.open_checkout(items=["MUG-1"], email="typed@example.com")


def test_a_review_moved_its_product_up_to_10_8(listener: Listener) -> None:
    with open_shop(version="10.5.2") as shop:
        shop.subscribe(listener, "product.updated")
        shop.standin.add_review(product_id=1, email="a@example.com", rating=5)
        assert flushed(shop, listener) == ["product.updated"]


def test_delivery_ids_repeat_within_a_second(told: Shop, listener: Listener) -> None:
    for _ in range(3):
        told.standin.place_order(items=["MUG-1"], email="a@example.com")
    told.standin.webhooks.flush()
    created = [one for one in listener.heard if one.topic == "order.created"]
    assert len({one.body for one in created}) == 3
    assert len({one.headers["X-Wc-Webhook-Delivery-Id"] for one in created}) == 1


def test_the_seventh_failure_in_a_row_disables_and_activating_forgives_nothing(shop: Shop, listener: Listener) -> None:
    [number] = shop.subscribe(listener, "order.created")

    def deliver(status: int) -> str:
        listener.status = status
        shop.standin.place_order(items=["MUG-1"], email="a@example.com")
        shop.standin.webhooks.flush()
        return str(shop.get(f"webhooks/{number}").json()["status"])

    assert [deliver(500) for _ in range(7)] == ["active"] * 6 + ["disabled"]
    heard = len(listener.heard)
    deliver(200)
    assert len(listener.heard) == heard
    shop.call("PUT", f"webhooks/{number}", json={"status": "active"})
    assert deliver(410) == "disabled"
    shop.call("PUT", f"webhooks/{number}", json={"status": "active"})
    assert deliver(302) == "active"
    assert [deliver(500) for _ in range(6)][-1] == "active"


def test_nothing_is_sent_again_and_redirects_are_not_followed(shop: Shop, listener: Listener) -> None:
    shop.subscribe(listener, "order.created")
    listener.answers["hook"] = Response("", 301, {"Location": f"{listener.url}/elsewhere"})
    shop.standin.place_order(items=["MUG-1"], email="a@example.com")
    shop.standin.webhooks.flush()
    shop.standin.webhooks.flush()
    assert [one.path for one in listener.heard if one.topic] == ["hook"]


def test_a_webhook_whose_maker_lost_the_right_says_so(shop: Shop, listener: Listener) -> None:
    boss = shop.standin.create_customer("boss@example.com", role="shop_manager")
    key = shop.standin.create_key(user_id=boss.id)
    body = {"topic": "order.created", "delivery_url": f"{listener.url}/hook", "secret": "whsec"}
    shop.call("POST", "webhooks", key=key, json=body)
    for status in (403, 401):
        if status == 403:
            shop.standin.set_role(boss, "customer")
        else:
            shop.standin.delete_customer(boss)
        shop.standin.place_order(items=["MUG-1"], email="a@example.com")
        shop.standin.webhooks.flush()
        told = json.loads(listener.heard[-1].body)
        assert (told["code"], told["data"]["status"]) == ("woocommerce_rest_cannot_view", status)


def test_webhooks_outlive_their_key(told: Shop, listener: Listener) -> None:
    told.standin.revoke_key(told.key)
    told.standin.place_order(items=["MUG-1"], email="a@example.com")
    assert flushed(told, listener) == ["order.created", "order.updated"]


def test_a_flush_can_shuffle_double_and_drop(told: Shop, listener: Listener) -> None:
    def run(seed: int, **trouble: float) -> list[str]:
        for _ in range(10):
            told.standin.place_order(items=["MUG-1"], email="a@example.com")
        known = len(listener.heard)
        told.standin.webhooks.flush(shuffle=random.Random(seed), **trouble)
        assert told.standin.webhooks.pending == []
        return [one.topic for one in listener.heard[known:]]

    assert run(1) != ["order.created", "order.updated"] * 10
    assert len(run(2, double=1)) == 40
    assert run(3, drop=1) == []
    assert 0 < len(run(4, drop=0.5)) < 20


def test_nothing_ever_leaves_this_machine(shop: Shop) -> None:
    made = shop.call("POST", "webhooks", json={"topic": "order.created", "delivery_url": "https://example.com/hook"})
    assert made.status_code == 201
    shop.standin.place_order(items=["MUG-1"], email="a@example.com")
    [answer] = shop.standin.webhooks.flush()
    assert answer.status is None


def test_the_pump_sends_by_itself(told: Shop, listener: Listener) -> None:
    told.standin.place_order(items=["MUG-1"], email="a@example.com")
    told.standin.webhooks.start_pump(every=0.01)
    try:
        assert listener.wait_for_topics(2)
    finally:
        told.standin.webhooks.stop_pump()
    assert listener.topics() == ["order.created", "order.updated"]
