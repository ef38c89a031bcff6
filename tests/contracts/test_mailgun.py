"""Mailgun keeps the promises of every channel, against a stand-in that reads its multipart form."""

from base64 import b64encode
from collections.abc import Iterator

import pytest

from connectors.base import Channel
from connectors.channels.mailgun import Mailgun
from connectors.errors import Permanent, Temporary
from connectors.lanes import LANES
from connectors.providers import Desk
from tests.contracts.at_once import AtOnceBattery
from tests.contracts.channel import Arrived, ChannelBattery, envelope, parsed
from tests.contracts.provider import SECRET, ProviderBattery
from tests.provider import Provider, Said, Seen, provider, told

AUTHORISED = f"Basic {b64encode(f'api:{SECRET}'.encode()).decode()}"


def answers(seen: Seen) -> Said:
    if seen.headers.get("authorization") != AUTHORISED:
        return Said(401, b"Forbidden", {"Content-Type": "text/plain"})
    assert seen.path == "/v3/mail.shop.example/messages.mime"
    return told(200, id=str(parsed(seen.parts()["message"])["Message-ID"]), message="Queued. Thank you.")


class TestMailgun(ChannelBattery, AtOnceBattery, ProviderBattery):
    lines = LANES

    @pytest.fixture
    def wall(self) -> Iterator[tuple[Provider, Desk]]:
        with provider(answers, name="Mailgun") as wall:
            yield wall

    @pytest.fixture
    def standin(self, wall: tuple[Provider, Desk]) -> Provider:
        return wall[0]

    @pytest.fixture
    def channel(self, wall: tuple[Provider, Desk]) -> Mailgun:
        return Mailgun(wall[1], SECRET, domain="mail.shop.example")

    @pytest.fixture
    def arrived(self, standin: Provider) -> Arrived:
        return lambda: [seen.parts()["message"] for seen in standin.seen]

    def test_a_message_goes_where_it_is_addressed_and_carries_its_key(
        self, channel: Channel, standin: Provider
    ) -> None:
        channel.send(envelope())
        parts = standin.seen[0].parts()
        assert (parts["to"], parts["v:message"], parts["v:store"]) == (b"anna@example.com", b"key-1", b"store-1")

    def test_an_address_that_it_does_not_take_is_a_bad_one(self, channel: Channel, standin: Provider) -> None:
        standin.mood = told(400, message="'to' parameter is not a valid address. please check documentation")
        with pytest.raises(Permanent) as never:
            channel.send(envelope())
        assert never.value.bad_address

    @pytest.mark.parametrize("status", [402, 404])
    def test_a_domain_that_may_not_send_waits(self, channel: Channel, standin: Provider, status: int) -> None:
        standin.mood = told(status, message="Domain not found")
        with pytest.raises(Temporary):
            channel.send(envelope())
