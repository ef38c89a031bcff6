"""WooCommerce's hints and refusals: what is looked at again, and what is set aside."""

from typing import Any

import pytest

from connectors.errors import Malformed
from connectors.records import Kind, LookAgain, StoreNews, StoreRecord
from tests.connectors.stores.woocommerce.conftest import webhook
from tests.connectors.stores.woocommerce.read.conftest import an_order


@pytest.mark.parametrize("topic", ["order.deleted", "customer.deleted", "product.deleted"])
def test_a_deletion_is_only_a_hint(read: Any, topic: str) -> None:
    """Trashing any post sends product.deleted with that post's id."""
    assert read(topic, b'{"id":42}').records == (LookAgain(Kind(topic.split(".", maxsplit=1)[0]), "42"),)


def test_an_order_deleted_for_good_is_looked_for(read: Any) -> None:
    found = webhook("action.woocommerce_delete_order.01")
    assert read(found.topic, found.body).records == (LookAgain(Kind.ORDER, "38"),)


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
