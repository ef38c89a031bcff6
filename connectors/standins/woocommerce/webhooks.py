"""The store's outgoing queue: who wants to be told, what waits, and the really sent, signed deliveries with their answers.

Seen on a real store and kept here: a change that waits already is not queued twice and the body is made at delivery;
nothing is ever sent again; the seventh failure in a row disables a webhook, and setting it active again resets nothing;
a delivery id is one per webhook and second, so not unique; a ping that was not answered with 200 follows every delivery.
"""

import base64
import hashlib
import hmac
import random
import re
import threading
from collections import deque
from dataclasses import dataclass

from connectors.standins.woocommerce import outbound
from connectors.standins.woocommerce.model import Webhook
from connectors.standins.woocommerce.payloads import deliveries
from connectors.standins.woocommerce.payloads.links import php_json
from connectors.standins.woocommerce.state import State

WORDPRESS = "6.9.1"
FAILURES_ALLOWED = 6
PING_SECONDS = 5.0
DELIVERY_SECONDS = 10.0
_TOPIC = re.compile(
    r"(?:coupon|order|product)\.(?:created|updated|deleted|restored)|customer\.(?:created|updated|deleted)"
    r"|product\.published|perennial_(?:cart\.updated|interest\.created|store\.deleted)|action\.(?:woocommerce|wc)_\w+"
)


@dataclass(frozen=True, slots=True)
class Pending:
    """One delivery that waits: which webhook is to be told about which id."""

    webhook_id: int
    topic: str
    arg: int | str


@dataclass(frozen=True, slots=True)
class Answer:
    """One delivery that left: what was sent and what came back; status None when nobody answered or it was dropped."""

    webhook_id: int
    topic: str
    arg: int | str
    url: str
    headers: dict[str, str]
    body: bytes
    status: int | None


def is_topic(topic: str) -> bool:
    """Whether WooCommerce lets somebody subscribe to this."""
    return _TOPIC.fullmatch(topic) is not None


def signature(secret: str, body: bytes) -> str:
    """The value of X-WC-Webhook-Signature: base64(HMAC-SHA256(secret, raw body))."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Webhooks:
    """The queue. `pending` may be read, reordered and thinned by tests; `answers` keeps the last 5,000 deliveries."""

    def __init__(self, state: State) -> None:
        self.pending: list[Pending] = []
        self.answers: deque[Answer] = deque(maxlen=5_000)
        self.pings: deque[tuple[int, int | None]] = deque(maxlen=5_000)
        self._state = state
        self._stop = threading.Event()
        self._pump: threading.Thread | None = None

    def happened(self, topic: str, arg: int | str) -> None:
        """Queues a delivery for each active webhook of the topic, unless the same one waits already."""
        with self._state.lock:
            for webhook in self._state.webhooks.values():
                news = Pending(webhook.id, topic, arg)
                if webhook.topic == topic and webhook.status == "active" and news not in self.pending:
                    self.pending.append(news)

    def flush(self, *, shuffle: random.Random | None = None, double: float = 0, drop: float = 0) -> list[Answer]:
        """Sends what waits now, in order or shuffled. `double` and `drop` are the shares sent twice and lost.

        The second copy has the same bytes and comes after all others, so it is old news by then.
        """
        dice = shuffle or random.Random(0)  # noqa: S311 - chance for tests, no secret
        sent, again = [], []
        for left in range(len(self.pending), 0, -1):
            answer = self._next(dice.randrange(left) if shuffle else 0, lost=dice.random() < drop)
            if answer is None:
                continue
            sent.append(answer)
            if dice.random() < double:
                again.append(answer)
        dice.shuffle(again)
        return sent + [self._send(self._state.webhooks[one.webhook_id], one) for one in again if self._known(one)]

    def ping(self, webhook: Webhook) -> None:
        """The form that a store posts at creation and whenever the address changed; anything but 200 leaves it due."""
        status = outbound.post(
            webhook.delivery_url,
            f"webhook_id={webhook.id}".encode(),
            headers={"User-Agent": self._agent(), "Content-Type": "application/x-www-form-urlencoded"},
            timeout=PING_SECONDS,
        )
        webhook.pending_ping = status != 200
        self.pings.append((webhook.id, status))

    def start_pump(self, *, every: float = 1.0) -> None:
        """Sends what waits every so many seconds from a background thread, as WP-Cron would with steady visitors."""
        if self._pump is None:
            self._stop.clear()
            self._pump = threading.Thread(target=self._run, args=(every,), name="standin-webhooks", daemon=True)
            self._pump.start()

    def stop_pump(self) -> None:
        """Ends the background thread and waits for it."""
        if self._pump is not None:
            self._stop.set()
            self._pump.join()
            self._pump = None

    def _run(self, every: float) -> None:
        while not self._stop.wait(every):
            self.flush()

    def _known(self, one: Answer) -> bool:
        return one.webhook_id in self._state.webhooks

    def _next(self, place: int, *, lost: bool) -> Answer | None:
        """Takes one waiting delivery and sends it; None when its webhook is gone by now."""
        with self._state.lock:
            if place >= len(self.pending):
                return None
            waiting = self.pending.pop(place)
            webhook = self._state.webhooks.get(waiting.webhook_id)
            if webhook is None:
                return None
            letter = self._letter(webhook, waiting)
        if lost:
            self.answers.append(letter)
            return None
        return self._send(webhook, letter)

    def _letter(self, webhook: Webhook, waiting: Pending) -> Answer:
        body = php_json(deliveries.body(self._state, webhook, arg=waiting.arg))
        resource, event = webhook.topic.split(".", 1)
        headers = {
            "User-Agent": self._agent(),
            "Content-Type": "application/json",
            "X-WC-Webhook-Source": f"{self._state.url}/",
            "X-WC-Webhook-Topic": webhook.topic,
            "X-WC-Webhook-Resource": resource,
            "X-WC-Webhook-Event": event,
            "X-WC-Webhook-Signature": signature(webhook.secret, body),
            "X-WC-Webhook-ID": str(webhook.id),
            "X-WC-Webhook-Delivery-ID": self._delivery_id(webhook),
            "Connection": "close",
        }
        return Answer(webhook.id, webhook.topic, waiting.arg, webhook.delivery_url, headers, body, None)

    def _send(self, webhook: Webhook, letter: Answer) -> Answer:
        status = outbound.post(letter.url, letter.body, headers=letter.headers, timeout=DELIVERY_SECONDS)
        answer = Answer(letter.webhook_id, letter.topic, letter.arg, letter.url, letter.headers, letter.body, status)
        with self._state.lock:
            self.answers.append(answer)
            self._count(webhook, arrived=status is not None and 200 <= status <= 302)
        if webhook.pending_ping:
            self.ping(webhook)
        return answer

    def _count(self, webhook: Webhook, *, arrived: bool) -> None:
        webhook.failures = 0 if arrived else webhook.failures + 1
        if webhook.failures > FAILURES_ALLOWED:
            webhook.status = "disabled"

    def _delivery_id(self, webhook: Webhook) -> str:
        second = int(self._state.now().timestamp())
        return hashlib.md5(f"{self._state.secret}{webhook.id}{second}".encode(), usedforsecurity=False).hexdigest()

    def _agent(self) -> str:
        return f"WooCommerce/{self._state.version} Hookshot (WordPress/{WORDPRESS})"
