"""The ways in: where a browser is sent, what has to come back, and that nobody is led away or let in on a guess."""

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.model import Installation, Store
from app.pipeline.approval import LIFE
from app.runtime import Runtime
from tests.web.visiting import APP_SECRET, policy_of

SHOP = "corner.myshopify.com"
KEYS = {"consumer_key": "ck_" + "0" * 40, "consumer_secret": "cs_" + "0" * 40, "key_permissions": "read_write"}


def _begun(client: FlaskClient, typed: str = "shop.example.com") -> str:
    """The state with which a merchant of WooCommerce was sent to the store."""
    answer = client.post("/install/woocommerce", data={"store": typed})
    return parse_qs(urlsplit(answer.location).query)["user_id"][0]


def _waiting(runtime: Runtime) -> list[Installation]:
    with runtime.database.read() as session:
        return list(session.scalars(sa.select(Installation)))


def test_the_button_leads_to_the_stores_own_approval(runtime: Runtime, client: FlaskClient) -> None:
    answer = client.post("/install/woocommerce", data={"store": "shop.example.com/wp-admin/"})
    parts, query = urlsplit(answer.location), parse_qs(urlsplit(answer.location).query)
    assert answer.status_code == 303
    assert (parts.netloc, parts.path) == ("shop.example.com", "/wc-auth/v1/authorize")
    assert query["callback_url"] == [f"{runtime.config.app_url}/install/woocommerce/keys"]
    assert query["scope"] == ["read_write"]
    assert [row.state for row in _waiting(runtime)] == query["user_id"]


def test_a_link_alone_leads_nowhere_and_begins_nothing(runtime: Runtime, client: FlaskClient) -> None:
    """Else our address would lead wherever a stranger's link says."""
    answer = client.get("/install/woocommerce", query_string={"store": "https://evil.example/"})
    assert (answer.status_code, "Location" in answer.headers) == (200, False)
    assert 'value="https://evil.example/"' in answer.text
    assert _waiting(runtime) == []


@pytest.mark.parametrize(
    "typed",
    ["ftp://a.example", "https://user:pw@a.example", "https://a.example/?x=1", "a b", "javascript:alert(1)", ""],
)
def test_what_is_no_address_comes_back_with_a_sentence(runtime: Runtime, client: FlaskClient, typed: str) -> None:
    answer = client.post("/install/woocommerce", data={"store": typed})
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert _waiting(runtime) == []


def test_what_was_typed_comes_back_as_text(client: FlaskClient) -> None:
    answer = client.get("/install/woocommerce", query_string={"store": '"><script>alert(1)</script>' + "x" * 999})
    assert "<script" not in answer.text
    assert "x" * 300 not in answer.text
    assert policy_of(answer)["script-src"][0].startswith("'nonce-")


@pytest.mark.parametrize(
    "change",
    [
        {"user_id": "0" * 64},
        {"user_id": "guess"},
        {"user_id": None},
        {"consumer_key": "ck_1"},
        {"consumer_secret": 5},
        {"key_permissions": "everything"},
    ],
)
def test_keys_that_nobody_waits_for_are_refused(runtime: Runtime, client: FlaskClient, change: dict[str, Any]) -> None:
    state = _begun(client)
    answer = client.post("/install/woocommerce/keys", json={**KEYS, "user_id": state, **change})
    assert answer.status_code in {400, 401}
    assert [row.locked for row in _waiting(runtime)] == [None]


@pytest.mark.parametrize("body", [b"", b"not json", b"[" * 5000, b"\xff", b"x" * 100_000])
def test_what_are_no_keys_is_400(client: FlaskClient, body: bytes) -> None:
    assert client.post("/install/woocommerce/keys", data=body).status_code in {400, 413}


def test_keys_come_once_and_are_kept_encrypted(runtime: Runtime, client: FlaskClient) -> None:
    state = _begun(client)
    first, second = (client.post("/install/woocommerce/keys", json={**KEYS, "user_id": state}) for _ in range(2))
    assert (first.status_code, first.data, second.status_code) == (200, b"", 401)
    locked = _waiting(runtime)[0].locked
    assert locked is not None
    assert not [one for one in KEYS.values() if one in locked]


def test_keys_that_come_too_late_are_refused(runtime: Runtime, client: FlaskClient, clock: FrozenClock) -> None:
    state = _begun(client)
    clock.travel(LIFE)
    assert client.post("/install/woocommerce/keys", json={**KEYS, "user_id": state}).status_code == 401
    assert client.get("/install/woocommerce/return", query_string={"success": 1, "user_id": state}).status_code == 404


def test_a_browser_that_comes_back_proves_nothing(runtime: Runtime, client: FlaskClient) -> None:
    """Without the keys it waits, with a made-up word it begins again, and no store comes to be."""
    state = _begun(client)
    where = "/install/woocommerce/return"
    waits = client.get(where, query_string={"success": 1, "user_id": state})
    assert (waits.status_code, "on their way" in waits.text, 'http-equiv="refresh"' in waits.text) == (200, True, True)
    assert client.get(where, query_string={"success": 1, "user_id": "0" * 64}).status_code == 404
    assert "Nothing was connected" in client.get(where, query_string={"success": 0, "user_id": state}).text
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Store)).all() == []


@pytest.mark.parametrize(
    "shop", ["", "evil.example", "corner.myshopify.com.evil.example", "corner.myshopify.com/", "a b"]
)
def test_an_install_of_shopify_begins_at_a_store_of_shopify_only(client: FlaskClient, shop: str) -> None:
    answer = client.get("/install/shopify", query_string={"shop": shop})
    assert (answer.status_code, "Location" in answer.headers) == (400, False)


def test_the_grant_is_bound_to_the_browser_it_began_in(client: FlaskClient) -> None:
    answer = client.get("/install/shopify", query_string={"shop": SHOP})
    assert answer.location.startswith(f"https://{SHOP}/admin/oauth/authorize?")
    cookie = answer.headers["Set-Cookie"]
    for part in ("HttpOnly", "SameSite=Lax", "Path=/install/shopify", "Max-Age=1800"):
        assert part in cookie
    assert "SameSite=None" not in cookie


def _came_back(runtime: Runtime, state: str, *, secret: str = APP_SECRET, **more: str) -> str:
    """The address to which Shopify sends the browser back, signed."""
    stamp = str(int(runtime.clock.now().timestamp()))
    query = {"code": "c0de", "shop": SHOP, "state": state, "timestamp": stamp} | more
    signed = hmac.new(secret.encode(), urlencode(sorted(query.items())).encode(), sha256).hexdigest()
    return "/install/shopify/callback?" + urlencode({**query, "hmac": signed})


def test_a_callback_needs_shopifys_signature_and_the_browser_it_began_in(runtime: Runtime, client: FlaskClient) -> None:
    sent = client.get("/install/shopify", query_string={"shop": SHOP}).location
    state = parse_qs(urlsplit(sent).query)["state"][0]
    assert client.get(_came_back(runtime, state, secret="a guess")).status_code == 401
    assert client.get(_came_back(runtime, state, timestamp="1")).status_code == 401
    assert client.get(_came_back(runtime, "0" * 64)).status_code == 401
    assert client.get(_came_back(runtime, state, shop="other.myshopify.com")).status_code == 401
    stranger = client.application.test_client()
    assert stranger.get(_came_back(runtime, state)).status_code == 401
    with runtime.database.read() as session:
        assert session.scalars(sa.select(Store)).all() == []


@pytest.mark.parametrize(
    "query",
    [
        {"shop": "evil.example"},
        {"host": "ZXZpbC5leGFtcGxlL2FkbWlu"},
        {"host": "%00"},
        {"shop": "https://evil.example/.myshopify.com"},
    ],
)
def test_the_front_door_leads_to_shopifys_admin_or_nowhere(client: FlaskClient, query: dict[str, str]) -> None:
    assert client.get("/", query_string=query).status_code == 200
    there = client.get("/", query_string={"shop": SHOP}).location
    assert there == "https://admin.shopify.com/store/corner/apps/test-client-id"


@pytest.mark.parametrize("path", ["//evil.example", "/admin//home", "//evil.example/%2e%2e", "/\\evil.example"])
def test_an_odd_address_is_404_and_not_a_redirect(client: FlaskClient, path: str) -> None:
    answer = client.get("/x", environ_overrides={"PATH_INFO": path, "HTTP_HOST": "evil.example"})
    assert (answer.status_code, "Location" in answer.headers) == (404, False)
