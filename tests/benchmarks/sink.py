"""A mail server that takes everything as fast as it can, in a process of its own, and counts what it took.

It obeys RFC 5321 and 2920 as far as a client can tell, looks only for the ends of lines and of messages, and keeps the
Message-IDs where it is asked to: that is how a message that arrives twice is found out.
"""

import multiprocessing
import re
import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

GREETING = b"220 sink.example ready\r\n"
HELLO = b"250-sink.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n"
TAKEN = b"250 2.0.0 Ok: queued as %d\r\n"
END = b"\r\n.\r\n"
IDENTITY = b"\r\nMessage-ID: <"
# What a client that pipelines says in one go.
ANNOUNCED = re.compile(rb"MAIL [^\r\n]*\r\nRCPT [^\r\n]*\r\nDATA\r\n")
ANSWERS = {b"EHLO": HELLO, b"HELO": b"250 sink.example\r\n", b"DATA": b"354 go\r\n", b"QUIT": b"221 bye\r\n"}
OK = b"250 ok\r\n"
AGREED = OK + OK + ANSWERS[b"DATA"]
LARGEST = 1 << 18


@dataclass(slots=True)
class _Talk:
    """One conversation: what came and was not understood yet, and whether a message is coming."""

    line: socket.socket
    heard: bytearray = field(default_factory=bytearray)
    is_message: bool = False


@dataclass(slots=True)
class _Taken:
    keeps: bool
    count: int = 0
    size: int = 0
    keys: list[str] = field(default_factory=list)


class Sink:
    """The server as seen from the process that started it."""

    def __init__(self, port: int, pipe: "Connection[Any, Any]") -> None:
        self.port = port
        self.url = f"smtp://127.0.0.1:{port}"
        self._pipe = pipe

    def count(self) -> int:
        """How many messages arrived so far."""
        self._pipe.send("count")
        return int(self._pipe.recv())

    def taken(self) -> tuple[int, int, list[str]]:
        """How many messages and bytes arrived so far, and the local part of each Message-ID where they are kept."""
        self._pipe.send("taken")
        count, size, keys = self._pipe.recv()
        return count, size, keys


@contextmanager
def sink(*, keeps: bool = False) -> Iterator[Sink]:
    """A sink for the length of a `with`; `keeps` its Message-IDs."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, keeps), daemon=True)
    process.start()
    try:
        yield Sink(ours.recv(), ours)
    finally:
        ours.send("stop")
        process.join(10)
        process.close()
        ours.close()


def _serve(pipe: "Connection[Any, Any]", keeps: bool) -> None:
    door = socket.create_server(("127.0.0.1", 0), backlog=64)
    pipe.send(door.getsockname()[1])
    taken, eyes = _Taken(keeps), selectors.DefaultSelector()
    eyes.register(door, selectors.EVENT_READ, door)
    eyes.register(pipe, selectors.EVENT_READ, pipe)
    while True:
        for key, _ in eyes.select():
            if isinstance(key.data, _Talk):
                _hear(key.data, taken, eyes=eyes)
            elif key.data is door:
                _greet(door, eyes)
            elif (asked := pipe.recv()) == "stop":
                return
            else:
                pipe.send(taken.count if asked == "count" else (taken.count, taken.size, taken.keys))


def _greet(door: socket.socket, eyes: selectors.BaseSelector) -> None:
    line, _ = door.accept()
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    line.sendall(GREETING)
    eyes.register(line, selectors.EVENT_READ, _Talk(line))


def _hear(talk: _Talk, taken: _Taken, *, eyes: selectors.BaseSelector) -> None:
    try:
        piece = talk.line.recv(LARGEST)
        talk.heard += piece
        answers = b"".join(_answers(talk, taken))
        if answers:
            talk.line.sendall(answers)
    except OSError:
        piece = b""
    if not piece:
        eyes.unregister(talk.line)
        talk.line.close()


def _answers(talk: _Talk, taken: _Taken) -> Iterator[bytes]:
    heard = talk.heard
    while (end := heard.find(END if talk.is_message else b"\r\n")) >= 0:
        if talk.is_message:
            _keep(heard, end, taken=taken)
            del heard[: end + len(END)]
            talk.is_message = False
            yield TAKEN % taken.count
        elif announced := ANNOUNCED.match(heard):
            end = announced.end()
            # A match holds on to what it was found in, which could not be cut short then.
            del announced
            del heard[:end]
            talk.is_message = True
            yield AGREED
        else:
            word = bytes(heard[:4]).upper()
            del heard[: end + 2]
            talk.is_message = word == b"DATA"
            yield ANSWERS.get(word, OK)


def _keep(heard: bytearray, end: int, *, taken: _Taken) -> None:
    taken.count, taken.size = taken.count + 1, taken.size + end + 2
    if taken.keeps and (begun := heard.find(IDENTITY, 0, end)) >= 0:
        begun += len(IDENTITY)
        taken.keys.append(heard[begun : heard.index(b"@", begun, end)].decode())
