"""One connection to one mail server, kept and reused, and what becomes of a message on every way it can break."""

import smtplib
import ssl
from contextlib import suppress

from connectors.base import RETRY_LATER, Accepted, Envelope
from connectors.channels.smtp.answers import MISCONFIGURED, Refused, failure, queue_name, trouble
from connectors.channels.smtp.dialogue import announce, own_name, stuffed, wait
from connectors.channels.smtp.relay import Relay
from connectors.errors import InDoubt, Temporary, Unsupported
from connectors.mime import build, mailbox_address
from connectors.records import Medium

# RFC 5321 4.5.3.2 allows a server ten minutes after the last dot; a worker's lease is shorter than that.
PATIENCE_SECONDS = 30.0
PATIENCE_AT_THE_END_SECONDS = 60.0


class Smtp:
    """One connection to one mail server. A connection that died while it rested is replaced without a word, for nothing of a
    message had left by then; one that dies after the last byte leaves the message in doubt.

    `patience` is the longest wait for an answer in seconds, and for the answer to the last byte; `tls` is how certificates
    are judged (default: by the machine's own list).
    """

    name = "smtp"
    medium = Medium.EMAIL
    notice: str | None = None

    def __init__(
        self,
        server: Relay,
        *,
        patience: tuple[float, float] = (PATIENCE_SECONDS, PATIENCE_AT_THE_END_SECONDS),
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._patience, self._end_patience = patience
        self._tls = tls
        self._line: smtplib.SMTP | None = None

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message to the server.

        Raises Temporary (4xx, connection or login trouble), Permanent (5xx for this message or recipient, or a message that
        could not be a mail), InDoubt (the answer to the last byte never came), Unsupported (no mail).
        """
        if envelope.medium is not Medium.EMAIL:
            raise Unsupported("smtp carries mail and nothing else")
        raw = stuffed(build(envelope))
        sender, recipient = (mailbox_address(one.address) for one in (envelope.sender, envelope.to))
        try:
            line = self._announced(sender, recipient)
        except Refused as no:
            self._begin_anew()
            raise failure(no) from None
        return self._handed_over(line, raw)

    def has_left(self, key: str, *, store: str) -> bool | None:  # noqa: ARG002 - a mail server cannot be asked.
        """None: SMTP keeps no memory that could be asked."""
        return None

    def close(self) -> None:
        """Say goodbye where the server still listens; never raises for a connection that is gone."""
        if self._line is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._line.quit()
        self._drop()

    def _announced(self, sender: str, recipient: str) -> smtplib.SMTP:
        """A connection that waits for the message's bytes. Raises Refused, Temporary."""
        if self._line is not None:
            with suppress(Temporary):
                return self._try_announcing(self._line, sender, recipient=recipient)
        # Either there was none, or it died of idleness or age: a fresh one decides.
        self._drop()
        self._line = self._connected()
        return self._try_announcing(self._line, sender, recipient=recipient)

    def _try_announcing(self, line: smtplib.SMTP, sender: str, *, recipient: str) -> smtplib.SMTP:
        try:
            announce(line, sender, recipient=recipient)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            raise trouble("the connection to the mail server broke before the message", error) from None
        except Refused as no:
            if no.code == 421:
                self._drop()
                raise Temporary("the mail server closed the connection (421)", RETRY_LATER) from None
            raise
        return line

    def _handed_over(self, line: smtplib.SMTP, raw: bytes) -> Accepted:
        try:
            line.send(raw)
        except (smtplib.SMTPException, OSError) as error:
            # The system refused a part of the bytes, so the last dot is not on its way: no server takes half a message.
            self._drop()
            raise trouble("the connection to the mail server broke inside the message", error) from None
        try:
            wait(line, self._end_patience)
            code, words = line.getreply()
            wait(line, self._patience)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            kind = type(error).__name__
            raise InDoubt(f"the mail server got the whole message and never answered ({kind})") from None
        return self._settled(code, words)

    def _settled(self, code: int, words: bytes) -> Accepted:
        if 200 <= code < 300:
            return Accepted(queue_name(words))
        if not 400 <= code < 600:
            self._drop()
            raise InDoubt("the mail server got the whole message and answered what no mail server answers")
        if code == 421:
            self._drop()
        raise failure(Refused("message", code=code, words=words))

    def _begin_anew(self) -> None:
        """Bring the connection back to its beginning after a no, so that the next recipient does not pay for this one."""
        if self._line is None:
            return
        try:
            code, _ = self._line.rset()
        except (smtplib.SMTPException, OSError):
            code = -1
        if code != 250:
            self._drop()

    def _connected(self) -> smtplib.SMTP:
        """A connection that was greeted, encrypted and logged in. Raises Temporary."""
        try:
            line = self._opened()
        except (smtplib.SMTPException, OSError) as error:
            raise trouble("the mail server cannot be reached", error) from None
        try:
            self._secure(line)
            self._log_in(line)
        except (smtplib.SMTPException, OSError) as error:
            line.close()
            raise trouble("the mail server was reached and the connection then failed", error) from None
        except Temporary:
            line.close()
            raise
        return line

    def _opened(self) -> smtplib.SMTP:
        host, port, patience = self._server.host, self._server.port, self._patience
        # Our own name is looked up nowhere: a slow name server would hold up every message.
        if self._server.is_tls_at_once:
            return smtplib.SMTP_SSL(host, port, local_hostname=own_name(), timeout=patience, context=self._trust())
        return smtplib.SMTP(host, port, local_hostname=own_name(), timeout=patience)

    def _secure(self, line: smtplib.SMTP) -> None:
        line.ehlo_or_helo_if_needed()
        if self._server.is_tls_at_once or self._server.is_near:
            return
        if not line.has_extn("starttls"):
            raise Temporary(
                "the mail server offers no encryption (STARTTLS), and nothing is sent without", MISCONFIGURED
            )
        line.starttls(context=self._trust())
        line.ehlo()

    def _log_in(self, line: smtplib.SMTP) -> None:
        if not self._server.user:
            return
        try:
            line.login(self._server.user, self._server.password)
        except smtplib.SMTPNotSupportedError:
            raise Temporary("the mail server offers no login, and SMTP_URL has a user", MISCONFIGURED) from None
        except smtplib.SMTPAuthenticationError as error:
            told = f"the mail server refuses the user or password in SMTP_URL ({error.smtp_code})"
            raise Temporary(told, MISCONFIGURED) from None

    def _trust(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
