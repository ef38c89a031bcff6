"""One connection to one mail server, kept and reused, and what becomes of a message on every way it can break.

A message goes over it in four steps: `ask` who may write to whom, `agreed`, `hand` the bytes, `answer`. Between them the caller
may see to other connections, so that no time is lost while a server thinks.
"""

import select
import smtplib
import socket
import ssl
from contextlib import suppress

from connectors.base import RETRY_LATER, Accepted, Envelope
from connectors.channels.smtp import dialogue
from connectors.channels.smtp.answers import MISCONFIGURED, Refused, failure, queue_name, slows_the_domain, trouble
from connectors.channels.smtp.dialogue import own_name, stuffed, wait
from connectors.channels.smtp.relay import Relay
from connectors.errors import InDoubt, Permanent, Temporary, Unsupported
from connectors.mime import build, mailbox_address
from connectors.records import Medium
from connectors.values import value

# A server that answers within this needs no second connection, which would double what a crash leaves in doubt.
PROMPT_MILLISECONDS = 2


@value
class Mail:
    """A message as SMTP carries it."""

    envelope: Envelope
    raw: bytes
    sender: str
    recipient: str


def mail_of(envelope: Envelope, *, bounces: str = "") -> Mail:
    """`bounces` is where mail that comes back is to go, told apart by the message's key behind a plus; else to its sender.

    Raises Unsupported for what is no mail, Permanent for what could not be one.
    """
    if envelope.medium is not Medium.EMAIL:
        raise Unsupported("smtp carries mail and nothing else")
    raw = stuffed(build(envelope))
    local, _, domain = bounces.rpartition("@")
    returns_to = f"{local}+{envelope.key}@{domain}" if bounces else envelope.sender.address
    return Mail(envelope, raw, mailbox_address(returns_to), mailbox_address(envelope.to.address))


class Line:
    """`asked` is the mail that was announced, `given` the one whose last byte was handed over; each until its answer came.
    One that `is_out` could not be had while others could, and is not tried again for a while."""

    def __init__(self, server: Relay, *, patience: tuple[float, float], tls: ssl.SSLContext | None) -> None:
        self._server = server
        self._patience, self._end_patience = patience
        self._tls = tls
        self._line: smtplib.SMTP | None = None
        self._is_fresh = False
        self.is_out = False
        self.asked: Mail | None = None
        self.given: Mail | None = None

    @property
    def is_open(self) -> bool:
        return self._line is not None

    @property
    def is_busy(self) -> bool:
        return self.asked is not None or self.given is not None

    @property
    def is_awaited(self) -> bool:
        """Whether a mail was handed over and nothing of its answer comes at once."""
        sock = self._line.sock if self._line is not None else None
        if self.given is None or sock is None or (isinstance(sock, ssl.SSLSocket) and sock.pending()):
            return False
        eye = select.poll()
        eye.register(sock, select.POLLIN)
        return not eye.poll(PROMPT_MILLISECONDS)

    def ask(self, mail: Mail) -> None:
        """Announce a mail. Raises Temporary where there is no connection and none can be had."""
        if self._line is None:
            self._line, self._is_fresh = self._connected(), True
        self.asked = mail
        # A connection that broke while it rested says so when the answer is awaited.
        with suppress(smtplib.SMTPException, OSError):
            dialogue.hand(self._line, dialogue.question(self._line, mail.sender, recipient=mail.recipient))

    def agreed(self) -> None:
        """The server waits for the bytes of what was announced. Raises Temporary, Permanent.

        A connection that died of idleness or age is replaced without a word, for nothing of this mail had left: only a fresh
        one decides.
        """
        mail = self._asked()
        try:
            try:
                self._agree(mail)
            except Temporary:
                if self._is_fresh:
                    raise
                self.drop()
                self.ask(mail)
                self._agree(mail)
        except Refused as no:
            self._begin_anew()
            raise failure(no) from None

    def hand(self, following: Mail | None) -> None:
        """Hand the bytes over, and announce the mail that follows in the same packet: each message takes one call of the system
        out and one in. Raises Temporary where the system refused a part of the bytes; then nothing was announced."""
        mail, line = self._asked(), self._open_line()
        self.asked = None
        then = dialogue.question(line, following.sender, recipient=following.recipient) if following else b""
        try:
            dialogue.hand(line, mail.raw, then=then)
        except (smtplib.SMTPException, OSError) as error:
            # The last dot is not on its way: no server takes half a message.
            self.drop()
            raise trouble("the connection to the mail server broke inside the message", error) from None
        self.given, self.asked = mail, following

    def answer(self) -> tuple[Envelope, Accepted | Exception]:
        """What the server says of the mail that it was given."""
        if self.given is None:
            raise ValueError("nothing was handed over")
        mail, line, self.given = self.given, self._open_line(), None
        try:
            wait(line, self._end_patience)
            code, words = dialogue.reply(line)
            wait(line, self._patience)
            return mail.envelope, self._settled(code, words)
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            kind = type(error).__name__
            return mail.envelope, InDoubt(f"the mail server got the whole message and never answered ({kind})")
        except (Temporary, Permanent, InDoubt) as error:
            return mail.envelope, error

    def close(self) -> None:
        """Say goodbye where the server still listens; never raises for a connection that is gone."""
        if self._line is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._line.quit()
        self.drop()

    def drop(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None

    def _asked(self) -> Mail:
        if self.asked is None:
            raise ValueError("nothing was announced")
        return self.asked

    def _open_line(self) -> smtplib.SMTP:
        if self._line is None:
            raise Temporary("the connection to the mail server is gone", RETRY_LATER)
        return self._line

    def _agree(self, mail: Mail) -> None:
        line = self._open_line()
        try:
            dialogue.agreed(line, mail.sender, recipient=mail.recipient)
        except (smtplib.SMTPException, OSError) as error:
            self.drop()
            raise trouble("the connection to the mail server broke before the message", error) from None
        except Refused as no:
            if no.code == 421:
                self.drop()
                if not slows_the_domain(no):
                    raise Temporary("the mail server closed the connection (421)", RETRY_LATER) from None
            raise
        self._is_fresh = False

    def _settled(self, code: int, words: bytes) -> Accepted:
        if 200 <= code < 300:
            return Accepted(queue_name(words))
        if not 400 <= code < 600:
            self.drop()
            raise InDoubt("the mail server got the whole message and answered what no mail server answers")
        if code == 421:
            self.drop()
        raise failure(Refused("message", code=code, words=words))

    def _begin_anew(self) -> None:
        """Bring the connection back to its beginning after a no, so that the next recipient does not pay for this one."""
        self._is_fresh = False
        if self._line is None:
            return
        try:
            code, _ = self._line.rset()
        except (smtplib.SMTPException, OSError):
            code = -1
        if code != 250:
            self.drop()

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
            line: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, local_hostname=own_name(), timeout=patience, context=self._trust()
            )
        else:
            line = smtplib.SMTP(host, port, local_hostname=own_name(), timeout=patience)
        if line.sock is not None:
            # The next announcement must not wait until the bytes before it are known to have come.
            line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

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
