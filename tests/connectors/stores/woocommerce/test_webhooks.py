"""The head of a delivery and its signature, on what a real store sent."""

import json
from pathlib import Path

import pytest

from connectors.base import Credentials, StoreConnector
from connectors.errors import Malformed
from connectors.records import StoreProfile
from tests.connectors.stores.woocommerce.conftest import NOW, PAYLOADS, captured, webhook

SHARED = Path(__file__).parents[4].parent / "shared" / "data" / "woocommerce" / "webhooks"
COPIED = sorted(PAYLOADS.glob("webhook.*.json"))


def secret(value: str) -> Credentials:
    return Credentials({"webhook_secret": value})


@pytest.mark.parametrize("path", COPIED, ids=lambda path: path.stem)
def test_what_a_real_store_signed_is_genuine_and_nothing_else(connector: StoreConnector, path: Path) -> None:
    found = captured(path)
    assert connector.is_genuine(found.headers, found.body, credentials=secret(found.secret))
    assert not connector.is_genuine(found.headers, found.body + b" ", credentials=secret(found.secret))
    assert not connector.is_genuine(found.headers, found.body, credentials=secret("another"))


@pytest.mark.shared
def test_every_delivery_that_was_ever_captured_is_genuine_and_read(
    connector: StoreConnector, profile: StoreProfile
) -> None:
    paths = sorted(SHARED.glob("*.json"))
    assert len(paths) > 30
    for path in paths:
        found = captured(path)
        head = connector.head(found.headers, found.body)
        assert head.topic == found.topic
        assert connector.is_genuine(found.headers, found.body, credentials=secret(found.secret)), path.name
        if head.topic in connector.topics:
            reading = connector.read(head.topic, found.body, profile=profile, received_at=NOW)
            assert not reading.unknown, path.name


def test_without_a_secret_nothing_is_genuine(connector: StoreConnector) -> None:
    found = webhook("order.updated.06")
    assert not connector.is_genuine(found.headers, found.body, credentials=None)
    assert not connector.is_genuine(found.headers, found.body, credentials=secret(""))
    assert not connector.is_genuine(found.headers, found.body, credentials=Credentials({}))


def test_two_deliveries_with_the_same_delivery_id_are_two(connector: StoreConnector) -> None:
    """X-WC-Webhook-Delivery-ID is the same for everything that one webhook sends within a second."""
    first, second = webhook("order.created.02"), webhook("order.updated.06")
    headers = {**second.headers, "X-WC-Webhook-Delivery-ID": first.headers["X-WC-Webhook-Delivery-ID"]}
    assert connector.head(first.headers, first.body).key != connector.head(headers, second.body).key


def test_the_same_body_under_two_topics_is_two_deliveries(connector: StoreConnector) -> None:
    body = b'{"id":38}'
    keys = {connector.head({"X-WC-Webhook-Topic": topic}, body).key for topic in ("order.deleted", "product.deleted")}
    assert len(keys) == 2


def test_a_ping_is_known_by_its_form(connector: StoreConnector) -> None:
    head = connector.head({"Content-Type": "application/x-www-form-urlencoded"}, b"webhook_id=51")
    assert head.is_ping
    assert not connector.is_genuine({}, b"webhook_id=51", credentials=secret("whsec_bench"))


@pytest.mark.parametrize("body", [b"", b"webhook_id=x", b"webhook_id=1&x=2", b"{}", b'{"id":38}'])
def test_a_call_that_is_neither_delivery_nor_ping_is_malformed(connector: StoreConnector, body: bytes) -> None:
    with pytest.raises(Malformed):
        connector.head({}, body)


@pytest.mark.parametrize(
    "topic", ["", "order", "order updated", "order.updated\n", "x" * 200, "Order.Updated", "órder.updated"]
)
def test_an_odd_topic_is_malformed(connector: StoreConnector, topic: str) -> None:
    with pytest.raises(Malformed):
        connector.head({"X-WC-Webhook-Topic": topic}, b"{}")


def test_a_topic_is_found_in_headers_of_any_case(connector: StoreConnector) -> None:
    found = webhook("order.updated.06")
    for headers in ({k.lower(): v for k, v in found.headers.items()}, {k.upper(): v for k, v in found.headers.items()}):
        assert connector.head(headers, found.body).topic == "order.updated"
        assert connector.is_genuine(headers, found.body, credentials=secret(found.secret))


def test_a_body_written_anew_is_not_genuine(connector: StoreConnector) -> None:
    found = webhook("order.updated.06")
    anew = json.dumps(json.loads(found.body)).encode()
    assert not connector.is_genuine(found.headers, anew, credentials=secret(found.secret))
