"""Reading what the outbox kept: as the customer gets it, in its own store's admin, and harmless there."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.links import MAIL_LIFE, mail_path
from app.model import Store
from app.runtime import Runtime
from connectors.base import Address, Envelope, Purpose
from connectors.records import Medium
from tests.pipeline.rows import a_message, a_person
from tests.web.visiting import House, ancestors, policy_of, shopify_store, staff_of

HTML = '<!doctype html><html><head><title>t</title></head><body><script>alert(1)</script><a href="/x">Tea</a></body></html>'


def _kept(runtime: Runtime, store: House, *, html: str = HTML, subject: str = "Hello Anna") -> int:
    """A message that left into the outbox; its id."""
    with runtime.database.write() as session:
        person = a_person(session, session.get_one(Store, store.id), "anna@example.com", first_name="Anna")
        message_id = a_message(session, person, "key-1").id
    envelope = Envelope(
        key="key-1",
        store=store.key,
        medium=Medium.EMAIL,
        purpose=Purpose.MARKETING,
        to=Address("anna@example.com", "Anna"),
        sender=Address("shop@example.com", "Shop"),
        subject=subject,
        text="Hello Anna, <b>tea</b>?",
        html=html,
        message_id="<key-1@example.com>",
        at=runtime.clock.now(),
    )
    channel = runtime.channels["email"]
    channel.send(envelope)
    return message_id


def _path(runtime: Runtime, store: House, message_id: int) -> str:
    return mail_path(runtime.signer, store_id=store.id, message_id=message_id, now=runtime.clock.now())


def test_the_merchant_reads_the_message_that_the_customer_gets(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    message_id = _kept(runtime, store, subject="Tea & <more>")
    panel = client.get(f"/admin/messages/{message_id}/mail", headers=staff_of(runtime, store))
    assert panel.status_code == 200
    for said in ("Tea &amp; &lt;more&gt;", "anna@example.com", "&lt;b&gt;tea&lt;/b&gt;", 'sandbox="allow-popups'):
        assert said in panel.text
    path = panel.text.partition('<iframe src="')[2].partition('"')[0]
    shown = client.get(path)
    assert shown.status_code == 200
    assert shown.text.startswith('<!doctype html><html><head><base target="_blank">')


def test_a_shown_message_can_do_nothing(runtime: Runtime, client: FlaskClient, store: House) -> None:
    """Its HTML is a merchant's text filled by strangers: no script, no form, no cookie, framed by the admin's page alone."""
    answer = client.get(_path(runtime, store, _kept(runtime, store)))
    policy = policy_of(answer)
    assert policy["sandbox"] == ["allow-popups", "allow-popups-to-escape-sandbox"]
    assert policy["default-src"] == ["'none'"]
    assert policy["form-action"] == ["'none'"]
    assert "script-src" not in policy
    admin = "https://corner.myshopify.com" if store.platform == "shopify" else "http://127.0.0.1:9"
    assert ancestors(answer)[:2] == ["'self'", admin]
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_to_a_message_is_over_after_ten_minutes(
    runtime: Runtime, client: FlaskClient, clock: FrozenClock, corner: House
) -> None:
    path = _path(runtime, corner, _kept(runtime, corner))
    clock.travel(MAIL_LIFE)
    assert client.get(path).status_code == 200
    clock.travel(timedelta(seconds=1))
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "WzEsMSwxXQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb", "%00"])
def test_a_guessed_link_shows_nothing(runtime: Runtime, client: FlaskClient, corner: House, token: str) -> None:
    _kept(runtime, corner)
    assert client.get(f"/mail/{token}").status_code == 404


def test_a_changed_link_shows_nothing(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    path = _path(runtime, corner, _kept(runtime, corner))
    head, _, signature = path.rpartition(".")
    assert client.get(f"{head}.{signature[::-1]}").status_code == 404
    unsubscribing = runtime.signer.sign("unsubscribe", [corner.id, 1, 9999999999])
    assert client.get(f"/mail/{unsubscribing}").status_code == 404, "signed for another purpose"


def test_a_message_lies_in_its_own_stores_drawer(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    """Two stores may have a message under one key; each reads its own."""
    other = shopify_store(runtime, "other")
    message_id = _kept(runtime, corner)
    assert client.get(f"/admin/messages/{message_id}/mail", headers=staff_of(runtime, other)).status_code == 404
    assert client.get(_path(runtime, other, message_id)).status_code == 404


def test_a_message_that_is_kept_no_more_says_so(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    message_id = _kept(runtime, corner)
    channel = runtime.channels["email"]
    getattr(channel, "forget")("key-1", store=corner.key)  # noqa: B009 - what the outbox can beyond the contract.
    answer = client.get(f"/admin/messages/{message_id}/mail", headers=staff_of(runtime, corner))
    assert (answer.status_code, "not kept here" in answer.get_json()["sentence"]) == (404, True)


def test_a_message_without_html_reads_as_text(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    message_id = _kept(runtime, corner, html="")
    panel = client.get(f"/admin/messages/{message_id}/mail", headers=staff_of(runtime, corner)).text
    assert "&lt;b&gt;tea&lt;/b&gt;" in panel
