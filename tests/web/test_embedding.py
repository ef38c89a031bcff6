"""The page inside a store's admin: who may frame it, what it may load, and what never stands in it."""

import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.clock import FrozenClock
from app.model import Launch
from app.runtime import Runtime
from tests.conftest import NOW
from tests.web.visiting import House, ancestors, id_token, later, launch, policy_of, woocommerce_store

NOBODY = ["'none'"]


def _opened(runtime: Runtime, client: FlaskClient, store: House) -> tuple[TestResponse, str]:
    """The first page as the store's admin opens it, and the token in its address."""
    if store.platform == "shopify":
        token = id_token(runtime, store)
        return client.get("/admin/home", query_string={"embedded": "1", "id_token": token}), token
    token = launch(runtime, store)
    return client.get("/admin/home", query_string={"launch": token}), token


def test_only_the_verified_stores_admin_may_frame_it(runtime: Runtime, client: FlaskClient, store: House) -> None:
    page, _ = _opened(runtime, client, store)
    admins = {
        "shopify": ["https://corner.myshopify.com", "https://admin.shopify.com"],
        "woocommerce": ["http://127.0.0.1:9"],
    }
    assert page.status_code == 200
    assert ancestors(page) == admins[store.platform]
    assert "X-Frame-Options" not in page.headers


def test_what_the_address_claims_widens_nothing(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    query = {"embedded": "1", "id_token": id_token(runtime, corner), "shop": "evil.myshopify.com", "host": "ZXZpbA"}
    assert ancestors(client.get("/admin/home", query_string=query)) == [
        f"https://{corner.address}",
        "https://admin.shopify.com",
    ]


def test_every_script_is_ours_by_a_word_that_is_new_each_time(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    pages = [_opened(runtime, client, store)[0] for _ in range(2)]
    words = [policy_of(page)["script-src"][0].removeprefix("'nonce-").removesuffix("'") for page in pages]
    assert words[0] != words[1]
    for page, word in zip(pages, words, strict=True):
        scripts = re.findall(r"<script\b[^>]*>", page.text)
        assert scripts
        assert all(f'nonce="{word}"' in script and "src=" in script for script in scripts)
        assert not re.search(r"""\s(on\w+|style)\s*=|javascript:""", page.text)
        assert "'unsafe" not in page.headers["Content-Security-Policy"]
        assert policy_of(page)["default-src"] == ["'none'"]
        assert policy_of(page)["base-uri"] == ["'none'"]


def test_the_page_sets_no_cookie_holds_no_token_and_is_kept_nowhere(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    page, token = _opened(runtime, client, store)
    assert "Set-Cookie" not in page.headers
    assert token not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_reads_without_scripts(runtime: Runtime, client: FlaskClient, store: House) -> None:
    page, _ = _opened(runtime, client, store)
    for said in ("The " + store.name + " store", "No message yet", "needs JavaScript"):
        assert said in page.text


@pytest.mark.parametrize("token", ["", "a.b.c", "over"])
def test_without_a_good_token_shopifys_page_goes_to_the_bounce(
    runtime: Runtime, client: FlaskClient, corner: House, token: str
) -> None:
    """The way back is told to App Bridge, and the stale token stays behind."""
    given = id_token(runtime, corner, exp=later(runtime, seconds=-30)) if token == "over" else token
    query = {"embedded": "1", "id_token": given, "shop": corner.address, "host": "aG9zdA"}
    answer = client.get("/admin/workflows", query_string=query)
    assert answer.status_code == 302
    where = f"/shopify/bounce?embedded=1&shop={corner.address}&host=aG9zdA&shopify-reload="
    assert answer.location == where + f"%2Fadmin%2Fworkflows%3Fembedded%3D1%26shop%3D{corner.address}%26host%3DaG9zdA"
    bounce = client.get(answer.location)
    assert bounce.status_code == 200
    assert 'data-api-key="test-client-id"' in bounce.text
    assert ancestors(bounce) == [f"https://{corner.address}", "https://admin.shopify.com"]


@pytest.mark.parametrize(
    "back",
    [
        "",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "/" + "a" * 3000,
    ],
)
def test_the_bounce_leads_back_to_our_own_pages_only(client: FlaskClient, back: str) -> None:
    query = {"shopify-reload": back, "shop": "corner.myshopify.com"}
    answer = client.get("/shopify/bounce", query_string=query)
    assert answer.status_code == 400
    assert ancestors(answer) == NOBODY


@pytest.mark.parametrize(
    "shop", ["", "evil.example", "evil.example#.myshopify.com", "*", "corner.myshopify.com.evil.example"]
)
def test_nobody_frames_the_bounce_who_is_not_a_store_of_shopify(client: FlaskClient, shop: str) -> None:
    answer = client.get("/shopify/bounce", query_string={"shopify-reload": "/?embedded=1", "shop": shop})
    assert ancestors(answer) == NOBODY


def test_a_launch_token_opens_the_page_once(runtime: Runtime, client: FlaskClient, tea: House) -> None:
    page, token = _opened(runtime, client, tea)
    again = client.get("/admin/home", query_string={"launch": token})
    assert (page.status_code, again.status_code) == (200, 401)
    assert "bounce.js" in again.text, "it asks the admin around it for a fresh one"
    assert "The tea store" not in again.text
    assert ancestors(again) == ["http://127.0.0.1:9"], "the sentence is read inside the admin"
    assert client.get("/admin/home", query_string={"launch": launch(runtime, tea)}).status_code == 200


def test_the_same_token_id_of_two_stores_is_two_tokens(runtime: Runtime, client: FlaskClient, tea: House) -> None:
    other = woocommerce_store(runtime, "coffee")
    tokens = [launch(runtime, tea, jti="1"), launch(runtime, other, jti="1")]
    answers = [client.get("/admin/home", query_string={"launch": token}) for token in tokens]
    assert [answer.status_code for answer in answers] == [200, 200]


def test_used_tokens_are_forgotten_when_they_are_over(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, tea: House
) -> None:
    for _ in range(3):
        _opened(runtime, client, tea)
        clock.set(NOW.replace(hour=clock.now().hour + 1))
    with runtime.database.read() as session:
        kept = session.scalars(sa.select(Launch.token)).all()
    assert len(kept) == 1
    assert len(kept[0]) == 64, "the row holds a hash"


def test_a_launch_token_that_is_over_says_so_inside_the_admin(
    runtime: Runtime, client: FlaskClient, tea: House
) -> None:
    for ends in (later(runtime, seconds=-11), later(runtime, seconds=71)):
        answer = client.get("/admin/home", query_string={"launch": launch(runtime, tea, exp=ends)})
        assert answer.status_code == 401
        assert ancestors(answer) == ["http://127.0.0.1:9"]
        assert "The tea store" not in answer.text


def test_a_forged_launch_token_is_framed_by_nobody(runtime: Runtime, client: FlaskClient, tea: House) -> None:
    other = woocommerce_store(runtime, "coffee")
    forged = [
        launch(runtime, tea, secret="a guess that is long enough to be a secret"),
        launch(runtime, tea, store=other.key, iss=other.address),
        launch(runtime, tea, secret="a guess that is long enough to be a secret", exp=1),
        "a.b.c",
        "",
    ]
    for token in forged:
        answer = client.get("/admin/home", query_string={"launch": token})
        assert answer.status_code == 401
        assert ancestors(answer) == NOBODY


def test_pages_outside_of_the_admin_are_framed_by_nobody(client: FlaskClient) -> None:
    for path in ("/", "/install/woocommerce", "/nowhere", "/healthz", "/static/perennial.css"):
        with client.get(path) as answer:
            assert ancestors(answer) == NOBODY
