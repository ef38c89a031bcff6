"""The channel of web push (RFC 8030): encrypted for one browser (RFC 8291), signed as one sender (VAPID, RFC 8292)."""

import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import http_ece
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.base import Accepted, Envelope, Purpose
from connectors.channels.webpush.keys import CURVE, Sender, Subscription, text_of
from connectors.channels.webpush.trust import Trust
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.http import Answer
from connectors.lanes import HandOver, Told, each
from connectors.providers import Desk, words_of
from connectors.records import Medium

# RFC 8291 4: a push service need not take more than 4096 bytes, of which the encryption takes 103.
LONGEST = 3993
SIGNED_FOR = timedelta(hours=12)
# What nobody saw by then is no news any more, even where it would not be stale.
KEPT_FOR = timedelta(days=1)
TOPIC_LENGTH = 32  # RFC 8030 5.4.
# By 404 and 410 a push service says that a browser is gone; by 401 and 403 that it does not like who signs, and Apple says of a
# browser that subscribed to another key 400 with this reason.
GONE, UNSIGNED, ANOTHER_KEY = (404, 410), (401, 403), "VapidPkHashMismatch"


class WebPush:
    """Sends to any push service: the address of a message is the browser's subscription. A second try under the same key
    takes the first one's place where that was not shown yet."""

    name = "webpush"
    medium = Medium.PUSH
    notice: str | None = None

    def __init__(self, desk: Desk, sender: Sender, *, now: Callable[[], datetime]) -> None:
        self._desk, self._sender, self._now = desk, sender, now
        self._trust = Trust(now)

    @property
    def public_key(self) -> str:
        """What a browser is given when it subscribes."""
        return self._sender.public_key

    def send(self, envelope: Envelope) -> Accepted:
        """Hand one message over. Raises Temporary, Permanent, InDoubt, Unsupported (no push)."""
        return self._ready(envelope)()

    def send_each(self, envelopes: Iterable[Envelope], *, begun: Callable[[Envelope], None]) -> Iterator[Told]:
        """As `SendsManyAtOnce` promises; the errors are those of `send`."""
        return each(self._ready, envelopes, begun=begun)

    def _ready(self, envelope: Envelope) -> HandOver:
        if envelope.medium is not Medium.PUSH:
            raise Unsupported("webpush carries push messages and nothing else")
        browser = Subscription.read(envelope.to.address)
        body = _sealed(_payload(envelope), browser)
        self._trust.ask(browser.service)
        return partial(self._handed_over, body, browser=browser, headers=self._headers(browser, envelope))

    def _handed_over(self, body: bytes, *, browser: Subscription, headers: dict[str, str]) -> Accepted:
        return self._taken(self._desk.post(browser.endpoint, headers=headers, data=body), browser)

    def has_left(self, key: str, *, store: str) -> bool | None:  # noqa: ARG002 - a push service cannot be asked.
        """None: a push service tells nothing later."""
        return None

    def close(self) -> None:
        """Nothing that matters is open between calls."""

    def _headers(self, browser: Subscription, envelope: Envelope) -> dict[str, str]:
        parts = urlsplit(browser.endpoint)
        claims = {
            "aud": f"{parts.scheme}://{parts.netloc}",
            "exp": int((self._now() + SIGNED_FOR).timestamp()),
            **({"sub": self._sender.contact} if self._sender.contact else {}),
        }
        token = jwt.encode(claims, self._sender.key, algorithm="ES256")
        return {
            "Authorization": f"vapid t={token}, k={self._sender.public_key}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(int(self._worth(envelope).total_seconds())),
            "Topic": text_of(envelope.key.encode())[:TOPIC_LENGTH],
            "Urgency": "normal" if envelope.purpose is Purpose.SERVICE else "low",
        }

    def _worth(self, envelope: Envelope) -> timedelta:
        """How long the push service may keep it (RFC 8030 5.2): by then it is stale, or a day old."""
        if envelope.stale_at is None:
            return KEPT_FOR
        return max(timedelta(0), min(envelope.stale_at - self._now(), KEPT_FOR))

    def _taken(self, answer: Answer, browser: Subscription) -> Accepted:
        if 200 <= answer.status < 300:
            self._trust.took(browser.service, browser=browser.endpoint)
            return Accepted(answer.headers.get("Location"))
        raise self._failure(answer, browser)

    def _failure(self, answer: Answer, browser: Subscription) -> Temporary | Permanent:
        status = answer.status
        if status in UNSIGNED or (status == 400 and words_of(answer).get("reason") == ANOTHER_KEY):
            return self._trust.refused(browser.service, browser=browser.endpoint, told=str(status))
        return Permanent(f"the push service refuses the message ({status})", bad_address=status in GONE)


def _payload(envelope: Envelope) -> bytes:
    """What our service worker shows: title, words, where a tap leads, and the key under which a second one takes the first
    one's place."""
    said = {"title": envelope.subject, "body": envelope.text.strip(), "tag": envelope.key, "url": envelope.url}
    try:
        payload = msgspec.json.encode(said)
    except UnicodeEncodeError:
        raise Permanent("the message holds half a character") from None
    if not envelope.subject.strip() or "\x00" in envelope.subject:
        raise Permanent("the title is empty or no text")
    if len(payload) > LONGEST:
        raise Permanent(f"the message is too long for a push: {len(payload)} bytes, and at most {LONGEST} are taken")
    return payload


def _sealed(payload: bytes, browser: Subscription) -> bytes:
    key = ec.generate_private_key(CURVE)
    try:
        sealed: bytes = http_ece.encrypt(
            payload, salt=os.urandom(16), private_key=key, dh=browser.p256dh, auth_secret=browser.auth
        )
    except (http_ece.ECEException, ValueError):
        raise Permanent("the browser's keys are not ones that can be used", bad_address=True) from None
    return sealed
