"""Calls as the providers make them, signed by hand from their documents, for the tests of whoever listens."""

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from connectors.http import Answer
from connectors.receipts import Call
from tests.conftest import NOW

TOPIC = "arn:aws:sns:eu-west-1:123456789012:perennial"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
APP = "https://app.example"
SECRET = "a-secret-that-nobody-sees"


def call(body: bytes, *, headers: dict[str, str] | None = None, url: str = f"{APP}/receipts/x") -> Call:
    return Call(headers or {}, body, url, NOW)


@cache
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key().public_key())
        .serial_number(1)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 6, 1, tzinfo=UTC))
        .sign(key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


class Amazon:
    """What SNS itself answers when it is called: its certificate, and a confirmation."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def request(self, method: str, url: str) -> Answer:
        self.called.append(url)
        return Answer(200, {}, certificate() if url == CERTIFICATE else b"<ConfirmSubscriptionResponse/>")


def from_sns(event: Any, *, version: str = "2", **given: Any) -> dict[str, Any]:
    """A signed SNS message about an event of SES."""
    message: dict[str, Any] = {
        "Type": "Notification",
        "MessageId": "19ba9823-d7f2-53c1-860e-cb10e0d13dfc",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Event Notification",
        "Message": event if isinstance(event, str) else msgspec.json.encode(event).decode(),
        "Timestamp": NOW.isoformat().replace("+00:00", "Z"),
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE,
        **given,
    }
    message = {name: value for name, value in message.items() if value is not None}
    names = ["Message", "MessageId", "SubscribeURL", "Subject", "Timestamp", "Token", "TopicArn", "Type"]
    if message["Type"] != "Notification":
        names.remove("Subject")
    else:
        names = [name for name in names if name not in {"SubscribeURL", "Token"}]
    text = "".join(f"{name}\n{message[name]}\n" for name in names if name in message)
    chosen = hashes.SHA1() if version == "1" else hashes.SHA256()
    message["Signature"] = b64encode(key().sign(text.encode(), padding.PKCS1v15(), chosen)).decode()
    return message


def ses(word: str, about: dict[str, Any] | None = None, **mail: Any) -> dict[str, Any]:
    """An event of SES as its examples show it."""
    told = {"messageId": "0102-000000", "destination": ["anna@example.com"], **mail}
    return {"eventType": word, "mail": told, word[:1].lower() + word[1:]: about or {}}


def from_mailgun(event: dict[str, Any], *, secret: str = SECRET, token: str = "t" * 50, at: datetime = NOW) -> bytes:
    """A call of Mailgun: the signature is over time and token alone."""
    stamp = str(int(at.timestamp()))
    signature = hmac.digest(secret.encode(), f"{stamp}{token}".encode(), "sha256").hex()
    head = {"timestamp": stamp, "token": token, "signature": signature}
    told = {"id": "hTWCTD81RtiDN", "timestamp": NOW.timestamp(), "recipient": "anna@example.com", **event}
    return msgspec.json.encode({"signature": head, "event-data": told})


def from_postmark(secret: str = SECRET) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'postmark:{secret}'.encode()).decode()}"}


def from_twilio(form: dict[str, str], *, secret: str = SECRET, url: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of a call of Twilio."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    mark = b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    return {"X-Twilio-Signature": mark, "Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode()


LATER = timedelta(minutes=6)
