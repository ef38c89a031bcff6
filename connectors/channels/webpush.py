"""The channel of web push (RFC 8030): encrypted for one browser (RFC 8291), signed as one sender (VAPID, RFC 8292)."""

import binascii
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from urllib.parse import urlsplit

import http_ece
import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.base import Accepted, ChannelSettings, Envelope, Purpose
from connectors.errors import Permanent, Temporary, Unsupported
from connectors.http import Answer
from connectors.lanes import HandOver, Told, each
from connectors.providers import Desk
from connectors.records import Medium

# RFC 8291 4: a push service need not take more than 4096 bytes, of which the encryption takes 103.
LONGEST = 3993
SIGNED_FOR = timedelta(hours=12)
KEPT_FOR = timedelta(days=1)
TOPIC_LENGTH = 32  # RFC 8030 5.4.
CURVE = ec.SECP256R1()


def open_channel(settings: ChannelSettings) -> "WebPush | None":
    """The channel that signs with the settings' key; None where they have none. Raises ValueError for a key that is none."""
    if not settings.vapid_private_key:
        return None
    sender = Sender.read(settings.vapid_private_key, contact=settings.vapid_contact)
    return WebPush(Desk("the push service", ""), sender, now=settings.now)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who signs: a key on P-256 and whom a push service may write to (`mailto:` or https)."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    contact: str

    @classmethod
    def read(cls, text: str, *, contact: str) -> "Sender":
        """A private key as 32 bytes in base64url, as every VAPID tool writes it."""
        try:
            number = int.from_bytes(_raw(text, 32))
            return cls(ec.derive_private_key(number, CURVE), contact)
        except ValueError:
            raise ValueError("VAPID_PRIVATE_KEY must be a P-256 private key: 32 bytes in base64url") from None

    @property
    def public_key(self) -> str:
        """What a browser is given as `applicationServerKey` when it subscribes."""
        return _text(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser: where its push service listens, and the keys for which a message is encrypted."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    @classmethod
    def read(cls, text: str) -> "Subscription":
        """From the JSON that `PushSubscription.toJSON()` gives. Raises Permanent, with a bad address, for anything else."""
        try:
            said = msgspec.json.decode(text)
            keys = said["keys"]
            found = cls(_endpoint(said["endpoint"]), _raw(keys["p256dh"], 65), _raw(keys["auth"], 16))
            ec.EllipticCurvePublicKey.from_encoded_point(CURVE, found.p256dh)
        except (msgspec.DecodeError, KeyError, TypeError, AttributeError, ValueError):
            raise Permanent("this is not the subscription of a browser", bad_address=True) from None
        return found


class WebPush:
    """Sends to any push service: the address of a message is the browser's subscription. A second try under the same key
    takes the first one's place where that was not shown yet."""

    name = "webpush"
    medium = Medium.PUSH
    notice: str | None = None

    def __init__(self, desk: Desk, sender: Sender, *, now: Callable[[], datetime]) -> None:
        self._desk, self._sender, self._now = desk, sender, now

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
        return partial(self._handed_over, body, url=browser.endpoint, headers=self._headers(browser, envelope))

    def _handed_over(self, body: bytes, *, url: str, headers: dict[str, str]) -> Accepted:
        return self._taken(self._desk.post(url, headers=headers, data=body))

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
            "TTL": str(int(KEPT_FOR.total_seconds())),
            "Topic": _text(envelope.key.encode())[:TOPIC_LENGTH],
            "Urgency": "normal" if envelope.purpose is Purpose.SERVICE else "low",
        }

    def _taken(self, answer: Answer) -> Accepted:
        if 200 <= answer.status < 300:
            return Accepted(answer.headers.get("Location"))
        raise self._failure(answer.status)

    def _failure(self, status: int) -> Temporary | Permanent:
        if status in (401, 403):
            return self._desk.locked_out(str(status))
        return Permanent(f"the push service refuses the message ({status})", bad_address=status in (404, 410))


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


def _endpoint(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("endpoint")
    return url


def _raw(text: str, length: int) -> bytes:
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("base64url") from None
    if len(raw) != length:
        raise ValueError("length")
    return raw


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
