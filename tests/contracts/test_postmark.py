"""Postmark keeps the promises of every channel, against a stand-in that makes the mail as Postmark does."""

from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest

from connectors.base import Accepted, Channel, Purpose
from connectors.channels.postmark import Postmark
from connectors.errors import InDoubt, Permanent, Temporary, Unsupported
from connectors.lanes import LANES
from connectors.providers import Desk
from connectors.records import Medium
from tests.contracts.at_once import AtOnceBattery
from tests.contracts.channel import Arrived, ChannelBattery, envelope
from tests.contracts.provider import SECRET, ProviderBattery
from tests.provider import Provider, Said, Seen, provider, told

STREAMS = {Purpose.MARKETING: "broadcast", Purpose.SERVICE: "outbound"}
INACTIVE = (
    "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: dora@example.com."
)


def _judged(wish: dict[str, Any]) -> dict[str, Any]:
    if "dora@" in wish["To"]:
        return {"ErrorCode": 406, "Message": INACTIVE}
    return {"To": wish["To"], "MessageID": f"b7bc2f4a-{wish['Metadata']['message']}", "ErrorCode": 0, "Message": "OK"}


def answers(seen: Seen) -> Said:
    if seen.headers.get("x-postmark-server-token") != SECRET:
        return told(401, ErrorCode=10, Message="Bad or missing API token")
    if seen.path == "/email/batch":
        return Said(200, msgspec.json.encode([_judged(wish) for wish in seen.json()]))
    judged = _judged(seen.json())
    return told(422 if judged["ErrorCode"] else 200, **judged)


def made(wish: dict[str, Any]) -> bytes:
    """The mail as Postmark makes it; it keeps a Message-ID where it is told to."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = wish["From"], wish["To"], wish["Subject"]
    headers = {one["Name"]: one["Value"] for one in wish["Headers"]}
    assert headers.pop("X-PM-KeepID") == "true"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(wish["TextBody"])
    mail.add_alternative(wish["HtmlBody"], subtype="html")
    mail.set_boundary("postmark")
    return mail.as_bytes()


class TestPostmark(ChannelBattery, AtOnceBattery, ProviderBattery):
    lines = LANES

    @pytest.fixture
    def wall(self) -> Iterator[tuple[Provider, Desk]]:
        with provider(answers, name="Postmark") as wall:
            yield wall

    @pytest.fixture
    def standin(self, wall: tuple[Provider, Desk]) -> Provider:
        return wall[0]

    @pytest.fixture
    def channel(self, wall: tuple[Provider, Desk]) -> Postmark:
        return Postmark(wall[1], SECRET, streams=STREAMS)

    @pytest.fixture
    def arrived(self, standin: Provider) -> Arrived:
        return lambda: [made(seen.json()) for seen in standin.seen]

    def test_what_is_sold_and_what_was_asked_for_take_streams_of_their_own(
        self, channel: Channel, standin: Provider
    ) -> None:
        for purpose in Purpose:
            channel.send(replace(envelope(), purpose=purpose))
        assert [seen.json()["MessageStream"] for seen in standin.seen] == ["broadcast", "outbound"]
        assert standin.seen[0].json()["Metadata"] == {"message": "key-1", "store": "store-1"}

    def test_an_inactive_recipient_is_a_bad_address(self, channel: Channel) -> None:
        with pytest.raises(Permanent) as never:
            channel.send(envelope(to="dora@example.com"))
        assert never.value.bad_address
        assert "dora" not in str(never.value)

    @pytest.mark.parametrize(
        ("words", "family", "is_bad"),
        [
            ({"ErrorCode": 300, "Message": "Invalid 'To' address: 'x'."}, Permanent, True),
            ({"ErrorCode": 300, "Message": "Invalid 'From' address: 'x'."}, Permanent, False),
            ({"ErrorCode": 405, "Message": "Not allowed to send"}, Temporary, False),
            ({"ErrorCode": 10, "Message": "Bad token"}, Temporary, False),
        ],
    )
    def test_each_of_its_codes_means_one_thing(
        self, channel: Channel, standin: Provider, words: dict[str, Any], family: type[Exception], is_bad: bool
    ) -> None:
        standin.mood = told(422, **words)
        with pytest.raises(family) as error:
            channel.send(envelope())
        assert getattr(error.value, "bad_address", False) is is_bad

    def test_many_leave_in_one_call_and_each_is_judged_by_itself(self, channel: Postmark, standin: Provider) -> None:
        many = [envelope(f"key-{name}", to=f"{name}@example.com") for name in ("anna", "dora", "ben")]
        many.insert(1, replace(envelope("bad"), subject="\x00"))
        many.insert(2, replace(envelope("text"), medium=Medium.SMS))
        fates = channel.send_batch(many)
        assert [type(fate) for fate in fates] == [Accepted, Permanent, Unsupported, Permanent, Accepted]
        assert [len(seen.json()) for seen in standin.seen] == [3]
        assert fates[-1] == Accepted("b7bc2f4a-key-ben")

    def test_no_call_takes_more_than_500(self, channel: Postmark, standin: Provider) -> None:
        assert len(channel.send_batch([envelope(f"key-{number}") for number in range(501)])) == 501
        assert [len(seen.json()) for seen in standin.seen] == [500, 1]

    @pytest.mark.parametrize(
        ("mood", "family"),
        [
            (Said(504), InDoubt),
            (Said(503), Temporary),
            (told(401, ErrorCode=10), Temporary),
            (Said(200, b"[]"), InDoubt),
        ],
    )
    def test_what_befalls_the_call_befalls_all_of_them(
        self, channel: Postmark, standin: Provider, mood: Said, family: type[Exception]
    ) -> None:
        standin.mood = mood
        assert [type(fate) for fate in channel.send_batch([envelope("1"), envelope("2")])] == [family, family]
