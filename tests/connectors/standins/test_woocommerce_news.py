"""What the stand-in's webhooks tell: who hears what in which order, what collapses and what is never said."""

import json

import pytest

from connectors.standins.woocommerce.actions.customers import NewCustomer
from connectors.standins.woocommerce.actions.orders import NewOrder
from connectors.standins.woocommerce.webhooks import signature
from tests.connectors.standins.woocommerce_kit import Listener, Shop, flushed, open_shop


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
