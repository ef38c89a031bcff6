"""What REST v3 of the stand-in does when it is written to: orders, refunds, coupons and batches as in a real store."""

import pytest

from tests.connectors.standins.woocommerce_kit import Shop, open_shop


def test_any_put_moves_date_modified_and_a_note_does_not(shop: Shop) -> None:
    order = shop.standin.place_order(items=["MUG-1"], email="a@example.com")
    moments = [shop.get(f"orders/{order.id}").json()["date_modified_gmt"]]
    shop.clock.travel(seconds=1)
    shop.call("POST", f"orders/{order.id}/notes", json={"note": "hello"})
    moments.append(shop.get(f"orders/{order.id}").json()["date_modified_gmt"])
    shop.clock.travel(seconds=1)
    shop.call("PUT", f"orders/{order.id}", json={})
    moments.append(shop.get(f"orders/{order.id}").json()["date_modified_gmt"])
    assert moments[0] == moments[1] < moments[2]


def test_an_order_can_be_written_and_moved_on(shop: Shop) -> None:
    product = shop.standin.state.products[min(shop.standin.state.products)]
    body = {
        "set_paid": True,
        "billing": {"email": "Guest.One@Example.com", "country": "US"},
        "line_items": [{"product_id": product.id, "quantity": 2}],
        "meta_data": [{"key": "src", "value": {"deep": [1]}}],
    }
    made = shop.call("POST", "orders", json=body)
    assert made.status_code == 201
    order = made.json()
    assert (order["status"], order["billing"]["email"], order["total"]) == (
        "processing",
        "Guest.One@Example.com",
        "78.00",
    )
    assert order["line_items"][0]["price"] == 39
    assert order["meta_data"][0]["value"] == {"deep": [1]}
    moved = shop.call("PUT", f"orders/{order['id']}", json={"status": "completed"}).json()
    assert moved["date_completed_gmt"] == "2026-11-22T12:00:00"


def test_cash_on_delivery_is_unpaid_until_completed(shop: Shop) -> None:
    order = shop.standin.place_order(items=["MUG-1"], email="a@example.com", payment_method="cod")
    assert shop.get(f"orders/{order.id}").json()["date_paid_gmt"] is None
    shop.standin.set_status(order, "completed")
    assert shop.get(f"orders/{order.id}").json()["date_paid_gmt"] is not None


def test_a_part_refund_keeps_the_status_and_the_rest_of_it_flips_it(shop: Shop) -> None:
    order = shop.standin.place_order(items=["SERUM-30"], email="a@example.com", status="completed")
    made = shop.call("POST", f"orders/{order.id}/refunds", json={"amount": "10.00", "reason": "damaged"})
    assert (made.status_code, made.json()["amount"]) == (201, "10.00")
    half = shop.get(f"orders/{order.id}").json()
    assert (half["status"], half["total"], half["refunds"][0]["total"]) == ("completed", "39.00", "-10.00")
    shop.standin.refund_order(order)
    assert shop.get(f"orders/{order.id}").json()["status"] == "refunded"
    assert [one["amount"] for one in shop.get("refunds", order="asc").json()] == ["10.00", "29.00"]
    assert {one["parent_id"] for one in shop.get("refunds").json()} == {order.id}
    with pytest.raises(ValueError, match="Invalid refund amount"):
        shop.standin.refund_order(order, 1)


def test_a_variation_names_its_parent(shop: Shop) -> None:
    order = shop.standin.place_order(items=["BEANS-250"], email="a@example.com")
    line = shop.get(f"orders/{order.id}").json()["line_items"][0]
    assert line["parent_name"] == "Coffee Beans"
    assert line["variation_id"] != 0
    found = shop.get(f"products/{line['product_id']}/variations/{line['variation_id']}").json()
    assert found["parent_id"] == line["product_id"]


def test_a_coupon_code_is_lower_cased_and_unique_in_any_case(shop: Shop) -> None:
    body = {"code": "BDAY-Anna", "discount_type": "percent", "amount": "10", "date_expires": "2026-12-31"}
    made = shop.call("POST", "coupons", json=body)
    assert (made.status_code, made.json()["code"]) == (201, "bday-anna")
    # A bare date is midnight on the site's clock.
    assert made.json()["date_expires_gmt"] == "2026-12-31T05:00:00"
    again = shop.call("POST", "coupons", json={"code": "bday-ANNA"})
    assert (again.status_code, again.json()["code"]) == (400, "woocommerce_rest_coupon_code_already_exists")
    kept = shop.call("PUT", f"coupons/{made.json()['id']}", json={"date_expires_gmt": "2030-01-01T00:00:00"}).json()
    assert kept["date_expires_gmt"] == "2026-12-31T05:00:00"


def test_a_coupon_is_for_its_address_and_is_given_back_on_cancel(shop: Shop) -> None:
    rules = {"email_restrictions": ["*@example.com"], "usage_limit": 1, "discount_type": "percent", "amount": "10"}
    shop.call("POST", "coupons", json={"code": "ten", **rules})
    with pytest.raises(ValueError, match="Please enter a valid email"):
        shop.standin.place_order(items=["MUG-1"], email="", coupons=["ten"])
    with pytest.raises(ValueError, match="another e-mail address"):
        shop.standin.place_order(items=["MUG-1"], email="a@elsewhere.test", coupons=["ten"])
    order = shop.standin.place_order(items=["MUG-1"], email="Anna@Example.com", coupons=["TEN"])
    assert (order.total, shop.get("coupons", code="ten").json()[0]["used_by"]) == (1440, ["anna@example.com"])
    with pytest.raises(ValueError, match="Usage limit"):
        shop.standin.place_order(items=["MUG-1"], email="b@example.com", coupons=["ten"])
    shop.standin.set_status(order, "cancelled")
    assert shop.get("coupons", code="ten").json()[0]["usage_count"] == 0


def test_an_order_refused_for_its_coupon_is_left_behind(shop: Shop) -> None:
    answer = shop.call("POST", "orders", json={"coupon_lines": [{"code": "nope"}], "line_items": []})
    assert answer.status_code == 400
    assert len(shop.get("orders").json()) == 1


def test_a_batch_takes_100_and_answers_for_each(shop: Shop) -> None:
    made = shop.call("POST", "coupons/batch", json={"create": [{"code": "a"}, {"code": "A"}, {"code": "b"}]}).json()
    assert [one.get("code") for one in made["create"]] == ["a", None, "b"]
    assert made["create"][1]["error"]["code"] == "woocommerce_rest_coupon_code_already_exists"
    many = {"create": [{"code": f"c{number}"} for number in range(101)]}
    assert shop.call("POST", "coupons/batch", json=many).status_code == 413


def test_a_deleted_account_leaves_its_orders_to_guests(shop: Shop) -> None:
    anna = shop.standin.create_customer("anna@example.com")
    order = shop.standin.place_order(items=["MUG-1"], customer_id=anna.id)
    assert shop.call("DELETE", f"customers/{anna.id}").status_code == 501
    assert shop.call("DELETE", f"customers/{anna.id}?force=true").status_code == 200
    body = shop.get(f"orders/{order.id}").json()
    assert (body["customer_id"], body["billing"]["email"]) == (0, "anna@example.com")


def test_unpaid_orders_are_cancelled_after_an_hour_and_drafts_deleted_after_a_day() -> None:
    with open_shop(version="10.8.0") as shop:
        pending = shop.standin.place_order(items=["MUG-1"], email="a@example.com", status="pending")
        draft = shop.standin.open_checkout(items=["MUG-1"], email="b@example.com")
        shop.clock.travel(minutes=59)
        shop.standin.sweep()
        assert pending.status == "pending"
        shop.clock.travel(minutes=1)
        shop.standin.sweep()
        assert pending.status == "cancelled"
        shop.clock.travel(days=1)
        shop.standin.sweep()
        assert draft.id not in shop.standin.state.orders
