"""The recipient's doors: nothing guessed, scanned or replayed into harm, and each speaks the recipient's language."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zlib import crc32

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.clock import FrozenClock
from app.links import confirm_url, counted_url, preferences_url, unsubscribe_url, view_url
from app.model import Confirmation, Consent, Customer, Receipt, Store
from app.pipeline.double_opt_in import Wish, ask, confirm, send_questions
from app.pipeline.erase.person import SHELL
from app.policy.consent import CONFIRMED
from app.reports.results.clicked import clicked
from app.runtime import Runtime
from connectors.channels.outbox import Outbox
from connectors.records import Medium
from tests.conftest import NOW
from tests.pipeline.rows import a_message, a_person
from tests.web.visiting import House, policy_of

ANNA = "anna@example.com"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/146.0"}


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> str:
    """Each promise on one of the two databases, by its name."""
    return ("sqlite", "postgresql")[crc32(request.node.name.encode()) % 2]


@pytest.fixture
def anna(runtime: Runtime, corner: House) -> int:
    with runtime.database.write() as session:
        person = a_person(session, session.get_one(Store, corner.id), ANNA, locale="de-DE", country="DE")
        session.add(_yes(person))
        session.flush()
        person.email_consent, person.answers = "subscribed", {"email": ["subscribed", 0]}
        return person.id


def _yes(person: Customer) -> Consent:
    values: dict[str, Any] = {
        "medium": "email",
        "state": "subscribed",
        "source": "store",
        "at": NOW - timedelta(days=9),
    }
    return Consent(store_id=person.store_id, customer_id=person.id, recorded_at=NOW, **values)


def _page(runtime: Runtime, store: House, customer_id: int) -> str:
    link = unsubscribe_url(runtime.signer, "", store_id=store.id, customer_id=customer_id, medium=Medium.EMAIL)
    return preferences_url(link)


def _customer(runtime: Runtime, customer_id: int) -> Customer:
    with runtime.database.read() as session:
        return session.get_one(Customer, customer_id)


FORM = {"medium": "email", "topic": ["reminders", "birthday"], "every_days": "7", "rest_days": "30", "language": "de"}


def test_looking_at_the_preferences_changes_nothing_and_tells_nobody_who_it_is(
    runtime: Runtime, client: FlaskClient, corner: House, anna: int
) -> None:
    page = client.get(_page(runtime, corner, anna))
    assert page.status_code == 200
    assert ("anna" in page.text, "example.com" in page.text) == (False, False)
    assert 'lang="de"' in page.text
    assert "Worüber?" in page.text
    assert policy_of(page)["form-action"] == ["'self'"]
    assert "Set-Cookie" not in page.headers
    assert _customer(runtime, anna).wishes == {}


def test_what_is_chosen_holds_and_the_same_again_changes_nothing_more(
    runtime: Runtime, client: FlaskClient, corner: House, anna: int
) -> None:
    for _ in range(2):
        saved = client.post(_page(runtime, corner, anna), data={**FORM, "birth_day": "29", "birth_month": "2"})
        assert "Gespeichert" in saved.text
    found = _customer(runtime, anna)
    assert (found.email_consent, found.birthday, found.locale) == ("subscribed", "--02-29", "de")
    assert found.wishes["unwanted"] == ["news", "refills", "reviews"]
    assert found.wishes["every_days"] == 7
    assert found.said["birthday"][0] == 2, "surer than what the platform says later"
    client.post(
        _page(runtime, corner, anna), data={**FORM, "rest_days": "0", "topic": ["reminders"], "birth_day": "31"}
    )
    found = _customer(runtime, anna)
    assert "rests_until" not in found.wishes
    assert found.birthday == "--02-29"


@pytest.mark.parametrize(("day", "month"), [("30", "2"), ("0", "1"), ("1", "13"), ("x", "1"), ("²", "1"), ("1", "")])
def test_a_day_that_no_year_has_is_no_birthday(
    runtime: Runtime, client: FlaskClient, corner: House, anna: int, day: str, month: str
) -> None:
    client.post(_page(runtime, corner, anna), data={**FORM, "birth_day": day, "birth_month": month})
    assert _customer(runtime, anna).birthday is None


def test_leaving_is_at_once_and_coming_back_goes_by_the_mailbox(
    runtime: Runtime, client: FlaskClient, corner: House, anna: int, clock: FrozenClock
) -> None:
    """An old link in a stranger's hands may stop messages, and never start them."""
    client.post(_page(runtime, corner, anna), data={"topic": ["news"]})
    assert _customer(runtime, anna).email_consent == "unsubscribed"
    clock.set(NOW + timedelta(hours=1))
    again = client.post(_page(runtime, corner, anna), data=FORM)
    assert "Bitte bestätigen Sie dort" in again.text
    assert _customer(runtime, anna).email_consent == "pending"
    assert send_questions(runtime) == 1
    channel = runtime.channels[Medium.EMAIL]
    assert isinstance(channel, Outbox)
    (mail,) = channel.kept(runtime_key(runtime, corner))
    assert b"Auto-Submitted: auto-generated" in mail.raw
    assert b"List-Unsubscribe" not in mail.raw
    client.post(_page(runtime, corner, anna), data={**FORM, "medium": "sms"})
    assert _customer(runtime, anna).answers.get("sms") is None, "a text is never begun here"


def runtime_key(runtime: Runtime, store: House) -> str:
    with runtime.database.read() as session:
        return session.get_one(Store, store.id).public_key


def _asked(runtime: Runtime, store: House, customer_id: int) -> int:
    wish = Wish("footer_form", "Yes, send me news.", {"page": "https://shop.example.com"}, "192.0.2.7")
    with runtime.database.write() as session:
        assert ask(session, wish, store_id=store.id, customer_id=customer_id, now=runtime.clock.now())
        return session.scalars(sa.select(Confirmation.id).order_by(Confirmation.id.desc())).first() or 0


def test_only_the_button_of_the_asked_mailbox_is_a_yes(
    runtime: Runtime, client: FlaskClient, corner: House, anna: int, clock: FrozenClock
) -> None:
    number = _asked(runtime, corner, anna)
    link = confirm_url(runtime.signer, "", store_id=corner.id, confirmation_id=number, address=ANNA)
    assert client.post(link).status_code == 404, "it was never sent, so nobody can have got it"
    send_questions(runtime)
    clock.set(NOW + timedelta(minutes=5))
    assert client.get(link).status_code == 200
    assert _customer(runtime, anna).email_consent == "pending", "scanners open every link"
    for _ in range(2):
        assert "Sie sind angemeldet" in client.post(link).text
    assert _customer(runtime, anna).email_consent == "subscribed"
    with runtime.database.read() as session:
        row = session.scalars(
            sa.select(Consent).where(Consent.state == "subscribed").order_by(Consent.id.desc())
        ).first()
    assert row is not None
    assert (row.opt_in_level, row.wording, row.country) == (CONFIRMED, "Yes, send me news.", "DE")
    assert row.proof == {"page": "https://shop.example.com", "asked_at": NOW.isoformat()}
    assert row.asked_from == "127.0.0.1"
    assert row.tell_at is not None


def test_nobody_is_asked_again_and_again(runtime: Runtime, corner: House, anna: int, clock: FrozenClock) -> None:
    """Anybody may type anybody's address into a form."""
    wish = Wish("footer_form", "Yes", {})
    asked = []
    for hours in (0, 1, 25, 50, 75, 100):
        clock.set(NOW + timedelta(hours=hours))
        with runtime.database.write() as session:
            asked.append(ask(session, wish, store_id=corner.id, customer_id=anna, now=clock.now()))
    assert asked == [True, False, True, True, False, False]


def test_a_question_of_another_store_or_too_old_is_nothing(
    runtime: Runtime, client: FlaskClient, corner: House, tea: House, anna: int
) -> None:
    number = _asked(runtime, corner, anna)
    send_questions(runtime)
    with runtime.database.write() as session:
        assert not confirm(session, tea.id, confirmation_id=number, asked_from=None, now=NOW)
    assert client.post("/c/nonsense").status_code == 404
    crossed = confirm_url(runtime.signer, "", store_id=tea.id, confirmation_id=number, address=ANNA)
    assert client.post(crossed).status_code == 404


def test_a_yes_is_for_the_mailbox_that_was_asked_and_no_other(
    runtime: Runtime, client: FlaskClient, corner: House, anna: int
) -> None:
    """Or somebody asks their own mailbox, writes another address into their account, and says yes for its owner."""
    number = _asked(runtime, corner, anna)
    link = confirm_url(runtime.signer, "", store_id=corner.id, confirmation_id=number, address=ANNA)
    send_questions(runtime)
    with runtime.database.write() as session:
        session.get_one(Customer, anna).email = "ben@example.com"
    assert (client.get(link).status_code, client.post(link).status_code) == (404, 404)
    assert _customer(runtime, anna).email_consent == "pending"


@pytest.fixture
def letter(runtime: Runtime, corner: House, anna: int) -> int:
    with runtime.database.write() as session:
        person = session.get_one(Customer, anna)
        return a_message(session, person, "k1", sent_at=NOW, state="sent").id


def test_a_message_is_read_in_a_browser_without_a_way_to_act_for_its_owner(
    runtime: Runtime, client: FlaskClient, corner: House, anna: int, letter: int
) -> None:
    """People pass such links on."""
    path = view_url(runtime.signer, "", store_id=corner.id, message_id=letter)
    page = client.get(path)
    assert page.status_code == 200
    assert "danke für Ihre Anmeldung" in page.text
    assert re.search(r"/u/|/c/|/v/|nsubscribe</a>", page.text) is None
    assert "sandbox" in page.headers["Content-Security-Policy"]
    assert client.get(path[:-1] + ("0" if path[-1] != "0" else "1")).status_code == 404
    with runtime.database.write() as session:
        session.execute(sa.update(Customer).where(Customer.id == anna).values(**SHELL, gone_at=NOW))
    assert client.get(path).status_code == 404, "erased"


TARGET = "https://shop.example.com/p?a=1&b=2"


def _link(runtime: Runtime, store: House, message_id: int, target: str = TARGET) -> str:
    return counted_url(runtime.signer, "", store_id=store.id, message_id=message_id, target=target)


def test_a_counted_link_leads_where_the_message_said_and_nowhere_else(
    runtime: Runtime, client: FlaskClient, corner: House, letter: int
) -> None:
    went = client.get(_link(runtime, corner, letter), headers=BROWSER)
    assert (went.status_code, went.headers["Location"]) == (302, TARGET)
    mine, other = _link(runtime, corner, letter), _link(runtime, corner, letter + 1, "https://evil.example")
    assert client.get(f"{mine.rpartition('/')[0]}/{other.rpartition('/')[2]}").status_code == 404
    script = _link(runtime, corner, letter, "javascript:alert(1)")
    assert client.get(script).status_code == 404
    assert client.get(_link(runtime, corner, 4711)).status_code == 302, "what cannot be counted leads on"


def test_scanners_and_prefetching_are_told_apart_from_people(
    runtime: Runtime, client: FlaskClient, corner: House, letter: int, clock: FrozenClock
) -> None:
    clock.set(NOW + timedelta(minutes=3))
    link = _link(runtime, corner, letter)
    client.get(link, headers={"User-Agent": "Mozilla/5.0 (compatible; Barracuda Sentinel)"})
    client.get(link, headers={**BROWSER, "Sec-Purpose": "prefetch"}, environ_base={"REMOTE_ADDR": "192.0.2.8"})
    client.head(link, headers=BROWSER, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    client.get(link, environ_base={"REMOTE_ADDR": "192.0.2.10"}, headers={"User-Agent": ""})
    client.get(link, headers=BROWSER, environ_base={"REMOTE_ADDR": "192.0.2.11"})
    with runtime.database.read() as session:
        found = clicked(session, corner.id, workflow="welcome", since=NOW)
        kept = session.scalars(sa.select(Receipt.detail)).all()
    assert (found.raw, found.people) == (5, 1)
    assert not any("192.0.2" in (detail or "") for detail in kept), "no network address is kept"


def test_a_person_of_another_store_cannot_be_reached_by_a_link_of_this_one(
    runtime: Runtime, client: FlaskClient, corner: House, tea: House, anna: int
) -> None:
    crossed = _page(runtime, replace(tea, id=tea.id), anna)
    assert client.post(crossed, data={"topic": []}).status_code == 404
    assert _customer(runtime, anna).email_consent == "subscribed"
