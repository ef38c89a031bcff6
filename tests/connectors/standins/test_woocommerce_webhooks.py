"""How the stand-in's webhooks travel: pings, signatures, what a refusal costs, and what a flush and the pump do."""

import json
import random

import pytest
from flask import Response

from connectors.standins.woocommerce.webhooks import signature
from tests.connectors.standins.woocommerce_kit import Listener, Shop, flushed


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
