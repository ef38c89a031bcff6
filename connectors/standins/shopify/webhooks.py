"""The outgoing webhooks of a stand-in Shopify: signed, sent at least once, retried, and muddled on request."""

import base64
import hashlib
import hmac
import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import requests

from connectors.standins.shopify.records import Subscription
from connectors.standins.shopify.state import COMPLIANCE_TOPICS, TOPIC_SCOPES, State, implied

if TYPE_CHECKING:
    from connectors.standins.shopify.shop import Shop

# Eight retries, each pause twice the one before, four hours in all (facts: webhook delivery).
RETRIES = 8
FIRST_PAUSE = timedelta(hours=4) / (2**RETRIES - 1)
CONNECT_SECONDS, TOTAL_SECONDS = 1, 5


class Transport(Protocol):
    """Posts one webhook; the status that came back, 0 for none."""

    def __call__(self, url: str, body: bytes, /, *, headers: Mapping[str, str]) -> int: ...


@dataclass(eq=False)
class Delivery:
    """One webhook on its way: the payload and address stay the original ones however often it is tried."""

    shop: str
    domain: str
    topic: str
    address: str
    body: bytes
    webhook_id: str
    event_id: str
    triggered_at: datetime
    version: str
    due_at: datetime
    name: str | None = None
    subscription: Subscription | None = None
    answers: list[int] = field(default_factory=list)
    waiting: bool = True
    arrived: bool = False

    @property
    def payload(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


def _written(payload: Any) -> bytes:
    """JSON as Rails writes it: UTF-8, and what could close a script tag as escapes."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    for sign in "&<>":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text.encode()


def signature(body: bytes, secret: str) -> str:
    """What X-Shopify-Hmac-Sha256 says: base64 of the HMAC-SHA256 of the raw bytes."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def post(url: str, body: bytes, *, headers: Mapping[str, str]) -> int:
    """Send one webhook as Shopify does: 1 s to connect, 5 s in all, redirects not followed. 0 means no answer."""
    timeout = (CONNECT_SECONDS, TOTAL_SECONDS)
    try:
        answer = requests.post(url, data=body, headers=dict(headers), timeout=timeout, allow_redirects=False)
    except requests.RequestException:
        return 0
    return answer.status_code


class Queue:
    """Every webhook that is still to go, in `pending`, and what became of the others."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.transport: Transport = post
        # What has to catch up with the clock before webhooks go out: bulk operations that finish unasked.
        self.before_flush: Callable[[], None] = lambda: None
        self.pending: list[Delivery] = []
        self.delivered: list[Delivery] = []
        self.lost: list[Delivery] = []
        self.given_up: list[Delivery] = []
        self._stop: threading.Event | None = None
        self._sequence = 0

    def add(self, shop: "Shop", topic: str, *, payload: Any, event_id: str) -> None:
        """Put one webhook into the queue for every subscription of `shop` that asks for `topic`."""
        for subscription in self._asking(shop, topic):
            self.pending.append(self._made(shop, topic, payload=payload, event_id=event_id, subscription=subscription))

    def _asking(self, shop: "Shop", topic: str) -> list[Subscription | None]:
        """None stands for the app's own file; compliance topics are only there and need no scope."""
        if topic in COMPLIANCE_TOPICS:
            return [None]
        needed = TOPIC_SCOPES.get(topic)
        if not shop.installed or (needed is not None and needed not in implied(set(shop.granted))):
            return []
        made = [one for one in shop.subscriptions.values() if one.topic == topic]
        return [*([None] if topic in self.state.topics else []), *made]

    def _made(
        self, shop: "Shop", topic: str, *, payload: Any, event_id: str, subscription: Subscription | None
    ) -> Delivery:
        fields = subscription.include_fields if subscription else []
        said = {key: payload[key] for key in fields if key in payload} if fields else payload
        self._sequence += 1
        return Delivery(
            shop=shop.name,
            domain=shop.domain,
            topic=topic,
            address=subscription.uri if subscription else self.state.app_url.rstrip("/") + self.state.webhook_path,
            body=_written(said),
            webhook_id=self.state.uuid(),
            event_id=event_id,
            triggered_at=self.state.now() + timedelta(microseconds=self._sequence % 1_000_000),
            version=self.state.webhook_version,
            due_at=self.state.now(),
            name=subscription.name if subscription else None,
            subscription=subscription,
        )

    def headers(self, delivery: Delivery) -> dict[str, str]:
        """The headers of one delivery, signed with the secret of this moment."""
        found = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": delivery.topic,
            "X-Shopify-Hmac-Sha256": signature(delivery.body, self.state.signing_secret),
            "X-Shopify-Shop-Domain": delivery.domain,
            "X-Shopify-API-Version": delivery.version,
            "X-Shopify-Webhook-Id": delivery.webhook_id,
            "X-Shopify-Event-Id": delivery.event_id,
            "X-Shopify-Triggered-At": delivery.triggered_at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z",
        }
        return found | ({"X-Shopify-Name": delivery.name} if delivery.name else {})

    def flush(
        self, *, shuffle: random.Random | None = None, double: float = 0, drop: float = 0, delay: float = 0
    ) -> list[Delivery]:
        """Send what is due. `double`, `drop` and `delay` are shares between 0 and 1, drawn with `shuffle`'s dice.

        A doubled delivery is sent twice with the same ids, a dropped one never arrives (see `lost`), a delayed one
        waits for a later flush. Returns what was sent, in the order of sending, doubles twice.
        """
        self.before_flush()
        dice = shuffle or random.Random(0)  # noqa: S311 - a test's dice
        with self.state.lock:
            chosen = self._choose(dice, drop=drop, delay=delay)
        calls = [one for one in chosen for _ in range(2 if dice.random() < double else 1)]
        if shuffle is not None:
            shuffle.shuffle(calls)
        for one in calls:
            self._send(one)
        return calls

    def _choose(self, dice: random.Random, *, drop: float, delay: float) -> list[Delivery]:
        chosen, kept, now = [], [], self.state.now()
        for one in self.pending:
            one.waiting = one.due_at > now or dice.random() < delay
            if one.waiting:
                kept.append(one)
            elif dice.random() < drop:
                self.lost.append(one)
            else:
                chosen.append(one)
        self.pending[:] = kept
        return chosen

    def _send(self, delivery: Delivery) -> None:
        status = self.transport(delivery.address, delivery.body, headers=self.headers(delivery))
        with self.state.lock:
            delivery.answers.append(status)
            if 200 <= status < 300:
                self._succeeded(delivery)
            elif not delivery.arrived and not delivery.waiting:
                self._failed(delivery)

    def _succeeded(self, delivery: Delivery) -> None:
        if delivery.waiting:
            # A double of it failed a moment ago.
            self.pending.remove(delivery)
            delivery.waiting = False
        if not delivery.arrived:
            delivery.arrived = True
            self.delivered.append(delivery)

    def _failed(self, delivery: Delivery) -> None:
        """Try again after a pause; after the last one give up, and drop a subscription made through the API."""
        tried = len(delivery.answers)
        if tried <= RETRIES:
            delivery.due_at = self.state.now() + FIRST_PAUSE * 2 ** (tried - 1)
            delivery.waiting = True
            self.pending.append(delivery)
            return
        self.given_up.append(delivery)
        shop, subscription = self.state.shops.get(delivery.shop), delivery.subscription
        if subscription is not None and shop is not None:
            shop.subscriptions.pop(subscription.id, None)

    def start_pump(self, *, pause_seconds: float = 0.2) -> None:
        """Send by itself from now on, in a thread of its own, until stop_pump()."""
        if self._stop is None:
            self._stop = threading.Event()
            threading.Thread(target=self._pump, args=(self._stop, pause_seconds), daemon=True).start()

    def stop_pump(self) -> None:
        """Stop sending by itself."""
        if self._stop is not None:
            self._stop.set()
            self._stop = None

    def _pump(self, stop: threading.Event, pause_seconds: float) -> None:
        while not stop.wait(pause_seconds):
            self.flush()
