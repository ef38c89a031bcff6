"""A few connections to one mail server, kept and reused: while one waits for an answer, the others carry on.

One thread goes round them. At each it hears the answer to the mail before, hands over the bytes of the next one and announces
the one after that, so that a server that thinks for long is asked on several connections at once. One that has answered before
the next message is written needs no second connection, and then a crash leaves one message in doubt.
"""

import ssl
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from connectors.base import Accepted, Envelope
from connectors.channels.smtp.line import Line, Mail, mail_of
from connectors.channels.smtp.relay import Relay
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.records import Medium

# RFC 5321 4.5.3.2 allows a server ten minutes after the last dot; a worker's lease is shorter than that.
PATIENCE_SECONDS = 30.0
PATIENCE_AT_THE_END_SECONDS = 60.0
# Providers answer in 20 to 200 ms and allow ten connections or more.
MOST_LINES = 4
Begun = Callable[[Envelope], None]
Told = tuple[Envelope, Accepted | Exception]
OURS = (Temporary, Permanent, Unsupported)


class Smtp:
    """A mail server. A connection that died while it rested is replaced without a word, for nothing of a message had left by
    then; one that dies after the last byte leaves that one message in doubt.

    `patience` is the longest wait for an answer in seconds, and for the answer to the last byte; `tls` is how certificates
    are judged (default: by the machine's own list); `lines` is the most connections, opened as they are needed; `bounces` is
    the address to which mail comes back, each message's key behind a plus (default: to its sender).
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
    ) -> None:
        self._bounces = bounces
        self._lines = [Line(server, patience=patience, tls=tls) for _ in range(lines)]
        self._used = 1

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message to the server.

        Raises Temporary (4xx, connection or login trouble), Permanent (5xx for this message or recipient, or a message that
        could not be a mail), InDoubt (the answer to the last byte never came), Unsupported (no mail).
        """
        ((_, told),) = self.send_each([envelope], begun=lambda _: None)
        if isinstance(told, Exception):
            raise told
        return told

    def send_each(self, envelopes: Iterable[Envelope], *, begun: Begun) -> Iterator[Told]:
        """As `SendsManyAtOnce` promises; the errors are those of `send`."""
        waiting = _Waiting(iter(envelopes), self._bounces)
        try:
            for turn in count():
                if waiting.is_empty and not any(one.is_busy for one in self._lines):
                    return
                line = self._lines[turn % self._used]
                if line.is_awaited:
                    # This server thinks for longer than the next message takes to be written.
                    self._used = min(self._used + 1, len(self._lines))
                yield from _turn(line, self._lines, waiting=waiting, begun=begun)
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
    """The envelopes that no connection has taken yet, drawn one ahead at most."""

    def __init__(self, envelopes: Iterator[Envelope], bounces: str) -> None:
        self._envelopes = envelopes
        self.bounces = bounces
        self._ahead: list[Mail | Envelope] = []

    @property
    def is_empty(self) -> bool:
        if not self._ahead:
            self._ahead = [one for one in [next(self._envelopes, None)] if one is not None]
        return not self._ahead

    def take(self) -> Mail | Envelope:
        return self._ahead.pop()

    def put_back(self, mail: Mail) -> None:
        self._ahead.append(mail)


def _turn(line: Line, lines: Sequence[Line], *, waiting: _Waiting, begun: Begun) -> Iterator[Told]:
    """What one connection does when it is its turn."""
    if line.given is not None:
        yield line.answer()
    if line.asked is not None:
        mail = line.asked
        try:
            line.agreed()
            begun(mail.envelope)
            line.hand()
        except OURS as error:
            line.asked = None
            yield mail.envelope, error
    if line.asked is None and not line.is_out and not waiting.is_empty:
        yield from _announced(line, lines, waiting=waiting)


def _announced(line: Line, lines: Sequence[Line], *, waiting: _Waiting) -> Iterator[Told]:
    taken = waiting.take()
    try:
        mail = mail_of(taken, bounces=waiting.bounces) if isinstance(taken, Envelope) else taken
    except OURS as error:
        yield _envelope_of(taken), error
        return
    try:
        line.ask(mail)
    except Temporary as error:
        if any(one.is_open for one in lines):
            # The server gives no more connections than it has given.
            line.is_out = True
            waiting.put_back(mail)
        else:
            yield mail.envelope, error


def _envelope_of(taken: Mail | Envelope) -> Envelope:
    return taken if isinstance(taken, Envelope) else taken.envelope
