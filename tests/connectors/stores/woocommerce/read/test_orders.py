"""WooCommerce's orders in our words, and the traps in them."""

from typing import Any

import pytest

from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    FulfillmentRecord,
    GoneRecord,
    Kind,
    OrderRecord,
    OrderStatus,
    Origin,
    Reading,
    RefundRecord,
)
from tests.connectors.stores.woocommerce.conftest import NOW, rest, webhook
from tests.connectors.stores.woocommerce.read.conftest import an_order, at, the_order


def test_a_completed_order_says_everything(read: Any) -> None:
    reading = read("order.updated", rest("order-get"))
    order, parcel = reading.records
    assert isinstance(order, OrderRecord)
    assert isinstance(parcel, FulfillmentRecord)
    assert (order.external_id, order.number, order.currency, order.total) == ("14", "14", "USD", 9550)
    assert (order.placed_at, order.updated_at, order.paid_at) == (at(1, 24, 26), at(1, 24, 27), at(1, 24, 26))
    assert (order.status, order.raw_status, order.origin) == (OrderStatus.COMPLETED, "completed", Origin.API)
    assert order.buyer == CustomerRecord(
        "5", "alice.billing@example.com", first_name="Alice", last_name="Ng", country="US"
    )
    assert order.lines is not None
    serum, coffee = order.lines
    assert (serum.title, serum.quantity, serum.price, serum.product_external_id) == ("Face Serum 30ml", 2, 3900, "11")
    assert (coffee.product_external_id, coffee.variant_external_id, coffee.sku) == ("12", "13", "BEANS-250")
    assert (parcel.external_id, parcel.order_external_id, parcel.shipped_at) == ("order-14", "14", at(1, 24, 26))
    assert reading.unknown == ()


def test_refunds_come_with_their_order_and_take_its_time_in_a_webhook(read: Any) -> None:
    found = webhook("order.updated.06")
    records = read(found.topic, found.body).records
    refunds = [record for record in records if isinstance(record, RefundRecord)]
    assert [(one.external_id, one.amount, one.at) for one in refunds] == [
        ("40", 6800, at(1, 36, 50)),
        ("39", 1000, at(1, 36, 50)),
    ]
    order = the_order(Reading(records))
    assert (order.status, order.refunded, order.total) == (OrderStatus.REFUNDED, 7800, 7800)


def test_a_partial_refund_leaves_the_status_alone(read: Any) -> None:
    order = the_order(read("order.updated", rest("order-after-partial-refund")))
    assert (order.status, order.refunded, order.total) == (OrderStatus.COMPLETED, 1000, 9550)


def test_a_guest_has_no_id_and_an_address_in_lower_case(read: Any) -> None:
    buyer = the_order(read("order.created", rest("order-guest-create"))).buyer
    assert buyer is not None
    assert (buyer.external_id, buyer.email, buyer.updated_at) == (None, "guest.one@example.com", None)


def test_an_order_may_have_no_buyer_at_all(read: Any) -> None:
    assert the_order(read("order.created", rest("order-noemail"))).buyer is None


def test_a_draft_of_the_checkout_is_a_checkout_and_no_order(read: Any) -> None:
    found = webhook("draft.order.updated.01")
    (checkout,) = read(found.topic, found.body).records
    assert isinstance(checkout, CheckoutRecord)
    assert (checkout.external_id, checkout.total, checkout.completed_at) == ("draft-12", 3900, None)
    assert checkout.buyer is not None
    assert checkout.buyer.email == "typed@example.com"
    assert (checkout.url or "").startswith("http://127.0.0.1:8090/checkout/order-pay/12/")
    placed = the_order(read(found.topic, {**found.json, "status": "processing"}))
    assert checkout.external_id in placed.checkout_keys


@pytest.mark.parametrize("changed", [{"billing": {"email": ""}}, {"created_via": "rest-api"}])
def test_a_draft_of_nobody_or_of_the_rest_is_nothing(read: Any, changed: dict[str, Any]) -> None:
    found = webhook("draft.order.updated.01")
    assert read(found.topic, {**found.json, **changed}).records == ()


@pytest.mark.parametrize(
    ("status", "paid", "wanted"),
    [
        ("pending", None, OrderStatus.DRAFT),
        ("on-hold", None, OrderStatus.OPEN),
        ("processing", "2026-11-22T01:24:26", OrderStatus.PAID),
        ("processing", None, OrderStatus.OPEN),
        ("completed", "2026-11-22T01:24:26", OrderStatus.COMPLETED),
        ("cancelled", None, OrderStatus.CANCELLED),
        ("refunded", "2026-11-22T01:24:26", OrderStatus.REFUNDED),
        ("failed", None, OrderStatus.FAILED),
        ("being-engraved", None, OrderStatus.UNKNOWN),
    ],
)
def test_every_status_has_its_word(read: Any, status: str, paid: str | None, wanted: OrderStatus) -> None:
    reading = read("order.updated", an_order(status=status, date_paid_gmt=paid))
    order = the_order(reading)
    assert (order.status, order.raw_status) == (wanted, status)
    assert reading.unknown == (("order.status=being-engraved",) if wanted is OrderStatus.UNKNOWN else ())


@pytest.mark.parametrize(
    ("via", "wanted"),
    [
        ("checkout", Origin.STOREFRONT),
        ("store-api", Origin.STOREFRONT),
        ("admin", Origin.STAFF),
        ("rest-api", Origin.API),
        ("subscription", Origin.SUBSCRIPTION),
        ("carrier-pigeon", Origin.UNKNOWN),
        ("", Origin.UNKNOWN),
    ],
)
def test_who_made_an_order_is_told(read: Any, via: str, wanted: Origin) -> None:
    reading = read("order.updated", an_order(created_via=via))
    assert the_order(reading).origin == wanted
    assert len(reading.unknown) == (wanted is Origin.UNKNOWN)


def test_a_negative_total_tells_nothing_and_is_counted(read: Any) -> None:
    reading = read("order.updated", an_order(total="-5.00"))
    assert the_order(reading).total == 0
    assert reading.unknown == ("order.total=negative",)


def test_an_order_in_the_trash_is_gone(read: Any) -> None:
    assert read("order.updated", an_order(status="trash")).records == (GoneRecord(Kind.ORDER, "14", NOW),)


def test_a_deleted_product_leaves_a_line_without_one(read: Any) -> None:
    line = {**rest("order-get")["line_items"][0], "product_id": 0}
    lines = the_order(read("order.updated", an_order(line_items=[line]))).lines
    assert lines is not None
    assert lines[0].product_external_id is None


@pytest.mark.parametrize(
    ("changed", "price", "quantity"),
    [
        ({"quantity": 3, "subtotal": "10.00"}, 333, 3),
        ({"quantity": 0, "price": 4.5}, 450, 0),
        ({"quantity": 2.5, "subtotal": "25.00"}, 1000, 3),
        ({"quantity": 1, "subtotal": "10.00", "subtotal_tax": "1.90", "total": "5.00"}, 1190, 1),
    ],
)
def test_a_line_s_price_is_what_the_shelf_said(read: Any, changed: dict[str, Any], price: int, quantity: int) -> None:
    line = {**rest("order-get")["line_items"][0], **changed}
    lines = the_order(read("order.updated", an_order(line_items=[line], prices_include_tax=True))).lines
    assert lines is not None
    assert (lines[0].price, lines[0].quantity) == (price, quantity)


def test_names_are_plain_text_without_control_characters(read: Any) -> None:
    line = {**rest("order-get")["line_items"][0], "name": "Tom &amp; Jerry\u0000 <b>"}
    lines = the_order(read("order.updated", an_order(line_items=[line]))).lines
    assert lines is not None
    assert lines[0].title == "Tom & Jerry  <b>"


def test_a_yen_has_no_cents(read: Any) -> None:
    assert the_order(read("order.updated", an_order(currency="JPY", total="1500"))).total == 1500


def test_coupons_come_with_the_order(read: Any) -> None:
    assert the_order(read("order.updated", an_order(coupon_lines=[{"id": 1, "code": "hello10"}]))).discount_codes == (
        "hello10",
    )
