"""What most tests of the WooCommerce stand-in are handed: a shop on loopback, and somebody who listens."""

from collections.abc import Iterator

import pytest

from tests.connectors.standins.woocommerce_kit import TOPICS, Listener, Shop, open_listener, open_shop


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
