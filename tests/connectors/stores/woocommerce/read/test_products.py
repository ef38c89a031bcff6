"""WooCommerce's products and reviews in our words."""

import json
from typing import Any

import pytest

from connectors.records import Kind, LookAgain, ProductRecord, ReviewRecord
from connectors.stores.woocommerce.read import Frame, read_review
from tests.connectors.stores.woocommerce.conftest import NOW, rest
from tests.connectors.stores.woocommerce.read.conftest import at

FRAME = Frame("USD", NOW)


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
