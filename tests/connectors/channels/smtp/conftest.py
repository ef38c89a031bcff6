"""What the tests of SMTP share: a mail server with and without pipelining, and a channel to it with little patience."""

from collections.abc import Iterator

import pytest

from connectors.channels.smtp import Smtp, relay
from tests.mailserver import MailServer, mail_server

QUICK = 0.3


@pytest.fixture(params=["pipelining", "plain"])
def server(request: pytest.FixtureRequest) -> Iterator[MailServer]:
    with mail_server() as server:
        if request.param == "plain":
            server.behaviour.extensions.remove("PIPELINING")
        yield server


@pytest.fixture
def channel(server: MailServer) -> Iterator[Smtp]:
    channel = Smtp(relay(server.url), patience=(QUICK, QUICK))
    yield channel
    channel.close()
