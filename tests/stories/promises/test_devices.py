"""The promises about notifications: on the device of whoever agreed, until it is gone or its owner has enough of them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.links import read_counted
from app.model import Consent, Customer, Device
from app.pipeline.devices import Taken, take_in
from app.pipeline.journal import Journal, Mark
from app.pipeline.preferences import Chosen, save
from app.runtime import Runtime
from connectors.channels.webpush import WebPush
from connectors.devices import read_call
from connectors.providers import Desk
from connectors.records import Medium
from tests.contracts.test_webpush import SENDER, opened, subscription
from tests.provider import Provider, Said, provider
from tests.story import Story, village

WORDS = "Tell me on this device when something I want is back or costs less."


@pytest.fixture
def app_url(runtime: Runtime) -> str:
    return runtime.config.app_url


@pytest.fixture
def wall(runtime: Runtime, clock: FrozenClock, app_url: str) -> Iterator[tuple[Story, Provider, str]]:
    """A village whose notifications go to a stand-in of a push service, and where that is."""
    there = replace(runtime, config=replace(runtime.config, app_url=app_url))
    with provider(lambda _: Said(201), name="the push service") as (standin, desk):
        channel = WebPush(Desk("the push service", "", desk.http), SENDER, now=clock.now)
        with village(there, clock, channel=channel) as made:
            yield made[0], standin, desk.origin


def _agrees(story: Story, name: str, *, origin: str, device: str = "phone", renews: bool = False) -> Taken:
    said = msgspec.json.decode(subscription(origin).address)
    said["endpoint"] = f"{origin}/{device}"
    body = msgspec.json.encode({"subscription": said, "wording": WORDS, "page": "/account", "renews": renews})
    external_id = story.people[name].external_id or ""
    return take_in(story.runtime, story.store_id, external_id=external_id, call=read_call(body, anywhere=True))


def _is_back(story: Story) -> None:
    """What everybody waits for is out of stock, and then it is there again."""
    story.shelve(is_available=False)
    story.travel(hours=1)
    story.shelve(is_available=True)
    story.travel(hours=5)


def _waiting(story: Story, *names: str) -> None:
    story.shelve(is_available=False)
    for name in names:
        story.join(name)
        story.look(name)
    story.travel(hours=1)


def _rows(story: Story, model: type[Device] | type[Consent]) -> list[object]:
    with story.runtime.database.read() as session:
        return list(session.scalars(sa.select(model).where(model.store_id == story.store_id).order_by(model.id)))


def _unticks(story: Story, name: str) -> None:
    """They want no notifications any more, and say so on the preference page."""
    external_id = story.people[name].external_id
    with story.runtime.database.write() as session:
        theirs = (Customer.store_id == story.store_id, Customer.external_id == external_id)
        one = session.scalars(sa.select(Customer).where(*theirs)).one()
        save(session, one, chosen=Chosen(frozenset({"email"}), frozenset({"reminders"})), now=story.now)


def test_who_agreed_is_notified_on_each_of_their_devices_by_one_message(wall: tuple[Story, Provider, str]) -> None:
    story, standin, origin = wall
    story.on("back_in_stock_push")
    _waiting(story, "anna", "ben")
    assert _agrees(story, "anna", origin=origin, device="desk") is Taken.TAKEN
    story.travel(hours=1)
    assert _agrees(story, "anna", origin=origin, device="phone") is Taken.TAKEN
    _is_back(story)
    assert sorted(seen.path for seen in standin.seen) == ["/desk", "/phone"]
    told, too = map(opened, standin.seen)
    assert told == too
    assert (told["title"], told["url"].partition("?")[0]) == ("Tea is back", "https://tea.example/tea")
    assert story.reasons("anna") == ["back_in_stock_push.back: due", "back_in_stock_push.back: left"]
    assert len(story.messages("anna")) == 1
    assert story.reasons("ben")[-1] == "back_in_stock_push.back: no_consent"


def test_a_yes_is_kept_with_the_words_that_were_shown_and_the_keys_are_not_readable(
    wall: tuple[Story, Provider, str],
) -> None:
    story, _, origin = wall
    _waiting(story, "anna")
    _agrees(story, "anna", origin=origin)
    [yes] = [one for one in _rows(story, Consent) if isinstance(one, Consent) and one.medium == Medium.PUSH]
    assert (yes.state, yes.wording, yes.source) == ("subscribed", WORDS, "storefront")
    assert yes.proof is not None
    assert yes.proof["page"] == "/account"
    [device] = [one for one in _rows(story, Device) if isinstance(one, Device)]
    assert origin not in device.sealed + device.mark
    for device_name in ("desk", "phone", "watch"):
        _agrees(story, "anna", origin=origin, device=device_name)
    assert sum(isinstance(one, Consent) and one.medium == Medium.PUSH for one in _rows(story, Consent)) == 1, "one yes"


def test_a_device_that_is_gone_stops_no_other_and_the_last_one_takes_the_yes_with_it(
    wall: tuple[Story, Provider, str],
) -> None:
    story, standin, origin = wall
    story.on("back_in_stock_push")
    _waiting(story, "anna")
    for device in ("desk", "phone"):
        _agrees(story, "anna", origin=origin, device=device)
        story.travel(hours=1)
    standin.answers = lambda seen: Said(410 if seen.path == "/phone" else 201)
    _is_back(story)
    assert sorted(seen.path for seen in standin.seen) == ["/desk", "/phone"]
    assert story.reasons("anna")[-1] == "back_in_stock_push.back: left"
    assert len(_rows(story, Device)) == 1
    standin.seen.clear()
    story.travel(days=3)
    story.look("anna")
    standin.mood = Said(404)
    _is_back(story)
    assert (standin.seen, _rows(story, Device)) == ([], [])
    answers_now = [one.state for one in _rows(story, Consent) if isinstance(one, Consent) and one.medium == Medium.PUSH]
    assert answers_now[-1] == "unsubscribed"
    assert story.reasons("anna")[-1] == "back_in_stock_push.back: refused"


@pytest.mark.parametrize("app_url", ["https://app.example.com"])
def test_a_tap_is_counted_like_a_click_in_a_mail_and_what_grows_stale_is_not_shown(
    wall: tuple[Story, Provider, str], app_url: str
) -> None:
    story, standin, origin = wall
    story.on("back_in_stock_push")
    _waiting(story, "anna")
    _agrees(story, "anna", origin=origin)
    _is_back(story)
    [seen], [message] = standin.seen, story.messages("anna")
    store_id, message_id, mark, shown = opened(seen)["url"].removeprefix(f"{app_url}/l/").split("/")
    assert (int(store_id), int(message_id)) == (story.store_id, message.id)
    target = read_counted(story.runtime.signer, shown, store_id=story.store_id, message_id=message.id, mark=mark)
    assert target == "https://tea.example/tea"
    assert message.sent_at is not None
    left = (message.stale_at - message.sent_at).total_seconds()
    assert int(seen.headers["ttl"]) == min(left, 86400)


class Torn(Journal):
    """Cannot write its note of this number, as where a disk is full or a worker dies; and writes again from then on."""

    tears_at = 0
    notes = 0

    def note(self, message_id: int, mark: Mark) -> None:
        self.notes += 1
        if self.notes == self.tears_at:
            raise OSError
        super().note(message_id, mark)


@pytest.mark.parametrize("tears_at", [1, 2, 3, 4])
def test_no_device_is_told_twice_wherever_a_worker_dies(wall: tuple[Story, Provider, str], tears_at: int) -> None:
    story, standin, origin = wall
    torn = Torn(Path(story.runtime.config.journal_dir), "torn")
    story.world.journal.close()
    story.world.journal, torn.tears_at = torn, tears_at
    story.on("back_in_stock_push")
    _waiting(story, "anna")
    for device in ("desk", "phone"):
        _agrees(story, "anna", origin=origin, device=device)
    with pytest.raises(OSError):  # noqa: PT011 - nothing is said.
        _is_back(story)
    story.travel(hours=3)
    [message] = story.messages("anna")
    asked = [seen.path for seen in standin.seen]
    assert len(asked) == len(set(asked))
    whole = ("sent", {"/desk", "/phone"})
    assert (message.state, set(asked)) == whole or (message.state == "in_doubt" and tears_at > 1)


def test_a_refusal_is_no_doubt_though_the_database_fails_right_after_it(wall: tuple[Story, Provider, str]) -> None:
    story, standin, origin = wall
    story.on("back_in_stock_push")
    _waiting(story, "anna", "ben")
    for name in ("anna", "ben"):
        _agrees(story, name, origin=origin, device=name)
    standin.mood = Said(410)
    fails = iter([sa.exc.OperationalError("no", None, Exception())])

    def fail(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("DELETE FROM device") and (error := next(fails, None)) is not None:
            raise error

    sa.event.listen(story.runtime.database.main, "before_cursor_execute", fail)
    try:
        _is_back(story)
    finally:
        sa.event.remove(story.runtime.database.main, "before_cursor_execute", fail)
    told = sorted(story.reasons(name)[-2].partition(": ")[2] for name in ("anna", "ben"))
    assert (told, {story.messages(name)[0].state for name in ("anna", "ben")}) == (["due", "try_again"], {"sent"})


def test_browsers_with_forged_keys_hold_up_nobody(wall: tuple[Story, Provider, str]) -> None:
    """They fell due one after the other, and a push service says the same to them as to one who forgot their own key."""
    story, standin, origin = wall
    story.on("back_in_stock_push")
    forgers = [f"forger-{number}" for number in range(7)]
    _waiting(story, *forgers, "anna")
    for name in forgers:
        _agrees(story, name, origin=origin, device=f"forged/{name}")
    _agrees(story, "anna", origin=origin)
    standin.answers = lambda seen: Said(403 if seen.path.startswith("/forged") else 201)
    story.shelve(is_available=False)
    story.travel(hours=1)
    story.shelve(is_available=True)
    due_at = max(one.due_at for one in story.messages("anna"))
    story.world.travel(timedelta(hours=3))
    [hers] = story.messages("anna")
    assert (hers.state, hers.sent_at == due_at) == ("sent", True), "at once, and not ten minutes later"
    assert "sent" not in {one.state for name in forgers for one in story.messages(name)}


def test_nobody_is_told_the_same_by_mail_and_by_push_in_one_moment(wall: tuple[Story, Provider, str]) -> None:
    story, standin, origin = wall
    story.on("back_in_stock", "back_in_stock_push")
    _waiting(story, "anna")
    _agrees(story, "anna", origin=origin)
    story.shelve(is_available=False)
    story.travel(hours=1)
    story.shelve(is_available=True)
    story.travel(hours=2)
    assert len(story.sent) + len(standin.seen) == 1
    story.travel(hours=2)
    assert len(story.sent) + len(standin.seen) == 2


def test_who_unticks_it_on_the_preference_page_has_no_device_left_and_a_visit_brings_none_back(
    wall: tuple[Story, Provider, str],
) -> None:
    story, standin, origin = wall
    story.on("back_in_stock_push")
    _waiting(story, "anna")
    _agrees(story, "anna", origin=origin)
    assert _agrees(story, "anna", origin=origin, renews=True) is Taken.TAKEN
    story.travel(hours=1)
    _unticks(story, "anna")
    assert _rows(story, Device) == []
    assert _agrees(story, "anna", origin=origin, renews=True) is Taken.GONE
    _is_back(story)
    assert standin.seen == []
    story.travel(hours=1)
    assert _agrees(story, "anna", origin=origin) is Taken.TAKEN, "whoever presses the button again says yes again"


def test_a_browser_that_two_people_share_shows_what_is_meant_for_the_one_who_said_yes_last(
    wall: tuple[Story, Provider, str],
) -> None:
    story, standin, origin = wall
    story.on("back_in_stock_push")
    _waiting(story, "anna", "cleo")
    for name in ("anna", "cleo"):
        _agrees(story, name, origin=origin)
        story.world.travel(timedelta(minutes=5))
    _is_back(story)
    assert len(standin.seen) == 1
    assert story.reasons("anna")[-1] == "back_in_stock_push.back: no_consent"
    assert story.reasons("cleo")[-1] == "back_in_stock_push.back: left"


def test_where_two_people_become_one_the_stricter_word_holds_and_the_browser_asks_again(
    wall: tuple[Story, Provider, str],
) -> None:
    story, standin, origin = wall
    story.on("back_in_stock_push")
    _waiting(story, "anna", "cleo")
    for name, device in (("cleo", "desk"), ("anna", "phone")):
        _agrees(story, name, origin=origin, device=device)
    _unticks(story, "cleo")
    story.travel(hours=1)
    story.merge("anna", into="cleo")
    story.travel(hours=1)
    assert _agrees(story, "cleo", origin=origin, device="phone", renews=True) is Taken.GONE
    assert _rows(story, Device) == [], "a browser that may show nothing is not kept"
    story.travel(hours=1)
    assert _agrees(story, "cleo", origin=origin, device="phone") is Taken.TAKEN
    _is_back(story)
    assert [seen.path for seen in standin.seen] == ["/phone"]
