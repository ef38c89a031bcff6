"""Webhooks: which topics we want, what a call's head says, whether it is genuine, and keeping a store's webhooks right."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from connectors.base import Credentials, DeliveryHead, Healing
from connectors.errors import Malformed, Permanent, Temporary
from connectors.stores.woocommerce.client import PAIRING, PER_PAGE, Client
from connectors.stores.woocommerce.client import json as plain
from connectors.stores.woocommerce.read import COMPANION, READERS

TOPICS = frozenset(READERS)
# What every store can tell, and what it can tell with our companion plugin.
OWN_TOPICS = TOPICS - frozenset(COMPANION)
PING = "ping"

_TOPIC = re.compile(r"[a-z0-9_]+\.[a-z0-9_.]+")
_PING_BODY = re.compile(rb"webhook_id=\d{1,20}")


def head(headers: Mapping[str, str], body: bytes) -> DeliveryHead:
    """What one call is about. A ping is a form and has neither topic nor signature. Raises Malformed.

    The key is made from topic and body, because X-WC-Webhook-Delivery-ID repeats within a second (1,003 deliveries had 37).
    """
    topic = _header(headers, "X-WC-Webhook-Topic")
    if topic is None:
        if _PING_BODY.fullmatch(body.strip()):
            return DeliveryHead(PING, None, _key(PING, body), is_ping=True)
        raise Malformed("a call without a topic")
    if len(topic) > 100 or _TOPIC.fullmatch(topic) is None:
        raise Malformed("a call with an odd topic")
    return DeliveryHead(topic, None, _key(topic, body))


def is_genuine(headers: Mapping[str, str], body: bytes, *, credentials: Credentials | None) -> bool:
    """Whether X-WC-Webhook-Signature is base64(HMAC-SHA256(webhook_secret, raw body))."""
    secret = credentials.secrets.get("webhook_secret", "") if credentials else ""
    claimed = _header(headers, "X-WC-Webhook-Signature") or ""
    if not secret or not claimed.isascii():
        return False
    try:
        digest = base64.b64decode(claimed, validate=True)
    except binascii.Error:
        return False
    return hmac.compare_digest(digest, hmac.new(secret.encode(), body, hashlib.sha256).digest())


def _key(topic: str, body: bytes) -> str:
    return hashlib.sha256(topic.encode() + b"\n" + body).hexdigest()


def _header(headers: Mapping[str, str], name: str) -> str | None:
    """A header in whatever case the server hands it over."""
    found = headers.get(name)
    if found is not None:
        return found
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), None)


class _Webhook(msgspec.Struct):
    id: int
    name: str = ""
    status: str = ""
    topic: str = ""
    delivery_url: str = ""


_webhook = msgspec.json.Decoder(_Webhook)


@dataclass(slots=True)
class _Plan:
    """What is right, what has to be made and what has to go."""

    kept: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    leftover: list[_Webhook] = field(default_factory=list)


def heal(client: Client, address: str, *, app_url: str) -> Healing:
    """Make the webhooks to `address` right: one active one per topic, with today's secret. Raises as `Client.get`.

    WooCommerce never tells a webhook's secret, so its name carries a fingerprint of it: one made with another secret is
    left over. Those of ours are known by `app_url` in front of their address; nobody else's is touched. New ones are made
    before old ones go, so that nothing is missed in between. What our companion plugin tells is asked for where it is there.
    """
    secret = client.credentials.secrets.get("webhook_secret", "")
    if not secret:
        raise Permanent("there is no secret to sign the store's webhooks with")
    wanted = OWN_TOPICS | _offered(client)
    plan = _plan(_ours(client, app_url), address, secret=secret, wanted=wanted)
    for topic in plan.missing:
        client.post(
            "webhooks",
            {
                "name": name(topic, secret),
                "topic": topic,
                "delivery_url": address,
                "secret": secret,
                "status": "active",
            },
        )
    for webhook in plan.leftover:
        client.delete(f"webhooks/{webhook.id}")
    return Healing(tuple(plan.kept), tuple(plan.missing), tuple(webhook.topic for webhook in plan.leftover))


def name(topic: str, secret: str) -> str:
    """The webhook's name, as the merchant sees it in the list, with the fingerprint of its secret."""
    mark = hashlib.sha256(b"perennial webhook " + secret.encode()).hexdigest()[:12]
    return f"Perennial {topic} {mark}"


def _offered(client: Client) -> frozenset[str]:
    """The topics that the store's companion plugin can tell of and we can read; none where there is no plugin."""
    answer = client.try_get("status", version=PAIRING)
    told = plain(answer) if answer is not None else {}
    topics = told.get("topics") if isinstance(told, dict) else None
    names = {one for one in topics if isinstance(one, str)} if isinstance(topics, list) else set()
    return frozenset(names) & frozenset(COMPANION)


def _plan(found: Sequence[_Webhook], address: str, *, secret: str, wanted: frozenset[str]) -> _Plan:
    plan = _Plan()
    for webhook in found:
        is_right = (
            webhook.delivery_url == address
            and webhook.status == "active"
            and webhook.topic in wanted
            and webhook.name == name(webhook.topic, secret)
        )
        if is_right and webhook.topic not in plan.kept:
            plan.kept.append(webhook.topic)
        else:
            plan.leftover.append(webhook)
    plan.missing = sorted(wanted.difference(plan.kept))
    return plan


def _ours(client: Client, app_url: str) -> list[_Webhook]:
    prefix = app_url.rstrip("/") + "/"
    return [webhook for webhook in _all(client) if webhook.delivery_url.startswith(prefix)]


def _all(client: Client) -> Iterator[_Webhook]:
    offset = 0
    while True:
        stretch = client.stretch("webhooks", {"orderby": "id", "order": "asc", "status": "all"}, offset=offset)
        try:
            yield from [_webhook.decode(row) for row in stretch.rows]
        except (ValueError, RecursionError):
            raise Temporary("the store's list of webhooks cannot be read") from None
        offset += PER_PAGE
        if not stretch.rows or offset >= stretch.total:
            return
