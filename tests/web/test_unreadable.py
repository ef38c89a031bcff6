"""What a store has signed and we cannot read is kept, set aside with its reason, and stops nobody else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.pipeline.inbox import LEASE, MOST_TRIES, open_batch
from app.runtime import Runtime
from connectors.base import StoreConnector
from connectors.records import Reading
from tests.web.visiting import (
    House,
    deliver,
    from_shopify,
    from_woocommerce,
    kept,
    shopify_store,
    woocommerce_store,
)


@pytest.mark.parametrize("body", [b"not json", b'{"errors": "[API] Invalid"}', b"", b"[" * 5000, b"\xff\xfe"])
def test_a_signed_body_that_cannot_be_read_is_kept_and_set_aside_with_its_reason(
    runtime: Runtime, client: FlaskClient, store: House, body: bytes
) -> None:
    assert deliver(client, store, body).status_code == 200
    assert deliver(client, store, b"{}", headers=_other_topic(store)).status_code == 200
    open_batch(runtime)
    rows = kept(runtime)
    assert [row.state for row in rows] == ["aside", "aside"]
    assert all(row.reason for row in rows)


def _other_topic(store: House) -> dict[str, str]:
    if store.platform == "shopify":
        return from_shopify(store, b"{}", X_Shopify_Topic="things/happened", X_Shopify_Webhook_Id="w-2")
    return from_woocommerce(store, b"{}", topic="thing.happened")


def test_a_bad_delivery_stops_nobody_else(runtime: Runtime, client: FlaskClient) -> None:
    bad, good = shopify_store(runtime, "bad"), woocommerce_store(runtime, "good")
    deliver(client, bad, b"not json")
    deliver(client, good, b'{"id": 5, "email": "anna@example.com", "date_modified_gmt": "2026-11-20T11:00:00"}')
    open_batch(runtime)
    assert {row.store_id: row.state for row in kept(runtime)} == {bad.id: "aside", good.id: "done"}


class Clumsy:
    """A connector that breaks over what it did not foresee."""

    def __init__(self, inner: StoreConnector) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def read(self, topic: str, body: bytes, **given: Any) -> Reading:
        if b"unforeseen" in body:
            raise KeyError("unforeseen")
        return self._inner.read(topic, body, **given)


def test_a_delivery_that_breaks_our_reading_stops_nobody_else_and_is_set_aside_in_the_end(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, tea: House
) -> None:
    clumsy: Any = Clumsy(runtime.connectors["woocommerce"])
    runtime = replace(runtime, connectors={**runtime.connectors, "woocommerce": clumsy})
    deliver(client, tea, b'{"id": 4, "unforeseen": 1}')
    deliver(client, tea, b'{"id": 5, "email": "anna@example.com", "date_modified_gmt": "2026-11-20T11:00:00"}')
    open_batch(runtime)
    assert [row.state for row in kept(runtime)] == ["waiting", "done"]
    for _ in range(MOST_TRIES):
        clock.travel(LEASE + timedelta(seconds=1))
        open_batch(runtime)
    bad = kept(runtime)[0]
    assert (bad.state, bad.reason) == ("aside", "It could not be read after 8 tries: KeyError.")
