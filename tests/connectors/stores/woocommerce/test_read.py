"""WooCommerce's payloads in our words, and the traps in them."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.base import StoreConnector
from connectors.errors import Malformed
from connectors.records import (
    CheckoutRecord,
    ConsentState,
    CustomerRecord,
    FulfillmentRecord,
    GoneRecord,
    Kind,
    LookAgain,
    OrderRecord,
    OrderStatus,
    Origin,
    ProductRecord,
    Reading,
    RefundRecord,
    ReviewRecord,
    StoreNews,
    StoreProfile,
    StoreRecord,
)
from connectors.stores.woocommerce.read import Frame, read_review
from tests.connectors.stores.woocommerce.conftest import NOW, rest, webhook

FRAME = Frame("USD", NOW)


@pytest.fixture
def read(connector: StoreConnector, profile: StoreProfile) -> Any:
    def reader(topic: str, body: Any) -> Reading:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return connector.read(topic, raw, profile=profile, received_at=NOW)

    return reader


def at(hour: int, minute: int, second: int) -> datetime:
    return datetime(2026, 11, 22, hour, minute, second, tzinfo=UTC)


def an_order(**changed: Any) -> dict[str, Any]:
    return {**rest("order-get"), **changed}


def the_order(reading: Reading) -> OrderRecord:
    return next(record for record in reading.records if isinstance(record, OrderRecord))


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


@pytest.mark.parametrize("topic", ["order.deleted", "customer.deleted", "product.deleted"])
def test_a_deletion_is_only_a_hint(read: Any, topic: str) -> None:
    """Trashing any post sends product.deleted with that post's id."""
    assert read(topic, b'{"id":42}').records == (LookAgain(Kind(topic.split(".", maxsplit=1)[0]), "42"),)


def test_an_order_deleted_for_good_is_looked_for(read: Any) -> None:
    found = webhook("action.woocommerce_delete_order.01")
    assert read(found.topic, found.body).records == (LookAgain(Kind.ORDER, "38"),)


def test_a_customer_says_everything(read: Any) -> None:
    (customer,) = read("customer.updated", rest("customer-get")).records
    assert isinstance(customer, CustomerRecord)
    assert (customer.external_id, customer.email, customer.phone) == ("5", "alice@example.com", "+1 212 555 0100")
    assert (customer.first_name, customer.last_name, customer.country, customer.region) == ("Alice", "Ng", "US", "NY")
    assert (customer.birthday, customer.birthday_has_year, customer.is_staff) == (date(1990, 2, 28), True, False)
    assert (customer.created_at, customer.updated_at) == (at(1, 24, 26), at(1, 24, 26))


@pytest.mark.parametrize(("role", "is_staff"), [("administrator", True), ("shop_manager", True), ("subscriber", False)])
def test_staff_are_known_by_their_role(read: Any, role: str, is_staff: bool) -> None:
    (customer,) = read("customer.updated", {**rest("customer-get"), "role": role}).records
    assert customer.is_staff is is_staff


def with_meta(key: str, value: Any) -> dict[str, Any]:
    return {**rest("customer-get"), "meta_data": [{"id": 1, "key": key, "value": value}]}


CONSENT = {
    "state": "subscribed",
    "at": "2026-11-01T10:00:00+02:00",
    "source": "checkout",
    "wording": "Yes, write to me.",
}


@pytest.mark.parametrize("value", [CONSENT, json.dumps(CONSENT)])
def test_a_consent_in_the_meta_data_comes_with_its_proof(read: Any, value: Any) -> None:
    (customer,) = read("customer.updated", with_meta("perennial_email_consent", value)).records
    (consent,) = customer.consents
    assert (consent.state, consent.source, consent.wording) == (
        ConsentState.SUBSCRIBED,
        "checkout",
        "Yes, write to me.",
    )
    assert consent.at == datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
    assert (consent.customer_external_id, consent.address) == ("5", "alice@example.com")


def test_a_consent_out_of_the_future_is_dated_now(read: Any) -> None:
    (customer,) = read(
        "customer.updated", with_meta("perennial_email_consent", {**CONSENT, "at": "2099-01-01T00:00:00Z"})
    ).records
    assert customer.consents[0].at == NOW


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "yes",
        1,
        True,
        [],
        {},
        {"state": "subscribed"},
        {**CONSENT, "state": "maybe"},
        {**CONSENT, "at": "soon"},
    ],
)
def test_a_consent_without_proof_is_none(read: Any, value: Any) -> None:
    reading = read("customer.updated", with_meta("perennial_email_consent", value))
    assert reading.records[0].consents == ()
    assert reading.unknown == ("meta.perennial_email_consent=unreadable",)


def test_a_guest_s_consent_is_found_by_address(read: Any) -> None:
    meta = [{"key": "perennial_email_consent", "value": CONSENT}]
    buyer = the_order(read("order.created", {**rest("order-guest-create"), "meta_data": meta})).buyer
    assert buyer is not None
    assert [(one.customer_external_id, one.address) for one in buyer.consents] == [(None, "guest.one@example.com")]


@pytest.mark.parametrize(
    ("value", "birthday", "has_year"),
    [
        ("1990-02-28", date(1990, 2, 28), True),
        ("--02-29", date(2000, 2, 29), False),
        ("12-24", date(2000, 12, 24), False),
        ("1999-02-29", None, True),
        ("0001-01-01", None, True),
        ("tomorrow", None, True),
        (19900228, None, True),
    ],
)
def test_a_birthday_is_a_day(read: Any, value: Any, birthday: date | None, has_year: bool) -> None:
    reading = read("customer.updated", with_meta("perennial_birthday", value))
    assert (reading.records[0].birthday, reading.records[0].birthday_has_year) == (birthday, has_year)
    assert len(reading.unknown) == (birthday is None)


def test_a_product_says_everything(read: Any) -> None:
    (product,) = read("product.updated", rest("product-create")).records
    assert product == ProductRecord(
        external_id="11",
        title="Face Serum 30ml",
        updated_at=at(1, 24, 25),
        url="http://127.0.0.1:8088/product/face-serum-30ml/",
        price=3900,
        currency="USD",
    )


@pytest.mark.parametrize("changed", [{"status": "draft"}, {"stock_status": "outofstock"}, {"purchasable": False}])
def test_a_product_that_cannot_be_bought_is_not_available(read: Any, changed: dict[str, Any]) -> None:
    (product,) = read("product.updated", {**rest("product-create"), **changed}).records
    assert not product.is_available


def test_a_variation_leads_to_its_product(read: Any) -> None:
    payload = {**rest("product-create"), "id": 13, "type": "variation", "parent_id": 12}
    assert read("product.updated", payload).records == (LookAgain(Kind.PRODUCT, "12"),)


def test_a_link_that_is_no_web_address_is_left_out(read: Any) -> None:
    (product,) = read("product.updated", {**rest("product-create"), "permalink": "javascript:alert(1)"}).records
    assert product.url is None


def test_a_review_says_who_and_what_for() -> None:
    reading = read_review(json.dumps(rest("review-create")).encode(), FRAME)
    assert reading.records == (ReviewRecord("10", "11", at(1, 24, 29), rating=5, email="alice@example.com"),)


@pytest.mark.parametrize("status", ["spam", "trash"])
def test_spam_is_no_review(status: str) -> None:
    assert read_review(json.dumps({**rest("review-create"), "status": status}).encode(), FRAME).records == ()


def test_an_object_gone_before_its_webhook_left_is_set_aside(read: Any) -> None:
    body = b'{"code":"woocommerce_rest_shop_order_invalid_id","message":"Invalid ID.","data":{"status":404}}'
    with pytest.raises(Malformed, match="gone before"):
        read("order.updated", body)


@pytest.mark.parametrize("status", [401, 403])
def test_an_owner_who_lost_the_right_to_see_means_connect_again(read: Any, status: int) -> None:
    body = {"code": "woocommerce_rest_cannot_view", "message": "Sorry", "data": {"status": status}}
    (record,) = read("order.updated", body).records
    assert record == StoreRecord(StoreNews.RECONNECT_NEEDED, {"code": "woocommerce_rest_cannot_view"})


def test_a_topic_that_nobody_asked_for_is_malformed(read: Any) -> None:
    found = webhook("coupon.restored.01")
    with pytest.raises(Malformed, match="unknown topic"):
        read(found.topic, found.body)


@pytest.mark.parametrize(
    "changed",
    [
        {"id": 0},
        {"id": "14"},
        {"total": "NaN"},
        {"total": "1e999999"},
        {"currency": "Euro"},
        {"date_created_gmt": None, "date_modified_gmt": None},
        {"date_modified_gmt": "0000-00-00T00:00:00"},
        {"date_modified_gmt": "9999-12-31T23:59:59-23:00"},
        {"billing": None},
        {"line_items": [{"name": "x", "quantity": 1e300}]},
        {"refunds": [{"id": 1, "total": "all"}]},
    ],
)
def test_an_order_that_cannot_be_right_is_malformed(read: Any, changed: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        read("order.updated", an_order(**changed))


def test_no_reason_tells_what_was_in_the_payload(read: Any) -> None:
    with pytest.raises(Malformed) as raised:
        read("order.updated", an_order(id="anna@example.com", total="anna@example.com"))
    assert "anna" not in str(raised.value)
