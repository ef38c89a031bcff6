"""The SMTP channel keeps the promises of every channel, against a real dialogue on loopback."""

from collections.abc import Iterator

import pytest

from connectors.base import Accepted
from connectors.channels.smtp import Smtp, relay
from tests.contracts.at_once import AtOnceBattery, keys
from tests.contracts.channel import Arrived, ChannelBattery
from tests.mailserver import MailServer, mail_server


class TestSmtp(AtOnceBattery, ChannelBattery):
    lines = 4

    @pytest.fixture
    def server(self) -> Iterator[MailServer]:
        with mail_server() as server:
            yield server

    @pytest.fixture
    def channel(self, server: MailServer) -> Iterator[Smtp]:
        channel = Smtp(relay(server.url), patience=(5, 5))
        yield channel
        channel.close()

    @pytest.fixture
    def arrived(self, server: MailServer) -> Arrived:
        return lambda: [mail.raw for mail in server.mails]


class TestSmtpWithoutPipelining(TestSmtp):
    @pytest.fixture
    def server(self) -> Iterator[MailServer]:
        with mail_server() as server:
            server.behaviour.extensions.remove("PIPELINING")
            yield server


def test_a_server_that_tires_after_every_other_message_loses_none_that_are_on_their_way_at_once() -> None:
    with mail_server() as server:
        server.behaviour.messages_per_connection = 2
        channel = Smtp(relay(server.url), patience=(5, 5))
        told = list(channel.send_each(keys(9), begun=lambda _: None))
        channel.close()
        assert [type(fate) for _, fate in told] == [Accepted] * 9
        assert sorted(mail.recipient for mail in server.mails) == [f"anna{number}@example.com" for number in range(9)]
