"""A few connections to one mail server, kept and reused: while one waits for an answer, the others carry on.

One thread goes round them. At each it hears the answer to the mail before, and hands over the bytes of the next one with the
announcement of the one after that, so that a server that thinks for long is asked on several connections at once. One that
answers promptly needs no second connection, and then a crash leaves one message in doubt.
"""

import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count, islice

from connectors.base import Accepted, Envelope
from connectors.channels.smtp.line import Line, Mail, mail_of
from connectors.channels.smtp.pacing import DomainPace
from connectors.channels.smtp.relay import Relay
from connectors.errors import Permanent, Slowed, Temporary, Unsupported
from connectors.records import Medium

# RFC 5321 4.5.3.2 allows a server ten minutes after the last dot; a worker's lease is shorter than that.
PATIENCE_SECONDS = 30.0
PATIENCE_AT_THE_END_SECONDS = 60.0
# Providers answer in 20 to 200 ms and allow ten connections or more.
MOST_LINES = 4
SPARED = "so much has gone to the recipient's domain that it is spared for a while"
# Mails made ahead of their turn.
AHEAD = 8
Begun = Callable[[Envelope], None]
Told = tuple[Envelope, Accepted | Exception]
OURS = (Temporary, Permanent, Unsupported)


class Smtp:
    """A mail server. A connection that died while it rested is replaced without a word, for nothing of a message had left by
    then; one that dies after the last byte leaves that one message in doubt.

    `patience` is the longest wait for an answer in seconds, and for the answer to the last byte; `tls` is how certificates
    are judged (default: by the machine's own list); `lines` is the most connections, opened as they are needed; `bounces` is
    the address to which mail comes back, each message's key behind a plus (default: to its sender); `pace` keeps the domains
    apart.
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
        lines: int = MOST_LINES,
        bounces: str = "",
        pace: DomainPace | None = None,
    ) -> None:
        self._bounces = bounces
        self._pace = pace
        self._lines = [Line(server, patience=patience, tls=tls) for _ in range(lines)]
        self._used = 1
        # Pages are served by many threads, and each may try a text out; a worker's one hand is taken by itself.
        self._one_by_one = threading.Lock()

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message to the server.

        Raises Temporary (4xx, connection or login trouble), Permanent (5xx for this message or recipient, or a message that
        could not be a mail), InDoubt (the answer to the last byte never came), Unsupported (no mail).
        """
        with self._one_by_one:
            ((_, told),) = self.send_each([envelope], begun=lambda _: None)
        if isinstance(told, Exception):
            raise told
        return told

    def send_each(self, envelopes: Iterable[Envelope], *, begun: Begun) -> Iterator[Told]:
        """As `SendsManyAtOnce` promises; the errors are those of `send`."""
        waiting = _Waiting(iter(envelopes), self._bounces, pace=self._pace)
        try:
            for turn in count():
                if waiting.is_empty and not any(one.is_busy for one in self._lines):
                    return
                line = self._lines[turn % self._used]
                if self._used < len(self._lines) and line.is_awaited:
                    self._used += 1
                for envelope, told in _turn(line, self._lines, waiting=waiting, begun=begun):
                    if self._pace is not None:
                        self._pace.heard(envelope.to.address, told)
                    yield envelope, told
        finally:
            # Whoever lost interest leaves answers behind that nobody must take for those to the next messages.
            for line in self._lines:
                line.is_out = False
                if line.is_busy:
                    line.drop()
                    line.asked = line.given = None

    def has_left(self, key: str, *, store: str) -> bool | None:  # noqa: ARG002 - a mail server cannot be asked.
        """None: SMTP keeps no memory that could be asked."""
        return None

    def close(self) -> None:
        """Say goodbye where the server still listens; never raises for a connection that is gone."""
        for line in self._lines:
            line.close()


class _Waiting:
    """The envelopes that no connection has taken yet. A few are drawn ahead and made into mails in one go, which takes half the
    time that it takes between two calls of the system."""

    def __init__(self, envelopes: Iterator[Envelope], bounces: str, *, pace: DomainPace | None) -> None:
        self._envelopes, self._bounces, self._pace = envelopes, bounces, pace
        self._ahead: deque[Mail | Told] = deque()

    @property
    def is_empty(self) -> bool:
        if not self._ahead:
            self._ahead.extend(map(self._mail, islice(self._envelopes, AHEAD)))
        return not self._ahead

    def take(self) -> Mail | Told | None:
        """The next mail, or what is wrong with it; None where there is no more."""
        return None if self.is_empty else self._paced(self._ahead.popleft())

    def _paced(self, following: Mail | Told) -> Mail | Told:
        """Judged when its turn comes: what was made ahead may be of a domain that slowed us down since."""
        if self._pace is None or isinstance(following, tuple):
            return following
        wait = self._pace.wait(following.recipient)
        return following if wait is None else (following.envelope, Slowed(SPARED, wait, is_tried=False))

    def put_back(self, mail: Mail) -> None:
        self._ahead.appendleft(mail)

    def _mail(self, envelope: Envelope) -> Mail | Told:
        try:
            return mail_of(envelope, bounces=self._bounces)
        except OURS as error:
            return envelope, error


def _turn(line: Line, lines: Sequence[Line], *, waiting: _Waiting, begun: Begun) -> Iterator[Told]:
    """What one connection does when it is its turn."""
    if line.given is not None:
        yield line.answer()
    if (refused := _refused(line)) is not None:
        yield refused
    following = None if line.is_out else waiting.take()
    if isinstance(following, tuple):
        yield following
        following = None
    if line.asked is not None:
        mail = line.asked
        begun(mail.envelope)
        try:
            line.hand(following)
        except OURS as error:
            line.asked = None
            yield mail.envelope, error
    if following is not None and line.asked is not following:
        yield from _announced(line, following, lines=lines, waiting=waiting)


def _refused(line: Line) -> Told | None:
    """The mail that was announced and is not wanted; None where the server waits for its bytes, or nothing was announced."""
    if line.asked is None:
        return None
    mail = line.asked
    try:
        line.agreed()
    except OURS as error:
        line.asked = None
        return mail.envelope, error
    return None


def _announced(line: Line, mail: Mail, *, lines: Sequence[Line], waiting: _Waiting) -> Iterator[Told]:
    try:
        line.ask(mail)
    except Temporary as error:
        if any(one.is_open for one in lines):
            # The server gives no more connections than it has given.
            line.is_out = True
            waiting.put_back(mail)
        else:
            yield mail.envelope, error
