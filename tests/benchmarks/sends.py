"""Messages a second through a mail server: `python -m tests.benchmarks.sends [MESSAGES]` (20,000; the goal is for 100,000).

Queued messages are taken, judged by the whole law, written out, handed over by SMTP and recorded, by three workers over one
SQLite file: while one of them waits for the disk or for its turn to write, two cores are busy with the others. The mail server
is a process of its own on the same cores. Beside it, in the same run and by as many processes, two bare loops that hand over
one and the same mail without a ledger: raw and pipelined, and smtplib on a kept connection.

The store's platform keeps no answers of people, as WooCommerce: a platform that does is asked before each message, and then
its own pace is the limit.
"""

import multiprocessing
import smtplib
import socket
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from app.model import Message, MessageState, Outcome
from app.runtime import Runtime
from connectors.mime import build
from tests.benchmarks.figures import beside, figure, say
from tests.benchmarks.hands import decide, send, together
from tests.benchmarks.houses import NOW, enrollments, house, people
from tests.benchmarks.sink import Sink, sink
from tests.contracts.channel import envelope

GOAL, LEAST = 7_000, 3_000
WORKERS = 3
MIB = 1 << 20
MOST_GROWN = 32


def main(count: int) -> bool:
    """Print the figures; whether the least is met."""
    with sink(keeps=True) as server, house(smtp_url=server.url) as (runtime, _, __, store_id):
        people(runtime, store_id, count)
        enrollments(runtime, store_id, count, due_at=NOW - timedelta(minutes=1))
        decided = together(runtime.config, decide)
        sent = together(runtime.config, send, workers=WORKERS)
        taken, size, keys = server.taken()
        _check(runtime, keys, count=count)
        both = count / (decided.seconds + sent.seconds)
        pipelined, plain = (_bare(server, loop, size=size // taken) for loop in (_pipelined, _plain))
    say(f"{count:,} messages of {size // taken:,} bytes, {WORKERS} workers, each message once in the mail server")
    is_met = figure("sends", sent.rate, goal=GOAL, least=LEAST)
    say(f"  {count / sent.cpu:,.0f} a CPU second; with the deciding when they fell due {both:,.0f} a second")
    beside("a bare pipelined loop", pipelined, of=sent.rate)
    beside("a bare smtplib loop", plain, of=sent.rate)
    is_flat = sent.grown < MOST_GROWN * MIB
    word = "flat" if is_flat else "NOT flat"
    say(
        f"  memory {sent.memory / MIB:,.0f} MiB a worker, grown by {sent.grown / MIB:.1f} after the first quarter: {word}"
    )
    return is_met and is_flat


def _check(runtime: Runtime, keys: list[str], *, count: int) -> None:
    """A figure counts only if every message left once and the ledger says so."""
    with runtime.database.read() as session:
        sent = set(session.scalars(sa.select(Message.key).where(Message.state == MessageState.SENT)))
        left = session.scalar(sa.select(sa.func.count()).select_from(Outcome).where(Outcome.reason == "left"))
    if not len(keys) == len(set(keys)) == len(sent) == left == count or set(keys) != sent:
        raise SystemExit(f"{count} messages, {len(keys)} arrived, {len(sent)} sent, {left} in the ledger")


Loop = Callable[[int, bytes, int], None]


def _bare(server: Sink, loop: Loop, *, size: int) -> float:
    """So many bytes a message, by as many processes as there were workers; messages a second."""
    each = 3_000
    bare = build(envelope())
    raw = bare + b"x" * 70 + b"\r\n"
    raw += (b"x" * 70 + b"\r\n") * (max(size - len(raw), 0) // 72)
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(WORKERS + 1)
    hands = [context.Process(target=_loop, args=(ready, loop, server.port, raw, each)) for _ in range(WORKERS)]
    for one in hands:
        one.start()
    ready.wait(120)
    begun = time.perf_counter()
    for one in hands:
        one.join()
    return WORKERS * each / (time.perf_counter() - begun)


def _loop(ready: Any, loop: Loop, port: int, raw: bytes, count: int) -> None:
    ready.wait(120)
    loop(port, raw, count)


def _pipelined(port: int, raw: bytes, count: int) -> None:
    """The bytes of one message and the announcement of the next in one write, as fast as the answers come."""
    announced = b"MAIL FROM:<hello@shop.example>\r\nRCPT TO:<anna@example.com>\r\nDATA\r\n"
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answers = line.makefile("rb")
        answers.readline()
        line.sendall(announced)
        _hear(answers, 3)
        for number in range(count):
            is_last = number == count - 1
            line.sendall(raw + b".\r\n" + (b"QUIT\r\n" if is_last else announced))
            _hear(answers, 2 if is_last else 4)


def _hear(answers: Any, count: int) -> None:
    for _ in range(count):
        if answers.readline()[:1] not in {b"2", b"3"}:
            raise SystemExit("the mail server said no")


def _plain(port: int, raw: bytes, count: int) -> None:
    with smtplib.SMTP("127.0.0.1", port, local_hostname="bench.example") as line:
        for _ in range(count):
            line.sendmail("hello@shop.example", "anna@example.com", raw)


if __name__ == "__main__":
    sys.exit(not main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
