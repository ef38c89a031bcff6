"""Browsers that show a store's notifications: what one hands over when its owner agrees, and which push services are called.

An endpoint is an address that a stranger's browser names, and we call it later: only the services that browsers really have.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

import msgspec

from connectors.channels.webpush import Subscription
from connectors.errors import Malformed, Permanent

# Chrome and its kin, Firefox, Safari, Edge.
SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")
WORKER = Path(__file__).with_name("worker.js")
LONGEST_ENDPOINT = 1_000
LONGEST_WORDS = 500
# What a host is made of, and what an address: a backslash or a line's end would mean one host to who judges and another to
# who calls.
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
PLAIN = re.compile(r"[!-\[\]-~]+")


@runtime_checkable
class TakesDevices(Protocol):
    """What a channel of notifications can do: say the key by which a browser tells its messages from those of others."""

    @property
    def public_key(self) -> str: ...


@dataclass(frozen=True, slots=True)
class DeviceCall:
    """What a page of the store hands over. `subscription` is the browser's own JSON, `service` the push service's host;
    `renews` tells a browser that was here before from one whose owner has just agreed to `wording`."""

    endpoint: str = field(repr=False)
    subscription: str = field(repr=False)
    service: str
    wording: str
    page: str
    renews: bool


class _Keys(msgspec.Struct):
    p256dh: str
    auth: str


class _Subscription(msgspec.Struct):
    endpoint: str
    keys: _Keys


class _Body(msgspec.Struct):
    subscription: _Subscription
    wording: str = ""
    page: str = ""
    renews: bool = False


def read_call(body: bytes, *, anywhere: bool = False) -> DeviceCall:
    """What was handed over. Raises Malformed for what is no subscription, and for a service that is none; `anywhere` lets it
    live on any host, for tests alone."""
    try:
        told = msgspec.json.decode(body, type=_Body)
        raw = msgspec.json.encode(told.subscription).decode()
        Subscription.read(raw)
    except (msgspec.MsgspecError, UnicodeError, Permanent):
        raise Malformed("this is not the subscription of a browser") from None
    endpoint, words = told.subscription.endpoint, " ".join(told.wording.split())[:LONGEST_WORDS]
    service = _service(endpoint, anywhere=anywhere)
    if not (words or told.renews):
        raise Malformed("nobody says yes to words that were not shown")
    return DeviceCall(endpoint, raw, service, words, told.page[:LONGEST_WORDS], told.renews)


def _service(endpoint: str, *, anywhere: bool) -> str:
    """The host of a push service. Raises Malformed."""
    try:
        parts = urlsplit(endpoint)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise Malformed("this is no push service") from None
    is_known = any(host == one or host.endswith(f".{one}") for one in SERVICES)
    is_plain = parts.scheme == "https" and port in (None, 443) and "@" not in parts.netloc
    is_clear = PLAIN.fullmatch(endpoint) is not None and HOST.fullmatch(host) is not None
    if len(endpoint) > LONGEST_ENDPOINT or not is_clear or not (anywhere or (is_known and is_plain)):
        raise Malformed("this is no push service")
    return host
