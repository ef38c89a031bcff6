"""The way out: one click, no login, no question, for this person at this store and nobody else."""

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.links import unsubscribe_url
from app.model import Consent, Customer, Store
from app.runtime import Runtime
from connectors.records import Medium
from tests.pipeline.rows import a_person
from tests.web.visiting import House, ancestors, policy_of, shopify_store

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def _anna(runtime: Runtime, store: House) -> int:
    with runtime.database.write() as session:
        return a_person(session, session.get_one(Store, store.id), "anna@example.com", email_consent="subscribed").id


def _link(runtime: Runtime, store: House, customer_id: int) -> str:
    return unsubscribe_url(runtime.signer, "", store_id=store.id, customer_id=customer_id, medium=Medium.EMAIL)


def _consent(runtime: Runtime, customer_id: int) -> str | None:
    with runtime.database.read() as session:
        return session.get_one(Customer, customer_id).email_consent


def test_looking_changes_nothing(runtime: Runtime, client: FlaskClient, store: House) -> None:
    """Scanners open every link in a mail."""
    anna = _anna(runtime, store)
    page = client.get(_link(runtime, store, anna))
    assert (page.status_code, f"The {store.name} store" in page.text) == (200, True)
    assert client.head(_link(runtime, store, anna)).status_code == 200
    assert _consent(runtime, anna) == "subscribed"


def test_one_click_is_enough_and_a_second_changes_nothing_more(
    runtime: Runtime, client: FlaskClient, store: House
) -> None:
    """As RFC 8058 wants it: a POST by a machine, without cookie or redirect, 200 at once."""
    anna = _anna(runtime, store)
    for _ in range(2):
        answer = client.post(_link(runtime, store, anna), data=ONE_CLICK)
        assert (answer.status_code, "You are unsubscribed" in answer.text) == (200, True)
        assert "Set-Cookie" not in answer.headers
    assert _consent(runtime, anna) == "unsubscribed"
    with runtime.database.read() as session:
        said = session.scalars(sa.select(Consent.source).where(Consent.customer_id == anna)).all()
    assert said == ["unsubscribe_link"]


def test_the_same_anna_of_another_store_stays(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    other = shopify_store(runtime, "other")
    mine, theirs = _anna(runtime, corner), _anna(runtime, other)
    client.post(_link(runtime, corner, mine), data=ONE_CLICK)
    crossed = _link(runtime, corner, theirs)
    client.post(crossed, data=ONE_CLICK)
    assert _consent(runtime, theirs) == "subscribed"


@pytest.mark.parametrize("token", ["x", "WzEsMSwiZW1haWwiLDBd.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb"])
def test_a_link_that_is_not_ours_is_404(client: FlaskClient, token: str) -> None:
    assert client.post(f"/u/{token}", data=ONE_CLICK).status_code == 404
    assert "reply to the message" in client.get(f"/u/{token}").text


def test_somebody_we_know_no_more_is_told_the_same(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    """The answer tells nobody whether a person is known here."""
    answer = client.post(_link(runtime, corner, 4711), data=ONE_CLICK)
    assert (answer.status_code, "You are unsubscribed" in answer.text) == (200, True)


def test_the_page_is_framed_by_nobody_and_posts_to_itself(runtime: Runtime, client: FlaskClient, corner: House) -> None:
    page = client.get(_link(runtime, corner, _anna(runtime, corner)))
    assert ancestors(page) == ["'none'"]
    assert policy_of(page)["form-action"] == ["'self'"]
    assert "anna" not in page.text
