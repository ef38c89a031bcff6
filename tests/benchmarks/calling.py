"""The one who calls, in a process of its own: `python -m tests.benchmarks.calling` reads plans, one JSON a line, and answers.

A plan names a port, the prepared calls (a file of whole HTTP requests, each after its length), and a pace: none to send the
next call as soon as an answer is there, or so many a second whatever the answers do. Times count from when a call was due, so
that a server that stalls is not spared the calls that it kept from being made.
"""

import json
import selectors
import socket
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LINES = 64
BLOCK = 65_536


@dataclass(slots=True)
class Crowd:
    """The open lines to one server, and how long each call took, in seconds."""

    lines: list[socket.socket]
    idle: deque[socket.socket] = field(default_factory=deque)
    began: dict[socket.socket, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    bad: int = 0


def calls_in(path: Path) -> Iterator[bytes]:
    """The requests of a file, one after the other."""
    whole, at = path.read_bytes(), 0
    while at < len(whole):
        length = int.from_bytes(whole[at : at + 4], "big")
        yield whole[at + 4 : at + 4 + length]
        at += 4 + length


def run(port: int, calls: deque[bytes], *, pace: float | None) -> dict[str, float]:
    """Make all the calls; how many a second were answered, and the times in milliseconds."""
    crowd = Crowd([socket.create_connection(("127.0.0.1", port)) for _ in range(LINES)])
    crowd.idle.extend(crowd.lines)
    count, begun, sent = len(calls), time.perf_counter(), 0
    with selectors.DefaultSelector() as ears:
        for line in crowd.lines:
            ears.register(line, selectors.EVENT_READ)
        while len(crowd.took) < count:
            now = time.perf_counter()
            while calls and crowd.idle and (pace is None or begun + sent / pace <= now):
                line = crowd.idle.popleft()
                crowd.began[line] = now if pace is None else begun + sent / pace
                line.sendall(calls.popleft())
                sent += 1
            due = begun + sent / pace if pace is not None and calls and crowd.idle else None
            for key, _ in ears.select(None if due is None else max(due - time.perf_counter(), 0)):
                _hear(crowd, key.fileobj)  # type: ignore[arg-type]  # only sockets are registered
    spent = time.perf_counter() - begun
    for line in crowd.lines:
        line.close()
    return _figures(crowd, rate=count / spent)


def _hear(crowd: Crowd, line: socket.socket) -> None:
    """An answer of ours is one small piece: a line with its status, headers, no body."""
    answer = line.recv(BLOCK)
    crowd.took.append(time.perf_counter() - crowd.began.pop(line))
    crowd.bad += not answer.startswith(b"HTTP/1.1 200")
    crowd.idle.append(line)


def _figures(crowd: Crowd, *, rate: float) -> dict[str, float]:
    took = sorted(one * 1000 for one in crowd.took)
    at = {"p50": took[len(took) // 2], "p99": took[len(took) * 99 // 100], "most": took[-1]}
    return {"rate": rate, "bad": crowd.bad, **at}


def main() -> None:
    """Answer plans until there are no more."""
    for text in sys.stdin:
        plan = json.loads(text)
        figures = run(plan["port"], deque(calls_in(Path(plan["calls"]))), pace=plan["pace"])
        sys.stdout.write(json.dumps(figures) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
