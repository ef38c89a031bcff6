"""The webhook door: `python -m tests.benchmarks.webhooks`; granian with the options of the demo and of README, SQLite.

A delivery verified and durably kept, beside a Flask handler that reads the body and says 200, on the same server in turns of
the same run; then how long a call waits at 500 a second while a real worker opens what comes in, and while it is behind,
beside what a flush of the same disk takes in the same seconds.
"""

import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import urlopen

import sqlalchemy as sa
from flask import Flask, Response, request

from app.cli import serving
from app.config import Config
from app.keys import new_encryption_key, new_key
from app.model import Delivery, DeliveryState
from app.runtime import Runtime, assemble
from migrations import migrate
from tests.benchmarks.figures import say
from tests.benchmarks.flushing import Disk
from tests.benchmarks.signed import from_shopify, from_woocommerce
from tests.web.visiting import WEBHOOK_SECRET, House, shopify_store, woocommerce_store

GOAL, GOAL_MS = 0.30, 10.0
CALLS, ROUNDS = 2_000, 3
PACE, SECONDS = 500, 12
BACKLOG = 5_000
PLATFORMS = ("shopify", "woocommerce")
SECRET = new_key()
ALONE, SPENT = "/bare", "/spent"


def program() -> Callable[..., Any]:
    """The app, and beside it on one path the least that a handler in Flask can be."""
    from app import served

    ours, bare = served(), Flask("bare")

    @bare.get(SPENT)
    def spent() -> str:
        return str(time.process_time())

    @bare.post(ALONE)
    def answer() -> Response:
        request.get_data(cache=False)
        return Response()

    def either(environ: dict[str, Any], start_response: Any) -> Any:
        return (bare if environ["PATH_INFO"] in (ALONE, SPENT) else ours)(environ, start_response)

    return either


@dataclass(frozen=True, slots=True)
class Served:
    """How calls were answered: so many a second, after so many milliseconds; `cpu` is what it took the server, in seconds."""

    rate: float
    p50: float
    p99: float
    most: float
    cpu: float

    @property
    def waits(self) -> str:
        return f"half within {self.p50:.1f} ms, 99 in 100 within {self.p99:.1f} ms, all within {self.most:.0f} ms"


@dataclass(frozen=True, slots=True)
class Bench:
    """What a measurement has at hand."""

    folder: Path
    runtime: Runtime
    shopify: House
    woocommerce: House
    port: int
    caller: "subprocess.Popen[str]"

    def served(self, calls: Iterator[bytes], *, pace: float | None = None) -> Served:
        """Let the one who calls make these. Raises RuntimeError where an answer was not 200."""
        path = self.folder / "calls"
        path.write_bytes(b"".join(len(one).to_bytes(4, "big") + one for one in calls))
        assert self.caller.stdin is not None
        assert self.caller.stdout is not None
        before = self._spent()
        self.caller.stdin.write(json.dumps({"port": self.port, "calls": str(path), "pace": pace}) + "\n")
        self.caller.stdin.flush()
        found: dict[str, float] = json.loads(self.caller.stdout.readline())
        if found.pop("bad"):
            raise RuntimeError("there were calls that were not answered with 200")
        return Served(cpu=self._spent() - before, **found)

    def _spent(self) -> float:
        """The CPU seconds of the server so far."""
        with urlopen(f"http://127.0.0.1:{self.port}{SPENT}") as answer:
            return float(answer.read())


def call(bench: Bench, platform: str, *, number: int, alone: bool = False) -> bytes:
    if platform == "shopify":
        path = ALONE if alone else "/webhooks/shopify"
        return from_shopify(path, number, address=bench.shopify.address, secret=SECRET)
    path = ALONE if alone else f"/webhooks/woocommerce/{bench.woocommerce.key}"
    return from_woocommerce(path, number, secret=WEBHOOK_SECRET + bench.woocommerce.name)


@contextmanager
def benched() -> Iterator[tuple[Bench, dict[str, str]]]:
    """A house of two stores behind a granian of its own, and one who calls."""
    with TemporaryDirectory(prefix="perennial-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        settings = {
            "DATABASE_URL": f"sqlite:///{folder}/house.db",
            "OUTBOX_DIR": f"{folder}/outbox",
            "JOURNAL_DIR": f"{folder}/journal",
            "SECRET_KEY": new_key(),
            "ENCRYPTION_KEYS": new_encryption_key(),
            "APP_URL": f"http://localhost:{port}",
            "SHOPIFY_CLIENT_ID": "benchmark",
            "SHOPIFY_CLIENT_SECRET": SECRET,
            "ALLOW_PRIVATE_STORES": "1",
            "LOG_LEVEL": "error",
        }
        environment = {**os.environ, **settings}
        runtime = assemble(Config.from_environment(settings), worker="benchmark")
        migrate(runtime.database)
        stores = shopify_store(runtime), woocommerce_store(runtime, is_paired=False)
        serve = serving.command("tests.benchmarks.webhooks:program", port=port)
        with running(serve[2:], environment=environment), running(("tests.benchmarks.calling",)) as caller:
            _wait_for(port)
            yield Bench(Path(folder), runtime, *stores, port, caller), environment
        runtime.close()


@contextmanager
def running(module: tuple[str, ...], *, environment: dict[str, str] | None = None) -> "Iterator[subprocess.Popen[str]]":
    """A module of Python in a process of its own; ended by its own id."""
    command = (sys.executable, "-m", *module)
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_for(port: int) -> None:
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the server did not start")


def rates(bench: Bench) -> bool:
    """By turns the bare handler and the door, for each platform."""
    number, is_met = 0, True
    for platform in PLATFORMS:
        turns = []
        for _ in range(ROUNDS):
            numbers = range(number, number := number + CALLS)
            bare = bench.served(call(bench, platform, number=one, alone=True) for one in numbers)
            turns.append((bench.served(call(bench, platform, number=one) for one in numbers), bare))
        kept, ratio = statistics.median(one.rate for one, _ in turns), _ratio(turns, "rate")
        say(
            f"{platform}: kept {kept:,.0f} a second, {ratio:.2f} of the bare handler's "
            f"{statistics.median(bare.rate for _, bare in turns):,.0f}; goal {GOAL}: {'met' if ratio >= GOAL else 'missed'}"
        )
        say(f"  {1 / _ratio(turns, 'cpu'):.2f} of the bare handler's calls a CPU second of the server")
        is_met = is_met and ratio >= GOAL
    _count(bench, number)
    return is_met


def _ratio(turns: Sequence[tuple[Served, Served]], what: str) -> float:
    """The door's figure over the bare handler's: the middle of all turns."""
    return float(statistics.median(getattr(kept, what) / getattr(bare, what) for kept, bare in turns))


def waits(bench: Bench, environment: dict[str, str]) -> bool:
    """How long calls wait at a steady pace: while a worker keeps up, and while it has a backlog to work off."""
    _clear(bench)
    numbers = count(1_000_000)
    with running(("flask", "--app", "app", "worker"), environment=environment), _disk(bench) as disk:
        _until_opened(bench, _calls(bench, numbers, count=PACE))
        bare = bench.served(_calls(bench, numbers, alone=True), pace=PACE)
        disk.begin()
        warm = bench.served(_calls(bench, numbers), pace=PACE)
        flush = disk.end()
        left = _waiting(bench)
        bench.served(_calls(bench, numbers, count=BACKLOG))
        behind = _waiting(bench)
        late = bench.served(_calls(bench, numbers), pace=PACE)
    is_met = warm.p99 <= GOAL_MS
    say(f"at {PACE} a second while a worker ticks and opens what comes ({left:,} left at the end): {warm.waits}")
    say(
        f"  goal 99 in 100 within {GOAL_MS:.0f} ms: {'met' if is_met else 'missed'}; beside it the bare handler: {bare.waits}"
    )
    say(
        f"  the disk alone meanwhile: half of its flushes within {flush['p50']:.1f} ms, 99 in 100 within "
        f"{flush['p99']:.1f} ms; so a call waits {warm.p99 / flush['p99']:.2f} times as long"
    )
    say(f"  while the worker is {behind:,} deliveries behind: {late.waits}")
    return is_met


@contextmanager
def _disk(bench: Bench) -> Iterator[Disk]:
    with running(("tests.benchmarks.flushing", str(bench.folder))) as process:
        yield Disk(process)


def _calls(
    bench: Bench, numbers: Iterator[int], *, count: int = PACE * SECONDS, alone: bool = False
) -> Iterator[bytes]:
    """The next calls, from both platforms by turns."""
    for number in islice(numbers, count):
        yield call(bench, PLATFORMS[number % 2], number=number, alone=alone)


def _until_opened(bench: Bench, calls: Iterator[bytes]) -> None:
    """The worker has read all that it needs, and works."""
    bench.served(calls)
    for _ in range(600):
        if not _waiting(bench):
            return
        time.sleep(0.1)
    raise RuntimeError("the worker opens nothing")


def _waiting(bench: Bench) -> int:
    return _number(bench, Delivery.state == DeliveryState.WAITING)


def _count(bench: Bench, expected: int) -> None:
    if (kept := _number(bench, sa.true())) != expected:
        raise RuntimeError(f"{expected} were answered with 200, and {kept} are kept")


def _number(bench: Bench, which: sa.ColumnElement[bool]) -> int:
    with bench.runtime.database.read_inbox() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Delivery).where(which)) or 0


def _clear(bench: Bench) -> None:
    """What the rates have left is not the worker's."""
    with bench.runtime.database.write_inbox() as session:
        session.execute(sa.delete(Delivery))


def main() -> bool:
    """Print the figures; whether the goals are met."""
    with benched() as (bench, environment):
        is_met = rates(bench)
        return waits(bench, environment) and is_met


if __name__ == "__main__":
    sys.exit(not main())
