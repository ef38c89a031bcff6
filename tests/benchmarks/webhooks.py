"""The webhook door: `python -m tests.benchmarks.webhooks`; granian with its real options, one process, SQLite, real signatures.

A delivery verified and durably kept, beside a Flask handler that reads the body and says 200, on the same server in turns of
the same run; then how long a call waits at 500 a second while a real worker opens what comes in.
"""

import base64
import hmac
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, request

from app.config import Config
from app.keys import new_encryption_key, new_key
from app.model import Delivery, DeliveryState
from app.runtime import Runtime, assemble
from migrations import migrate
from tests.web.visiting import WEBHOOK_SECRET, House, shopify_store, woocommerce_store

GOAL, GOAL_MS = 0.30, 10.0
CALLS, ROUNDS = 2_000, 3
PACE, SECONDS = 500, 12
# A group commit is as large as there are calls at once.
THREADS = "32"
SECRET = new_key()
ALONE = "/bare"
BEGAN = datetime.now(UTC) - timedelta(days=1)


def program() -> Callable[..., Any]:
    """The app, and beside it on one path the least that a handler in Flask can be."""
    from app import create_app

    ours, bare = create_app(), Flask("bare")

    @bare.post(ALONE)
    def answer() -> Response:
        request.get_data(cache=False)
        return Response()

    def either(environ: dict[str, Any], start_response: Any) -> Any:
        return (bare if environ["PATH_INFO"] == ALONE else ours)(environ, start_response)

    return either


@dataclass(frozen=True, slots=True)
class Bench:
    """What a measurement has at hand."""

    folder: Path
    runtime: Runtime
    shopify: House
    woocommerce: House
    port: int
    caller: "subprocess.Popen[str]"

    def measured(self, calls: Iterator[bytes], *, pace: float | None = None) -> dict[str, float]:
        """Let the one who calls make these; its figures. Raises RuntimeError where an answer was not 200."""
        path = self.folder / "calls"
        path.write_bytes(b"".join(len(one).to_bytes(4, "big") + one for one in calls))
        assert self.caller.stdin is not None
        assert self.caller.stdout is not None
        self.caller.stdin.write(json.dumps({"port": self.port, "calls": str(path), "pace": pace}) + "\n")
        self.caller.stdin.flush()
        found: dict[str, float] = json.loads(self.caller.stdout.readline())
        if found["bad"]:
            raise RuntimeError(f"{found['bad']} calls were not answered with 200")
        return found


def order(number: int, platform: str) -> bytes:
    """An order of three lines as the platform tells it."""
    at = (BEGAN + timedelta(seconds=number)).replace(microsecond=0)
    where = {"first_name": "Anna", "last_name": "Example", "address_1": "Long Street 1", "city": "Berlin"}
    lines = [
        {"id": number * 3 + n, "quantity": n, "product_id": n, "variation_id": 0, "sku": f"s{n}"} for n in (1, 2, 3)
    ]
    if platform == "shopify":
        said: dict[str, Any] = {
            "id": number,
            "admin_graphql_api_id": f"gid://shopify/Order/{number}",
            "currency": "EUR",
        }
        said |= {"created_at": at.isoformat(), "updated_at": at.isoformat(), "total_price": "30.00"}
        said |= {"financial_status": "paid", "source_name": "web", "name": f"#{number}"}
        said |= {"customer": {"id": number // 4, "email": f"person{number // 4}@example.com", "first_name": "Anna"}}
        said |= {"line_items": [{**line, "title": "A thing", "price": "5.00"} for line in lines]}
        said |= {
            "billing_address": {**where, "country_code": "DE"},
            "shipping_address": {**where, "country_code": "DE"},
        }
    else:
        when = at.replace(tzinfo=None).isoformat()
        said = {"id": number, "number": str(number), "status": "processing", "currency": "EUR", "total": "30.00"}
        said |= {"date_created_gmt": when, "date_modified_gmt": when, "date_paid_gmt": when, "customer_id": number // 4}
        said |= {"billing": {**where, "email": f"person{number // 4}@example.com", "country": "DE"}, "shipping": where}
        said |= {"line_items": [{**line, "name": "A thing", "price": 5, "total": "5.00"} for line in lines]}
        said |= {"refunds": [], "coupon_lines": [], "meta_data": [], "created_via": "checkout"}
    return json.dumps(said).encode()


def whole(path: str, body: bytes, *, headers: Mapping[str, str]) -> bytes:
    """One HTTP request as it goes over the line."""
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n{more}\r\n".encode() + body


def call(bench: Bench, platform: str, *, number: int, alone: bool = False) -> bytes:
    body = order(number, platform)
    secret = SECRET if platform == "shopify" else WEBHOOK_SECRET + bench.woocommerce.name
    signed = base64.b64encode(hmac.digest(secret.encode(), body, sha256)).decode()
    if platform == "shopify":
        headers = {"X-Shopify-Hmac-Sha256": signed, "X-Shopify-Topic": "orders/updated"}
        headers |= {"X-Shopify-Shop-Domain": bench.shopify.address, "X-Shopify-Webhook-Id": f"w-{number}"}
        return whole(ALONE if alone else "/webhooks/shopify", body, headers=headers)
    headers = {"X-WC-Webhook-Signature": signed, "X-WC-Webhook-Topic": "order.updated"}
    path = ALONE if alone else f"/webhooks/woocommerce/{bench.woocommerce.key}"
    return whole(path, body, headers=headers)


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
        serve: tuple[str, ...] = (
            "granian",
            "--interface",
            "wsgi",
            "--factory",
            "--blocking-threads",
            THREADS,
            "--no-ws",
        )
        serve += ("--host", "127.0.0.1", "--port", str(port), "tests.benchmarks.webhooks:program")
        with running(serve, environment=environment), running(("tests.benchmarks.calling",)) as caller:
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


def rates(bench: Bench) -> None:
    """By turns the bare handler and the door, for each platform."""
    number = 0
    for platform in ("shopify", "woocommerce"):
        bare, kept = [], []
        for _ in range(ROUNDS):
            numbers = range(number, number := number + CALLS)
            bare.append(bench.measured(call(bench, platform, number=one, alone=True) for one in numbers)["rate"])
            kept.append(bench.measured(call(bench, platform, number=one) for one in numbers)["rate"])
        ratio = statistics.median(one / other for one, other in zip(kept, bare, strict=True))
        sys.stdout.write(
            f"{platform}: kept {statistics.median(kept):,.0f} a second, the bare handler {statistics.median(bare):,.0f}; "
            f"so {ratio:.2f}; goal {GOAL}: {'met' if ratio >= GOAL else 'missed'}\n"
        )
    _count(bench, number)


def waits(bench: Bench, environment: dict[str, str]) -> None:
    """How long calls wait at a steady pace, while a worker opens them."""
    first = 1_000_000
    numbers = range(first, first + PACE * SECONDS)
    calls = (call(bench, ("shopify", "woocommerce")[one % 2], number=one) for one in numbers)
    with running(("flask", "--app", "app", "worker"), environment=environment):
        time.sleep(5)
        found = bench.measured(calls, pace=PACE)
    verdict = "met" if found["p99"] <= GOAL_MS else "missed"
    sys.stdout.write(
        f"at {PACE} a second while a worker ticks: half within {found['p50']:.1f} ms, 99 in 100 within {found['p99']:.1f} ms, "
        f"all within {found['most']:.0f} ms; goal {GOAL_MS:.0f} ms: {verdict}\n"
    )
    load = os.getloadavg()[0]
    with bench.runtime.database.read_inbox() as session:
        done = sa.select(sa.func.count()).select_from(Delivery).where(Delivery.state == DeliveryState.DONE)
        sys.stdout.write(f"the worker had opened {session.scalar(done):,} by then; load of the machine {load:.1f}\n")


def _count(bench: Bench, expected: int) -> None:
    with bench.runtime.database.read_inbox() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(Delivery))
    if kept != expected:
        raise RuntimeError(f"{expected} were answered with 200, and {kept} are kept")


def main() -> None:
    """Print the figures."""
    with benched() as (bench, environment):
        rates(bench)
        waits(bench, environment)


if __name__ == "__main__":
    main()
