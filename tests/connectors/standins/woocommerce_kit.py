"""What the tests of the WooCommerce stand-in share: the store on real HTTP, a clock to turn, a listener for its webhooks."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from flask import Flask, Response, request
from requests_oauthlib import OAuth1
from werkzeug.serving import WSGIRequestHandler, make_server

from connectors.standins.woocommerce import StandIn, create_standin
from connectors.standins.woocommerce.model import ApiKey

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOPICS = (
    "order.created",
    "order.updated",
    "order.deleted",
    "order.restored",
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "product.created",
    "product.updated",
    "product.deleted",
    "coupon.created",
    "coupon.updated",
    "coupon.deleted",
    "coupon.restored",
)


@dataclass
class Clock:
    """Stands still until it is turned."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def travel(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Heard:
    """One request that the listener got."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def topic(self) -> str:
        return self.headers.get("X-Wc-Webhook-Topic", "")


@dataclass
class Listener:
    """An app that writes down what it is told and answers as it is told to."""

    url: str
    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, Response] = field(default_factory=dict)
    status: int = 200
    rung: threading.Condition = field(default_factory=threading.Condition)

    def hear(self, heard: Heard) -> None:
        with self.rung:
            self.heard.append(heard)
            self.rung.notify_all()

    def wait_for_topics(self, count: int) -> bool:
        """Until so many deliveries were heard, ten seconds at most."""
        with self.rung:
            return self.rung.wait_for(lambda: len(self.topics()) >= count, timeout=10)

    def topics(self) -> list[str]:
        return [one.topic for one in self.heard if one.topic]

    def bodies(self, topic: str) -> list[bytes]:
        return [one.body for one in self.heard if one.topic == topic]


@dataclass
class Shop:
    """The stand-in as a client sees it: its address, a key and signed calls."""

    standin: StandIn
    clock: Clock
    key: ApiKey

    @property
    def url(self) -> str:
        return self.standin.url

    def call(self, method: str, path: str, *, key: ApiKey | None = None, **given: Any) -> requests.Response:
        """A call below wc/v3, signed by an OAuth library that shares nothing with the stand-in."""
        signer = _signer(key or self.key)
        return requests.request(method, f"{self.url}/wp-json/wc/v3/{path}", auth=signer, timeout=10, **given)

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.call("GET", path, params=params)

    def subscribe(self, listener: Listener, *topics: str, secret: str = "whsec") -> list[int]:
        """Makes webhooks over REST; their ids."""
        return [
            self.call(
                "POST", "webhooks", json={"topic": topic, "delivery_url": f"{listener.url}/hook", "secret": secret}
            ).json()["id"]
            for topic in topics
        ]


def _signer(key: ApiKey) -> OAuth1:
    return OAuth1(key.key, client_secret=key.secret, signature_method="HMAC-SHA256", signature_type="query")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Says nothing."""


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(wsgi: Flask, port: int) -> Iterator[None]:
    """The program on real HTTP while the block runs."""
    server = make_server("127.0.0.1", port, wsgi, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def open_shop(**traits: Any) -> Iterator[Shop]:
    """A stand-in on loopback at a clock that stands still at noon (GMT), with one read_write key."""
    port, clock = free_port(), Clock()
    standin = create_standin(url=f"http://127.0.0.1:{port}", now=clock, **traits)
    with served(standin.wsgi, port):
        yield Shop(standin, clock, standin.create_key())


@contextmanager
def open_listener() -> Iterator[Listener]:
    """An app on loopback that hears everything."""
    port = free_port()
    listener, app = Listener(f"http://localhost:{port}"), Flask("listener")

    @app.route("/<path:path>", methods=["GET", "POST"])
    def hear(path: str) -> Response:
        listener.hear(Heard(path, dict(request.headers), request.get_data()))
        return listener.answers.get(path) or Response("", listener.status)

    with served(app, port):
        yield listener


def flushed(shop: Shop, listener: Listener) -> list[str]:
    """The topics that the next flush brings."""
    known = len(listener.topics())
    shop.standin.webhooks.flush()
    return listener.topics()[known:]
