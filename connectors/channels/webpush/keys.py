"""Who signs a notification (VAPID, RFC 8292), and the browser for which it is encrypted (RFC 8291)."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from connectors.errors import Permanent

CURVE = ec.SECP256R1()


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
        return text_of(self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser: where its push service listens, and the keys for which a message is encrypted."""

    endpoint: str = field(repr=False)
    p256dh: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    @property
    def service(self) -> str:
        """The push service: its host, and its port where that is said."""
        return urlsplit(self.endpoint).netloc.rpartition("@")[2].lower()

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


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
