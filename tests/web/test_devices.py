"""What a page of a store gets that hands over a browser: by Shopify's app proxy, and by the companion plugin."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.model import Consent, Device, Store
from app.pipeline.ingest import ingest
from app.runtime import Runtime
from connectors.records import CustomerRecord
from connectors.standins.shopify.app_proxy import signature
from tests.connectors.test_devices import KEYS
from tests.web.visiting import APP_SECRET, House, launch

ENDPOINT = "https://web.push.apple.com/anna"
BODY = {"subscription": {"endpoint": ENDPOINT, "keys": KEYS}, "wording": "Tell me here.", "page": "/account"}


def _knows(runtime: Runtime, store: House, external_id: str) -> None:
    with runtime.database.write() as session:
        anna = CustomerRecord(external_id, "anna@example.com", updated_at=runtime.clock.now())
        home = session.get_one(Store, store.id)
        ingest(session, store=home, records=[anna], now=runtime.clock.now(), runtime=runtime)


def _signed(runtime: Runtime, store: House, **given: str) -> str:
    query = {"shop": store.address, "timestamp": str(int(runtime.clock.now().timestamp()))}
    query |= {"logged_in_customer_id": "7", **given}
    return f"/storefront/shopify/device?{urlencode({**query, 'signature': signature(query, APP_SECRET)})}"


def _kept(runtime: Runtime) -> list[tuple[int, str, str]]:
    query = sa.select(Device.store_id, Device.service, Consent.wording).join(
        Consent, Consent.customer_id == Device.customer_id
    )
    with runtime.database.read() as session:
        return [(store_id, service, words or "") for store_id, service, words in session.execute(query)]


def test_shopify_says_who_is_signed_in(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    way = _signed(runtime, corner)
    assert client.post(way, json=BODY).status_code == 404, "nobody of this id is known here yet"
    _knows(runtime, corner, "7")
    assert client.post(way, json=BODY).status_code == 204
    assert _kept(runtime) == [(corner.id, "web.push.apple.com", "Tell me here.")]


@pytest.mark.parametrize(
    ("given", "sent", "status"),
    [
        ({"logged_in_customer_id": ""}, {"json": BODY}, 404),
        ({"shop": "other.myshopify.com"}, {"json": BODY}, 404),
        ({}, {"data": json.dumps(BODY), "content_type": "text/plain"}, 415),
        ({}, {"json": {**BODY, "subscription": {"endpoint": ENDPOINT}}}, 400),
        ({}, {"json": {**BODY, "page": "x" * 9000}}, 413),
        ({}, {"json": {**BODY, "renews": True}}, 410),
    ],
)
def test_whatever_else_comes_is_turned_away(
    runtime: Runtime, client: FlaskClient, corner: House, given: dict[str, str], sent: dict[str, Any], status: int
) -> None:
    _knows(runtime, corner, "7")
    assert client.post(_signed(runtime, corner, **given), **sent).status_code == status
    assert client.post(f"{_signed(runtime, corner)}0", json=BODY).status_code == 401
    assert _kept(runtime) == []


def test_the_plugin_says_who_is_signed_in_by_a_token_that_opens_no_admin(
    runtime: Runtime, client: FlaskClient, tea: House
) -> None:
    _knows(runtime, tea, "7")
    page = {"sub": "7", "aud": f"{runtime.config.app_url}/storefront"}
    told = {"Authorization": f"Bearer {launch(runtime, tea, **page)}"}
    assert client.post("/storefront/woocommerce/device", json=BODY, headers=told).status_code == 204
    assert [one[:2] for one in _kept(runtime)] == [(tea.id, "web.push.apple.com")]
    assert client.get("/admin/home", headers=told).status_code == 401
    for wrong in ({"Authorization": f"Bearer {launch(runtime, tea)}"}, {"Authorization": "Bearer x"}):
        assert client.post("/storefront/woocommerce/device", json=BODY, headers=wrong).status_code == 401
    assert client.post("/storefront/woocommerce/device", json=BODY).status_code == 404


def test_the_worker_comes_as_a_script_and_no_key_where_nothing_is_set_up(client: FlaskClient) -> None:
    worker = client.get("/storefront/shopify/worker.js")
    assert (worker.status_code, worker.mimetype) == (200, "text/javascript")
    assert "showNotification" in worker.text
    assert client.get("/storefront/key").status_code == 404
