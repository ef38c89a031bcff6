"""The SMTP channel keeps the promises of every channel, against a real dialogue on loopback."""

from collections.abc import Iterator

import pytest

from connectors.channels.smtp import Smtp, relay
from tests.contracts.at_once import AtOnceBattery
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
