"""The promises about texts: to phones that agreed, at lawful hours, and never in the moment of a mail about the same."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from app.choices import choose
from app.clock import FrozenClock
from app.pipeline import short_links
from app.pipeline.deliver import handing
from app.runtime import Runtime
from connectors.channels.twilio import Senders, Twilio
from connectors.records import ConsentRecord, ConsentState, Medium
from connectors.texts import segments
from tests.contracts.provider import SECRET
from tests.contracts.test_twilio import SID, answers
from tests.provider import Provider, Said, provider
from tests.stories.promises.test_parcels import scanned
from tests.story import Story, village

PHONE = "+4915123456789"
MORNING = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MAIL_AND_TEXT = ("abandoned_checkout", "abandoned_checkout_text")


@pytest.fixture
def wall(runtime: Runtime, clock: FrozenClock) -> Iterator[tuple[Story, Provider]]:
    """A village whose texts go to a stand-in of Twilio."""
    senders = Senders.read(("DE=+4915100000001", "GB=TeaShop", "US=+15005550006"))
    with provider(answers, name="Twilio") as (standin, desk):
        twilio = Twilio(desk, (SID, SECRET), senders=senders, callback="https://app.example.com/receipts/twilio")
        with village(runtime, clock, channel=twilio) as made:
            made[0].travel_to(MORNING)
            yield made[0], standin


@pytest.fixture
def public(runtime: Runtime, clock: FrozenClock) -> Iterator[tuple[Story, Provider]]:
    """The same at an address that phones reach."""
    senders = Senders.read(("DE=+4915100000001", "GB=TeaShop"))
    there = replace(runtime, config=replace(runtime.config, app_url="https://app.example.com"))
    with provider(answers, name="Twilio") as (standin, desk):
        twilio = Twilio(desk, (SID, SECRET), senders=senders, callback="https://app.example.com/receipts/twilio")
        with village(there, clock, channel=twilio) as made:
            made[0].travel_to(MORNING)
            yield made[0], standin


def _agrees(story: Story, name: str, *, state: ConsentState = ConsentState.SUBSCRIBED, **given: Any) -> None:
    """Somebody with a phone says whether they want texts."""
    story.join(name, **{"phone": PHONE, "country": "DE", **given})
    who = story.people[name].external_id
    story.tell(ConsentRecord(Medium.SMS, state, story.now, "form", who, opt_in_level="confirmed_opt_in"))


def _texts(standin: Provider) -> list[tuple[str, str]]:
    return [(form["To"], form["Body"]) for form in (seen.form() for seen in standin.seen)]


def test_who_agreed_gets_one_short_text_with_the_way_out(wall: tuple[Story, Provider]) -> None:
    story, standin = wall
    story.on("abandoned_checkout_text")
    _agrees(story, "anna", consent=None)
    story.checkout("anna")
    story.travel(hours=3.9)
    assert _texts(standin) == []
    story.travel(days=3)
    words = (
        "Tea 0: your checkout is still open, with all that you had chosen.\n"
        "Go on where you left off:\nhttps://tea.example/cart\nReply STOP to opt out."
    )
    assert _texts(standin) == [(PHONE, words)]
    assert story.reasons("anna")[-1] == "abandoned_checkout_text.reminder: left"


def test_a_yes_to_mail_is_no_yes_to_texts(wall: tuple[Story, Provider]) -> None:
    story, standin = wall
    story.on("abandoned_checkout_text")
    story.join("ben", phone=PHONE, country="DE")
    story.checkout("ben")
    _agrees(story, "cleo", state=ConsentState.UNSUBSCRIBED, phone="+4915123456780")
    story.checkout("cleo", number="other")
    story.travel(days=2)
    assert standin.seen == []
    for name in ("ben", "cleo"):
        assert story.reasons(name) == ["abandoned_checkout_text.reminder: no_consent"]


def test_nobody_is_told_the_same_by_mail_and_by_text_in_one_moment(wall: tuple[Story, Provider]) -> None:
    """A checkout of the late evening: both fell due at night, and both waited for the morning."""
    story, standin = wall
    story.set(quiet_from=22 * 60, quiet_until=7 * 60)
    story.on(*MAIL_AND_TEXT)
    _agrees(story, "anna")
    story.travel(hours=12.5)
    story.checkout("anna")
    story.travel(hours=14)
    mails = [at for at, line in story.left() if line == "anna: abandoned_checkout_reminder"]
    texts = [one.sent_at for one in story.messages("anna") if one.medium == Medium.SMS and one.sent_at]
    assert (len(mails), len(texts), len(standin.seen)) == (1, 1, 1)
    assert (texts[0] - mails[0]).total_seconds() >= 3 * 3600
    waited = next(one for one in story.why("anna") if one.reason == "told_beside")
    assert waited.seen["winner"] == "abandoned_checkout"


def test_a_text_ends_where_the_mail_would(wall: tuple[Story, Provider]) -> None:
    story, standin = wall
    story.on("abandoned_checkout_text")
    _agrees(story, "anna")
    story.checkout("anna")
    story.travel(hours=2)
    story.order("anna")
    story.travel(days=2)
    assert standin.seen == []


def test_who_cannot_answer_a_sender_gets_a_link_to_leave(wall: tuple[Story, Provider]) -> None:
    """Carriers show a name there, and nobody can send STOP to a name."""
    story, standin = wall
    story.on("abandoned_checkout_text")
    _agrees(story, "anna", phone="+447400123456", country="GB")
    story.checkout("anna")
    story.travel(hours=20)
    [(_, words)] = _texts(standin)
    assert "STOP" not in words
    assert "Unsubscribe: http" in words
    story.on("shipping_text")
    story.ship(story.order("anna"))
    story.travel(hours=20)
    assert _texts(standin)[1:] == [("+447400123456", "Tea 0: your order #1001 is on its way.")]


def test_without_a_provider_the_ledger_says_that_none_is_set_up(story: Story) -> None:
    story.on("abandoned_checkout_text")
    _agrees(story, "anna")
    story.checkout("anna")
    story.travel(days=2)
    assert story.reasons("anna")[-1] == "abandoned_checkout_text.reminder: no_channel"
    assert story.sent == []


def test_news_of_an_order_needs_no_yes_waits_for_the_morning_and_heeds_a_stop(wall: tuple[Story, Provider]) -> None:
    story, standin = wall
    story.set(quiet_from=22 * 60, quiet_until=7 * 60)
    story.on("shipping_text")
    story.join("ben", consent=None, phone=PHONE)
    story.travel(hours=13)
    story.ship(story.order("ben"))
    assert standin.seen == [], "it is eleven at night"
    story.travel(hours=9)
    said = "Tea 0: your order #1001 is on its way.\nReply STOP to opt out."
    assert [words for _, words in _texts(standin)] == [said], (
        "it may be the first that this phone gets, so it says how to stop"
    )
    assert [one.reason for one in story.why("ben")] == ["quiet_hours", "due", "left"]
    _agrees(story, "ben", state=ConsentState.UNSUBSCRIBED, consent=None)
    story.ship(story.order("ben"))
    assert len(standin.seen) == 1
    assert story.reasons("ben")[-1] == "shipping_text.shipped: no_consent"


def test_a_parcel_that_is_late_is_texted_once(wall: tuple[Story, Provider]) -> None:
    story, standin = wall
    story.on("delivery_delay_text")
    story.join("ben", consent=None, phone=PHONE)
    scanned(story)
    story.ship(story.order("ben"), status="label_printed")
    story.live(days=9, every=24)
    assert [words.partition(",")[0] for _, words in _texts(standin)] == [
        "Tea 0: your parcel is taking longer than it should"
    ]


CART = "https://tea-0.example.com/cart"
SHORT = re.compile(r"https://app\.example\.com/s/([0-9A-Za-z]{11})(?!\w)")


def _to_anna_s_checkout(story: Story, standin: Provider, **given: Any) -> str:
    """What the text says that reminds her of it."""
    story.on("abandoned_checkout_text")
    _agrees(story, "anna", **given)
    story.checkout("anna", url=CART)
    story.travel(days=1)
    [(_, words)] = _texts(standin)
    return words


def test_a_link_in_a_text_is_short_counted_and_marked_at_no_cost(public: tuple[Story, Provider]) -> None:
    story, standin = public
    words = _to_anna_s_checkout(story, standin)
    [code] = SHORT.findall(words)
    assert ("/cart" in words, "utm_" in words, segments(words).count) == (False, False, 1)
    found = short_links.find(story.runtime, code)
    assert found is not None
    [message] = story.messages("anna")
    assert (found.store_id, found.message_id) == (story.store_id, message.id)
    marks = "utm_source=perennial&utm_medium=sms&utm_campaign=abandoned_checkout_text"
    assert found.target == f"{CART}?{marks}"
    assert short_links.find(story.runtime, code[:-1] + ("a" if code[-1] != "a" else "b")) is None


def test_a_text_that_is_tried_again_carries_the_same_link(public: tuple[Story, Provider]) -> None:
    story, standin = public
    standin.mood = Said(503)
    words = _to_anna_s_checkout(story, standin)
    assert [one.reason for one in story.why("anna")][-2:] == ["try_again", "left"]
    [code] = SHORT.findall(words)
    assert short_links.find(story.runtime, code) is not None


def test_what_is_on_its_way_is_no_doubt_though_the_next_one_s_link_cannot_be_kept(
    public: tuple[Story, Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    story, standin = public
    monkeypatch.setattr(handing, "AHEAD", 1)
    story.on("abandoned_checkout_text")
    for name, phone in (("anna", PHONE), ("ben", "+4915123456780")):
        _agrees(story, name, phone=phone)
        story.checkout(name, number=name)
    fails = iter([False, True])

    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO short_link") and next(fails, False):
            raise sa.exc.OperationalError("no", None, Exception())

    sa.event.listen(story.runtime.database.main, "before_cursor_execute", fail)
    try:
        story.travel(days=1)
    finally:
        sa.event.remove(story.runtime.database.main, "before_cursor_execute", fail)
    assert [story.messages(name)[0].state for name in ("anna", "ben")] == ["sent", "sent"]
    assert len(standin.seen) == 2


def test_whoever_does_not_count_clicks_sends_addresses_as_they_are(public: tuple[Story, Provider]) -> None:
    story, standin = public
    with story.runtime.database.write() as session:
        choose(session, story.store_id, wraps_links=False)
    assert f"\n{CART}\n" in _to_anna_s_checkout(story, standin)


def test_the_way_out_passes_no_counter(public: tuple[Story, Provider]) -> None:
    story, standin = public
    words = _to_anna_s_checkout(story, standin, phone="+447400123456", country="GB")
    assert len(SHORT.findall(words)) == 1
    assert "https://app.example.com/u/" in words


def test_news_of_an_order_says_its_address_itself(public: tuple[Story, Provider]) -> None:
    """Clicks on it are counted in no mail either."""
    story, standin = public
    story.on("delivery_delay_text")
    story.join("ben", consent=None, phone=PHONE)
    scanned(story)
    story.ship(story.order("ben"), status="label_printed")
    story.live(days=9, every=24)
    [(_, words)] = _texts(standin)
    assert words.endswith("write to us: https://tea-0.example.com\nReply STOP to opt out.")
