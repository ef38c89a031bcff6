"""Webhook calls from Shopify: which topics we ask for, what their headers say, and whether Shopify really sent them."""

import base64
import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256

import msgspec

from connectors.base import DeliveryHead
from connectors.errors import Malformed
from connectors.stores.shopify.install import valid_shop
from connectors.stores.shopify.proxy import INTEREST
from connectors.stores.shopify.read import TOPICS as READERS

COMPLIANCE_TOPICS = frozenset({"customers/data_request", "customers/redact", "shop/redact"})
TOPICS = frozenset(READERS)
SUBSCRIBED = TOPICS - COMPLIANCE_TOPICS - {INTEREST}

SCOPES = (
    "read_customer_merge",
    "read_customers",
    "read_fulfillments",
    "read_orders",
    "read_products",
    "write_customers",
    "write_discounts",
)
# Shopify grants it only on request; without it a store's history reaches back 60 days.
OPTIONAL_SCOPES = ("read_all_orders",)

_STORE_TOPICS = COMPLIANCE_TOPICS | {"app/uninstalled", "shop/update"}


class _Domains(msgspec.Struct):
    shop_domain: str | None = None
    myshopify_domain: str | None = None


def head(headers: Mapping[str, str], body: bytes) -> DeliveryHead:
    """What the headers say, in the old spelling ("X-Shopify-Topic") or the new ("shopify-topic"), in any case.

    The key is the webhook id: the event id is shared by all deliveries of one action of a merchant. Raises Malformed where
    topic or shop are missing or the shop is not one of Shopify's.
    """
    found = {name.lower(): value for name, value in headers.items()}
    topic, shop = _one(found, "topic"), valid_shop(_one(found, "shop-domain"))
    if not topic or len(topic) > 100 or shop is None:
        raise Malformed("the call does not say its topic or its store")
    key = _one(found, "webhook-id") or sha256(topic.encode() + b"\n" + body).hexdigest()
    return DeliveryHead(topic=topic, address=shop, key=key[:200], triggered_at=_at(_one(found, "triggered-at")))


def _one(found: Mapping[str, str], name: str) -> str:
    return found.get(f"x-shopify-{name}") or found.get(f"shopify-{name}") or ""


def _at(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def is_genuine(headers: Mapping[str, str], body: bytes, *, secrets: Sequence[str]) -> bool:
    """Whether any of the app's secrets signed these raw bytes, and a body that names its store names the header's.

    The signature covers the body alone; without the second check a signed body of one store could be played to another.
    """
    found = {name.lower(): value for name, value in headers.items()}
    given = _one(found, "hmac-sha256").encode("utf-8", "surrogatepass")
    signed = any(hmac.compare_digest(_signature(secret, body), given) for secret in secrets if secret)
    return signed and (_one(found, "topic") not in _STORE_TOPICS or _names(body, _one(found, "shop-domain")))


def _signature(secret: str, body: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), body, "sha256"))


def _names(body: bytes, shop: str) -> bool:
    """Whether a body that names a store names `shop`; one that names none (null after an uninstall) passes."""
    try:
        said = msgspec.json.decode(body, type=_Domains)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return True
    return all(name is None or name.lower() == shop.lower() for name in (said.shop_domain, said.myshopify_domain))
