"""Whose admin opens: only a fresh, genuine token of a store's own admin, and only that store's."""

import base64
import json
import re
from typing import Any

import jwt
import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.clock import FrozenClock
from app.links import mail_path
from app.model import Message, Outcome, Store
from app.runtime import Runtime
from app.web.guard import Guard, guard_of
from tests.pipeline.rows import a_message, a_person
from tests.web.visiting import (
    APP_SECRET,
    CLIENT_ID,
    House,
    bearer,
    id_token,
    later,
    launch,
    plugged,
    shopify_store,
    staff_of,
    woocommerce_store,
)

RETRY = "X-Shopify-Retry-Invalid-Session-Request"
PARTS = ("/admin/home/connection", "/admin/home/messages", "/admin/home", "/admin/workflows")


def _asked(client: FlaskClient, token: str) -> int:
    return client.get("/admin/home/connection", headers=bearer(token)).status_code


def test_a_fresh_token_opens_its_own_store(runtime: Runtime, client: FlaskClient, store: House) -> None:
    answer = client.get("/admin/home/connection", headers=staff_of(runtime, store))
    assert answer.status_code == 200
    assert f"The {store.name} store" in answer.text


def test_every_part_of_the_page_wants_a_token(runtime: Runtime, client: FlaskClient) -> None:
    """Whatever begins with /admin/ is behind the token, so that a new part cannot forget it."""
    app = plugged(runtime)
    found = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/admin/")]
    assert len(found) >= 7
    for rule in found:
        assert guard_of(app.view_functions[rule.endpoint]) is Guard.PLATFORM_TOKEN
        method = "POST" if "POST" in (rule.methods or set()) else "GET"
        url = re.sub(r"<\w+>", "x", re.sub(r"<int:\w+>", "1", rule.rule.replace("<name>", "welcome")))
        answer = client.open(url, method=method)
        assert (answer.status_code, answer.headers[RETRY]) == (401, "1")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a.b.c", "Bearer \u00e9", "Bearer .."]
)
def test_what_is_no_token_is_401_and_asks_app_bridge_for_a_fresh_one(client: FlaskClient, header: str) -> None:
    answer = client.get("/admin/home/connection", headers={"Authorization": header})
    assert (answer.status_code, answer.headers[RETRY]) == (401, "1")
    assert answer.get_json()["sentence"]


def test_a_token_that_is_nested_without_end_is_401(client: FlaskClient) -> None:
    deep = base64.urlsafe_b64encode(b'{"alg":' + b"[" * 4000 + b"}").rstrip(b"=").decode()
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256"}).encode()).rstrip(b"=").decode()
    assert [_asked(client, f"{deep}.e30.AAAA"), _asked(client, f"{head}.{deep}.AAAA")] == [401, 401]
    page = client.get("/admin/home", query_string={"embedded": "1", "id_token": f"{deep}.e30.AAAA"})
    assert page.location.startswith("/shopify/bounce")


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-app"},
        {"aud": ""},
        {"dest": "https://corner.myshopify.com.evil.example"},
        {"dest": "http://corner.myshopify.com"},
        {"dest": "https://other.myshopify.com"},
        {"iss": "https://other.myshopify.com/admin"},
        {"dest": 1},
        {"sub": ""},
        {"jti": None},
        {"sid": ""},
        {"exp": "soon"},
        {"nbf": None},
    ],
)
def test_an_id_token_with_one_wrong_claim_is_401(
    runtime: Runtime, client: FlaskClient, corner: House, claims: dict[str, Any]
) -> None:
    assert _asked(client, id_token(runtime, corner)) == 200
    assert _asked(client, id_token(runtime, corner, **claims)) == 401


def test_an_id_token_lasts_as_long_as_it_says(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    assert _asked(client, id_token(runtime, corner, exp=later(runtime, seconds=-9))) == 200
    assert _asked(client, id_token(runtime, corner, exp=later(runtime, seconds=-11))) == 401
    assert _asked(client, id_token(runtime, corner, nbf=later(runtime, seconds=9))) == 200
    assert _asked(client, id_token(runtime, corner, nbf=later(runtime, seconds=11))) == 401


@pytest.mark.parametrize("algorithm", ["none", "HS512", "HS384"])
def test_no_other_algorithm_signs(runtime: Runtime, client: FlaskClient, corner: House, algorithm: str) -> None:
    claims = jwt.decode(id_token(runtime, corner), options={"verify_signature": False})
    forged = jwt.encode(claims, APP_SECRET * 2 if algorithm != "none" else "", algorithm=algorithm)
    assert claims["aud"] == CLIENT_ID
    assert _asked(client, forged) == 401
    assert _asked(client, id_token(runtime, corner, secret="a guess that is long enough to be a secret")) == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://another.example"},
        {"iss": "http://127.0.0.1:9/other"},
        {"jti": ""},
        {"jti": "x" * 201},
        {"sub": None},
        {"exp": True},
        {"exp": "soon"},
        {"exp": 10**12},
    ],
)
def test_a_launch_token_with_one_wrong_claim_is_401(
    runtime: Runtime, client: FlaskClient, tea: House, claims: dict[str, Any]
) -> None:
    assert _asked(client, launch(runtime, tea)) == 200
    assert _asked(client, launch(runtime, tea, **claims)) == 401


def test_a_launch_token_signed_by_another_store_is_401(runtime: Runtime, client: FlaskClient, tea: House) -> None:
    other = woocommerce_store(runtime, "coffee")
    forged = launch(runtime, tea, store=other.key, iss=other.address)
    assert _asked(client, forged) == 401
    assert _asked(client, launch(runtime, other)) == 200


def test_a_store_without_the_companion_plugin_has_no_launch_tokens(runtime: Runtime, client: FlaskClient) -> None:
    assert _asked(client, launch(runtime, woocommerce_store(runtime, "bare", is_paired=False))) == 401


def test_a_store_that_is_not_here_or_has_gone_is_403(runtime: Runtime, client: FlaskClient, store: House) -> None:
    stranger = House(9, store.platform, "nobody.myshopify.com", "nobody", "nobody")
    assert client.get("/admin/home/connection", headers=staff_of(runtime, stranger)).status_code == 403
    with runtime.database.write() as session:
        session.execute(sa.update(Store).values(state="uninstalled"))
    assert client.get("/admin/home/connection", headers=staff_of(runtime, store)).status_code == 403


@pytest.mark.parametrize("platform", ["shopify", "woocommerce"])
def test_another_stores_token_shows_nothing_of_this_one(runtime: Runtime, client: FlaskClient, platform: str) -> None:
    """Both have an Anna, and the other store's must never be seen."""
    make = shopify_store if platform == "shopify" else woocommerce_store
    mine, other = make(runtime, "mine"), make(runtime, "theirs")
    with runtime.database.write() as session:
        for store, name in ((mine, "Anna"), (other, "Hannah")):
            person = a_person(session, session.get_one(Store, store.id), f"{name.lower()}@example.com", first_name=name)
            _ledger(session, a_message(session, person, f"key-{name}"))
    shown = "".join(client.get(part, headers=staff_of(runtime, mine)).text for part in PARTS)
    assert "Anna" in shown
    assert "The mine store" in shown
    assert "annah" not in shown
    assert "theirs" not in shown


def _ledger(session: Session, message: Message) -> None:
    session.add(
        Outcome(
            store_id=message.store_id,
            enrollment_id=message.enrollment_id,
            customer_id=message.customer_id,
            workflow="welcome",
            step="hello",
            turn=1,
            kind="sent",
            reason="left",
            seen={},
            at=message.created_at,
        )
    )


def test_a_message_of_another_store_cannot_be_read(runtime: Runtime, client: FlaskClient, clock: FrozenClock) -> None:
    mine, other = shopify_store(runtime, "mine"), shopify_store(runtime, "theirs")
    with runtime.database.write() as session:
        person = a_person(session, session.get_one(Store, other.id), "anna@example.com")
        message_id = a_message(session, person, "key").id
    answer = client.get(f"/admin/messages/{message_id}/mail", headers=staff_of(runtime, mine))
    assert answer.status_code == 404
    link = mail_path(runtime.signer, store_id=mine.id, message_id=message_id, now=clock.now())
    assert client.get(link).status_code == 404
