"""A mail server on loopback for the tests: takes mail, refuses, hangs up or falls silent, at any moment of the dialogue."""

import re
import socket
import ssl
import threading
from base64 import b64decode
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

GREETING = "220 mail.example ready"


@dataclass(frozen=True)
class Mail:
    """One message as it arrived: dots unstuffed, with the connection (counted from 1) that brought it."""

    sender: str
    recipient: str
    raw: bytes
    connection: int
    is_encrypted: bool
    login: str | None


@dataclass
class Behaviour:
    """How the server behaves. Moments are connect, ehlo, starttls, auth, mail, rcpt, data, body, end, rset and quit.

    `answers` replaces the answer at a moment, `refused` the one to a recipient; `hang_up` and `fall_silent` count how often
    the server still does so at a moment (at "body" in the middle of the message, at "end" after the last dot has come).
    """

    extensions: list[str] = field(default_factory=lambda: ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES"])
    answers: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    hang_up: Counter[str] = field(default_factory=Counter)
    fall_silent: Counter[str] = field(default_factory=Counter)
    messages_per_connection: int = 10_000
    login: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    is_tls_at_once: bool = False


class HungUp(Exception):
    """This conversation is over."""


class MailServer:
    def __init__(self) -> None:
        self.behaviour = Behaviour()
        self.mails: list[Mail] = []
        self.commands: list[str] = []
        self.connections = 0
        self._open: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._released = threading.Event()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def forget_connections(self) -> None:
        """Hang up on everybody, as a server does that was restarted or got tired of waiting."""
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def stop(self) -> None:
        self._released.set()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self.forget_connections()
        for thread in self._threads:
            thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connection)
            talk = Conversation(self, connection, self.connections)
            thread = threading.Thread(target=talk.run, daemon=True)
            self._threads.append(thread)
            thread.start()

    def silence(self) -> None:
        """Say nothing until the test is over."""
        self._released.wait(30)


class Conversation:
    def __init__(self, server: MailServer, connection: socket.socket, number: int) -> None:
        self.server, self.behaviour, self.number = server, server.behaviour, number
        self.connection = connection
        self.stream = connection.makefile("rwb")
        self.is_encrypted = False
        self.login: str | None = None
        self.sender = self.recipient = ""
        self.taken = 0

    def run(self) -> None:
        with suppress(HungUp, OSError, ValueError, ssl.SSLError):
            if self.behaviour.is_tls_at_once:
                self.encrypt()
            self.answer("connect", GREETING)
            while line := self.stream.readline():
                self.obey(line.decode("ascii").rstrip("\r\n"))
        with suppress(OSError, ValueError):
            self.stream.close()
        # The descriptor is shared with the stream: the other side sees the end only after both are closed.
        self.connection.close()

    def encrypt(self) -> None:
        assert self.behaviour.tls is not None
        self.connection = self.behaviour.tls.wrap_socket(self.connection, server_side=True)
        self.stream = self.connection.makefile("rwb")
        self.is_encrypted = True

    def obey(self, line: str) -> None:
        self.server.commands.append(line)
        word = line.split(" ", maxsplit=1)[0].split(":", maxsplit=1)[0].lower()
        known = {"ehlo": self.ehlo, "starttls": self.starttls, "auth": self.auth, "mail": self.mail, "rcpt": self.rcpt}
        known |= {"data": self.data, "rset": self.rset, "quit": self.quit}
        known.get(word, self.unknown)(line)

    def answer(self, moment: str, usual: str) -> str:
        self.maybe_break(moment)
        said = self.behaviour.answers.get(moment, usual)
        self.stream.write(said.encode() + b"\r\n")
        self.stream.flush()
        return said

    def maybe_break(self, moment: str) -> None:
        if self.behaviour.hang_up[moment] > 0:
            self.behaviour.hang_up[moment] -= 1
            raise HungUp
        if self.behaviour.fall_silent[moment] > 0:
            self.behaviour.fall_silent[moment] -= 1
            self.server.silence()
            raise HungUp

    def ehlo(self, line: str) -> None:
        lines = ["mail.example", *self.behaviour.extensions]
        answer = "\r\n".join(f"250{' ' if one is lines[-1] else '-'}{one}" for one in lines)
        self.answer("ehlo", answer)

    def starttls(self, line: str) -> None:
        if self.answer("starttls", "220 go ahead").startswith("220"):
            self.encrypt()

    def auth(self, line: str) -> None:
        given = line.split(" ")
        user, password = b64decode(given[2]).decode().split("\0")[1:]
        is_right = (user, password) == self.behaviour.login
        self.login = user if is_right else None
        self.answer("auth", "235 2.7.0 welcome" if is_right else "535 5.7.8 not with that password")

    def mail(self, line: str) -> None:
        if self.taken >= self.behaviour.messages_per_connection:
            self.answer("tired", "421 4.7.0 too many messages on this connection")
            raise HungUp
        said = self.answer("mail", "250 2.1.0 ok")
        self.sender = _address(line) if said.startswith("2") else ""

    def rcpt(self, line: str) -> None:
        address = _address(line)
        said = self.answer(
            "rcpt", self.behaviour.refused.get(address, "250 2.1.5 ok") if self.sender else "503 first MAIL"
        )
        self.recipient = address if said.startswith("2") else ""

    def data(self, line: str) -> None:
        if not self.answer("data", "354 go" if self.recipient else "554 5.5.1 no valid recipients").startswith("354"):
            return
        raw = self.body()
        # Kept before the answer: a lost answer is the one to a message that did arrive.
        if self.behaviour.answers.get("end", "250").startswith("250"):
            self.keep(raw)
        self.answer("end", f"250 2.0.0 Ok: queued as Q{len(self.server.mails):05}")

    def body(self) -> bytes:
        lines = []
        while (line := self.stream.readline()) != b".\r\n":
            if not line:
                raise HungUp
            lines.append(line.removeprefix(b"."))
            self.maybe_break("body")
        return b"".join(lines)

    def keep(self, raw: bytes) -> None:
        mail = Mail(self.sender, self.recipient, raw, self.number, self.is_encrypted, self.login)
        self.server.mails.append(mail)
        self.taken += 1
        self.sender = self.recipient = ""

    def rset(self, line: str) -> None:
        self.sender = self.recipient = ""
        self.answer("rset", "250 2.0.0 ok")

    def quit(self, line: str) -> None:
        self.answer("quit", "221 2.0.0 bye")
        raise HungUp

    def unknown(self, line: str) -> None:
        self.answer("unknown", "500 5.5.2 what?")


def _address(line: str) -> str:
    found = re.search(r"<(.*)>", line)
    return found[1] if found else ""


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    try:
        yield server
    finally:
        server.stop()
