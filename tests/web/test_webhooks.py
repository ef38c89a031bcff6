"""What a store, or a stranger, gets who calls: nothing without a signature, and nothing lost that had one."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.exceptions import Unauthorized
from werkzeug.test import TestResponse

from app import sqlite
from app.appending import Appender
from app.clock import FrozenClock
from app.config import Config
from app.model import Connection, Store
from app.runtime import Runtime, assemble
from app.web.calls import MOST_BYTES
from tests.web.visiting import (
    APP_SECRET,
    House,
    deliver,
    from_shopify,
    from_woocommerce,
    kept,
    plugged,
    shopify_store,
    woocommerce_store,
)

BODY = b'{"id": 1}'
ADDRESSES = {"shopify": "/webhooks/shopify", "woocommerce": "/webhooks/woocommerce/{key}"}


def _headers(store: House, body: bytes, *, secret: str | None = None) -> dict[str, str]:
    if store.platform == "shopify":
        return from_shopify(store, body, **({"secret": secret} if secret else {}))
    return from_woocommerce(store, body, secret=secret)


def test_a_signed_call_is_kept_as_it_came_and_answered_with_200(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    body = b'{ "id":1,\n "note": "caf\xc3\xa9" }'
    answer = deliver(client, store, body)
    assert (answer.status_code, answer.data) == (200, b"")
    assert [(row.store_id, row.body) for row in kept(runtime)] == [(store.id, body)]


@pytest.mark.parametrize("change", ["secret", "body", "missing", "odd"])
def test_a_bad_signature_is_401_and_leaves_no_row(
    runtime: Runtime, client: FlaskClient, store: House, change: str
) -> None:
    headers = _headers(store, BODY, secret="a guess" if change == "secret" else None)
    name = next(name for name in headers if "Hmac" in name or "Signature" in name)
    if change == "missing":
        del headers[name]
    if change == "odd":
        headers[name] = "caf\u00e9 !"
    answer = deliver(client, store, BODY + b" " if change == "body" else BODY, headers=headers)
    assert answer.status_code == 401
    assert kept(runtime) == []


def test_nothing_is_left_of_a_refused_call_until_circles_are_looked_for(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    """The web looks for them seldom, and anybody may send 5 MB without a signature."""
    forged = _headers(store, BODY, secret="a guess")
    deliver(client, store, BODY, headers=forged)
    gc.collect()
    gc.disable()
    try:
        assert deliver(client, store, BODY, headers=forged).status_code == 401
        assert not any(isinstance(one, Unauthorized) for one in gc.get_objects())
    finally:
        gc.enable()


def test_a_signature_of_one_store_is_worth_nothing_at_another(
    runtime: Runtime, client: FlaskClient, tea: House
) -> None:
    other = woocommerce_store(runtime, "coffee")
    assert deliver(client, other, BODY, headers=from_woocommerce(tea, BODY)).status_code == 401
    assert kept(runtime) == []


def test_an_older_secret_of_the_app_still_signs(runtime: Runtime, config: Config, clock: FrozenClock) -> None:
    store = shopify_store(runtime)
    rotated = assemble(replace(config, shopify_client_secret=("a new secret", APP_SECRET)), clock=clock)
    client = plugged(rotated).test_client()
    assert deliver(client, store, BODY).status_code == 200
    assert deliver(client, store, BODY, headers=from_shopify(store, BODY, secret="a new secret")).status_code == 200
    rotated.close()


def test_a_secret_that_changed_a_moment_ago_counts_at_once(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, tea: House
) -> None:
    assert deliver(client, tea, BODY).status_code == 200
    clock.travel(timedelta(seconds=1))
    locked = runtime.vault.lock('{"webhook_secret": "a new secret"}')
    with runtime.database.write() as session:
        session.execute(sa.update(Connection).values(locked=locked))
    body = b'{"id": 2}'
    assert deliver(client, tea, body, headers=from_woocommerce(tea, body, secret="a new secret")).status_code == 200


def test_a_secret_that_none_of_our_keys_opens_is_our_own_fault_and_said_like_every_other(
    runtime: Runtime, client: FlaskClient, tea: House
) -> None:
    with runtime.database.write() as session:
        session.execute(sa.update(Connection).values(locked="written by a key that is lost"))
    answer = deliver(client, tea, BODY)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (500, "no-store")
    assert answer.get_json()["error"] == "Internal Server Error"
    assert kept(runtime) == []


def test_an_unknown_store_is_404_and_leaves_no_row(runtime: Runtime, client: FlaskClient, store: House) -> None:
    stranger = replace(store, address="nobody.myshopify.com", key="nobody")
    assert deliver(client, stranger, BODY).status_code == 404
    assert kept(runtime) == []


def test_a_body_of_5_mb_is_taken_and_one_byte_more_is_413(runtime: Runtime, client: FlaskClient, store: House) -> None:
    assert deliver(client, store, b" " * MOST_BYTES).status_code == 200
    assert deliver(client, store, b" " * (MOST_BYTES + 1)).status_code == 413
    assert len(kept(runtime)) == 1


def test_a_body_in_chunks_has_the_same_limit(runtime: Runtime, client: FlaskClient, store: House) -> None:
    for size, expected in ((MOST_BYTES, 200), (MOST_BYTES + 1, 413), (3 * MOST_BYTES, 413)):
        body = b" " * size
        assert _in_chunks(client, store, body, headers=_headers(store, body)).status_code == expected
    assert len(kept(runtime)) == 1


def _in_chunks(client: FlaskClient, store: House, body: bytes, *, headers: dict[str, str]) -> TestResponse:
    """As a call that only Flask can read."""
    return client.post(
        ADDRESSES[store.platform].format(key=store.key),
        headers=headers | {"Transfer-Encoding": "chunked"},
        input_stream=BytesIO(body),
        environ_overrides={"wsgi.input_terminated": True},
    )


def test_a_call_gets_the_same_answer_whether_it_ends_before_flask_or_in_it(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    headers, forged = _headers(store, BODY), _headers(store, BODY, secret="a guess")
    for expected, said in ((200, headers), (401, forged)):
        first, later = deliver(client, store, BODY, headers=said), _in_chunks(client, store, BODY, headers=said)
        assert first.status_code == later.status_code == expected
        assert (first.data, dict(first.headers)) == (later.data, dict(later.headers))
    assert len(kept(runtime)) == 1


def test_a_call_that_breaks_off_leaves_no_row(runtime: Runtime, client: FlaskClient, store: House) -> None:
    headers = _headers(store, BODY) | {"Content-Length": str(len(BODY))}
    where = ADDRESSES[store.platform].format(key=store.key)
    answer = client.post(where, headers=headers, input_stream=BytesIO(BODY[:-3]))
    assert answer.status_code in (400, 401)
    assert kept(runtime) == []


def test_a_call_that_cannot_be_kept_is_tried_once_and_told_to_come_again(
    runtime: Runtime, client: FlaskClient, store: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not runtime.database.is_sqlite:
        pytest.skip("on PostgreSQL many write at once")
    tried: list[object] = []
    monkeypatch.setattr(Appender, "append", _noted(tried, Appender.append))
    monkeypatch.setattr(sqlite, "BUSY_MILLISECONDS", 3)
    with runtime.database.inbox.connect() as other:
        other.connection.driver_connection.execute("BEGIN IMMEDIATE")  # type: ignore[union-attr]  # it is open
        answer = deliver(client, store, BODY)
    assert (answer.status_code, answer.headers["Retry-After"], len(tried)) == (503, "30", 1)
    assert deliver(client, store, BODY).status_code == 200


def test_a_call_for_an_inbox_that_cannot_be_opened_is_told_to_come_again(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    if not runtime.database.is_sqlite:
        pytest.skip("PostgreSQL has no file of ours")
    runtime.database.inbox.dispose()
    inbox = Path(runtime.database.inbox.url.database or "")
    away = inbox.rename(inbox.with_suffix(".away"))
    inbox.mkdir()
    try:
        answer = deliver(client, store, BODY)
    finally:
        inbox.rmdir()
        away.rename(inbox)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert deliver(client, store, BODY).status_code == 200


def _noted(tried: list[object], append: Callable[..., None]) -> Callable[..., None]:
    def noting(appender: Appender, rows: Sequence[Mapping[str, object]]) -> None:
        tried.append(rows)
        append(appender, rows)

    return noting


@pytest.mark.parametrize("body", [b"webhook_id=5", b"webhook_id=1234567890\n"])
def test_the_ping_of_woocommerce_gets_exactly_200_and_leaves_no_row(
    runtime: Runtime, client: FlaskClient, tea: House, body: bytes
) -> None:
    """WooCommerce switches a webhook off whose ping gets anything else, 204 included; it is a form without signature."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = client.post(f"/webhooks/woocommerce/{tea.key}", data=body, headers=form)
    assert (answer.status, answer.data) == ("200 OK", b"")
    assert kept(runtime) == []


@pytest.mark.parametrize("body", [b"webhook_id=5&id=1", b"webhook_id=x", b"id=5", b""])
def test_what_only_resembles_a_ping_needs_a_signature(
    runtime: Runtime, client: FlaskClient, tea: House, body: bytes
) -> None:
    assert client.post(f"/webhooks/woocommerce/{tea.key}", data=body).status_code == 401
    assert kept(runtime) == []


def test_a_delivery_that_comes_twice_is_kept_once(runtime: Runtime, client: FlaskClient, store: House) -> None:
    assert [deliver(client, store, BODY).status_code for _ in range(3)] == [200, 200, 200]
    assert len(kept(runtime)) == 1


def test_a_store_that_has_gone_may_still_tell_what_the_law_demands(
    runtime: Runtime, client: FlaskClient, corner: House
) -> None:
    with runtime.database.write() as session:
        session.execute(sa.update(Store).values(state="uninstalled"))
    body = b'{"shop_domain": "corner.myshopify.com"}'
    headers = from_shopify(corner, body, X_Shopify_Topic="shop/redact")
    assert deliver(client, corner, body, headers=headers).status_code == 200
    assert [row.topic for row in kept(runtime)] == ["shop/redact"]


def test_a_demand_of_one_store_is_not_played_to_another(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    """The signature covers the body alone, and a header says whose it is."""
    other = shopify_store(runtime, "other")
    body = b'{"shop_domain": "corner.myshopify.com"}'
    headers = from_shopify(other, body, X_Shopify_Topic="shop/redact")
    assert deliver(client, other, body, headers=headers).status_code == 401
    assert kept(runtime) == []


def test_only_a_post_delivers(client: FlaskClient, store: House) -> None:
    assert client.get(ADDRESSES[store.platform].format(key=store.key)).status_code == 405
