"""Who logs in at the mail server, with a password that is never shown."""

import logging
import traceback

import pytest

from connectors.channels.smtp import Smtp, relay
from connectors.errors import Temporary
from tests.contracts.channel import envelope
from tests.mailserver import MailServer


class TestLogin:
    PASSWORD = "p:a/s@s w%rd"
    IN_URL = "p%3Aa%2Fs%40s%20w%25rd"

    def url(self, server: MailServer, password: str) -> str:
        server.behaviour.login = ("shop", self.PASSWORD)
        server.behaviour.extensions.append("AUTH PLAIN")
        return f"smtp://shop:{password}@127.0.0.1:{server.port}"

    def test_user_and_password_come_from_the_url(self, server: MailServer) -> None:
        channel = Smtp(relay(self.url(server, self.IN_URL)))
        channel.send(envelope())
        channel.close()
        assert server.mails[0].login == "shop"

    def test_a_wrong_password_is_not_the_customers_fault_and_is_never_shown(
        self, server: MailServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        channel = Smtp(relay(self.url(server, "sesame-open")))
        with pytest.raises(Temporary, match=r"refuses the user or password in SMTP_URL \(535\)") as trouble:
            channel.send(envelope())
        told = repr(channel) + repr(vars(channel)) + caplog.text + "".join(traceback.format_exception(trouble.value))
        assert "sesame" not in told
        assert server.mails == []

    def test_a_server_without_login_is_named(self, server: MailServer) -> None:
        with pytest.raises(Temporary, match="offers no login"):
            Smtp(relay(f"smtp://shop:secret@127.0.0.1:{server.port}")).send(envelope())
