"""A database that is down: 503 everywhere, so that platforms call again, and not a word of anybody in the logs."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import log
from app.clock import FrozenClock
from app.config import Config
from app.links import unsubscribe_url
from app.runtime import Runtime, assemble
from connectors.records import Medium
from tests.web.visiting import APP_SECRET, House, bearer, deliver, id_token, launch, plugged

CORNER = House(1, "shopify", "corner.myshopify.com", "corner", "corner")
TEA = House(2, "woocommerce", "http://127.0.0.1:9/tea", "tea", "tea")


@pytest.fixture(params=["sqlite:///{folder}/gone/house.db", "postgresql+psycopg://nobody@127.0.0.1:9/house"])
def down(request: pytest.FixtureRequest, tmp_path: Path, clock: FrozenClock) -> Iterator[Runtime]:
    """A house whose database nobody can reach."""
    config = Config(
        database_url=request.param.format(folder=tmp_path),
        shopify_client_id="test-client-id",
        shopify_client_secret=(APP_SECRET,),
        allow_private_stores=True,
    )
    runtime = assemble(config, clock=clock)
    shutil.rmtree(tmp_path / "gone", ignore_errors=True)
    yield runtime
    runtime.close()


@pytest.fixture
def client(down: Runtime) -> FlaskClient:
    return plugged(down).test_client()


@pytest.mark.parametrize("store", [CORNER, TEA], ids=["shopify", "woocommerce"])
def test_a_delivery_gets_503_so_that_the_store_calls_again(client: FlaskClient, store: House) -> None:
    answer = deliver(client, store, b'{"id": 1}')
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def test_a_bad_signature_of_shopify_is_401_even_then(client: FlaskClient) -> None:
    assert client.post("/webhooks/shopify", data=b"{}").status_code == 401


def test_the_pages_say_one_moment_please(client: FlaskClient, down: Runtime) -> None:
    token = id_token(down, CORNER)
    page = client.get("/admin/home", query_string={"embedded": "1", "id_token": token})
    assert (page.status_code, "One moment, please" in page.text) == (503, True)
    assert client.get("/admin/home/connection", headers=bearer(token)).status_code == 503
    assert client.get("/admin/home", query_string={"launch": launch(down, TEA)}).status_code == 503
    assert client.get("/healthz").status_code == 503


def test_the_log_tells_what_broke_and_of_nobody(client: FlaskClient, down: Runtime) -> None:
    """Addresses of requests hold tokens, and a driver's own words may quote what stood in a row."""
    lines = StringIO()
    log.configure(replace(down.config, environment="production"), stream=lines)
    url = unsubscribe_url(down.signer, "", store_id=1, customer_id=7, medium=Medium.EMAIL)
    token = id_token(down, CORNER)
    assert client.post(url, query_string={"email": "anna@example.com"}).status_code == 503
    assert client.get("/admin/home", query_string={"embedded": "1", "id_token": token}).status_code == 503
    written = lines.getvalue()
    assert written.count("request_failed") == 2
    assert not [secret for secret in (url[3:], token, "anna", "nobody") if secret in written]
