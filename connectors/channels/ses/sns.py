"""The signature of an SNS message: what is signed, by which certificate, and which topics may speak to us at all."""

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from connectors.errors import Malformed

HOST = re.compile(r"sns\.[a-z0-9-]{3,30}\.amazonaws\.com(\.cn)?")
CERTIFICATE = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{1,80}\.pem")
NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
SIGNED = {
    "Notification": NOTIFICATION,
    "SubscriptionConfirmation": CONFIRMATION,
    "UnsubscribeConfirmation": CONFIRMATION,
}
HASHES: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - theirs to choose.
MOST_CERTIFICATES = 16
Fetch = Callable[[str], bytes]


def envelope_of(body: bytes) -> dict[str, Any]:
    """The SNS message of a call. Raises Malformed."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("an SNS message is JSON") from None
    if not isinstance(found, dict) or str(found.get("Type")) not in SIGNED:
        raise Malformed("this is not an SNS message")
    return found


def is_of_sns(url: str, *, path: re.Pattern[str] | None = None) -> bool:
    """Whether an address is one of SNS itself, over https, at the usual port."""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and parts.port in (None, 443) and "@" not in parts.netloc
    except ValueError:
        return False
    is_there = HOST.fullmatch(parts.hostname or "") is not None
    return is_plain and is_there and (path is None or path.fullmatch(parts.path) is not None)


class Certificates:
    """The certificates of SNS, fetched from SNS alone and kept; `fetch` raises Temporary where one cannot be had now."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: dict[str, x509.Certificate] = {}

    def signed(self, message: Mapping[str, Any], now: datetime) -> bool:
        """Whether the message's signature is one of SNS."""
        url, chosen = str(message.get("SigningCertURL", "")), HASHES.get(str(message.get("SignatureVersion")))
        if chosen is None or not is_of_sns(url, path=CERTIFICATE):
            return False
        certificate = self._certificate(url)
        if certificate is None or not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            return False
        return _is_right(message, certificate.public_key(), chosen=chosen)

    def _certificate(self, url: str) -> x509.Certificate | None:
        if url not in self._known:
            if len(self._known) >= MOST_CERTIFICATES:
                self._known.clear()
            try:
                self._known[url] = x509.load_pem_x509_certificate(self._fetch(url))
            except ValueError:
                return None
        return self._known[url]


def _is_right(message: Mapping[str, Any], key: object, *, chosen: hashes.HashAlgorithm) -> bool:
    if not isinstance(key, rsa.RSAPublicKey):
        return False
    try:
        given = b64decode(str(message.get("Signature", "")), validate=True)
        key.verify(given, _signed_text(message), padding.PKCS1v15(), chosen)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _signed_text(message: Mapping[str, Any]) -> bytes:
    """Name and value of each signed field on lines of their own, in the order of SNS; a subject only where there is one."""
    names = SIGNED[message["Type"]]
    parts = [f"{name}\n{message.get(name)}\n" for name in names if name != "Subject" or message.get(name) is not None]
    return "".join(parts).encode()
