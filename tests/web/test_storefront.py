"""What a page of a storefront gets that calls us by the app proxy."""

from urllib.parse import urlencode

import sqlalchemy as sa
from flask.testing import FlaskClient

from app.model import Delivery
from app.runtime import Runtime
from connectors.standins.shopify.app_proxy import signature
from tests.web.visiting import APP_SECRET, House, shopify_store

WAY = "/storefront/shopify/interest"


def signed(runtime: Runtime, store: House, **given: str) -> str:
    query = {"shop": store.address, "timestamp": str(int(runtime.clock.now().timestamp())), "product": "77"}
    query |= {"kind": "looked", "logged_in_customer_id": "7", **given}
    return urlencode({**query, "signature": signature(query, APP_SECRET)})


def kept(runtime: Runtime) -> list[Delivery]:
    with runtime.database.read_inbox() as inbox:
        return list(inbox.scalars(sa.select(Delivery).order_by(Delivery.id)))


def test_a_look_is_kept_like_every_other_delivery_and_once(runtime: Runtime, client: FlaskClient) -> None:
    store = shopify_store(runtime)
    for _ in range(2):
        answer = client.post(f"{WAY}?{signed(runtime, store)}")
        assert (answer.status_code, answer.data) == (204, b"")
    assert [(one.store_id, one.topic) for one in kept(runtime)] == [(store.id, "storefront/interest")]


def test_nothing_is_kept_of_a_call_that_shopify_did_not_sign(runtime: Runtime, client: FlaskClient) -> None:
    store = shopify_store(runtime)
    assert client.post(f"{WAY}?{signed(runtime, store)}0").status_code == 401
    assert client.post(WAY).status_code == 401
    assert kept(runtime) == []


def test_bad_words_get_400_and_a_strange_shop_404(runtime: Runtime, client: FlaskClient) -> None:
    store = shopify_store(runtime)
    assert client.post(f"{WAY}?{signed(runtime, store, kind='bought')}").status_code == 400
    assert client.post(f"{WAY}?{signed(runtime, store, shop='other.myshopify.com')}").status_code == 404
    too_long = client.post(f"{WAY}?{signed(runtime, store)}", data={"email": "x" * 5000})
    assert too_long.status_code == 413
    assert kept(runtime) == []
