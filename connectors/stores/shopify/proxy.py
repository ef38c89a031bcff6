"""The app proxy: what a storefront's page asks of us through Shopify, which signs the query and says who is signed in.

Only the query is signed, so nothing else of a call is believed to be about somebody. Facts: `key=value` of every parameter,
sorted, joined without a separator, several values by a comma, hex HMAC-SHA256; a second shop, timestamp or signature is an
attack; 90 seconds.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import parse_qsl

import msgspec

from connectors.base import DeliveryHead
from connectors.errors import Malformed, Unauthorised
from connectors.stores.shopify.install import WINDOW, valid_shop

# What a storefront tells us by the proxy goes the way of a webhook, under a topic that Shopify does not have.
INTEREST = "storefront/interest"
KINDS = ("looked", "asked")

_ONCE = ("shop", "timestamp", "signature", "hmac", "logged_in_customer_id", "product", "kind")
_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class Call:
    """A genuine call: from the page of which shop, who is signed in there (if anybody), and what it asks."""

    shop: str
    customer_id: str | None
    values: dict[str, str]


def read_call(raw_query: str, secrets: Sequence[str], *, now: datetime) -> Call:
    """What Shopify says about a call of a storefront's page. Raises Unauthorised."""
    if len(raw_query) > _LONGEST:
        raise Unauthorised("a call of a storefront that is too long")
    pairs = parse_qsl(raw_query, keep_blank_values=True, max_num_fields=50)
    values = dict(pairs)
    if any(sum(1 for name, _ in pairs if name == once) > 1 for once in _ONCE):
        raise Unauthorised("a call of a storefront that says something twice")
    if not _is_signed(pairs, values.get("signature", ""), secrets=secrets):
        raise Unauthorised("a call of a storefront that Shopify did not sign")
    shop = valid_shop(values.get("shop", ""))
    if shop is None or not _is_near(values.get("timestamp", ""), now=now):
        raise Unauthorised("a call of a storefront without a shop, or of another time")
    return Call(shop, _number(values.get("logged_in_customer_id", "")), values)


def interest(call: Call, *, email: str, at: datetime) -> tuple[DeliveryHead, bytes]:
    """A look or a wish as a delivery; the same one of the same minute comes once. Raises Malformed.

    A typed address counts for a wish of somebody who is not signed in, and for nothing else.
    """
    product, kind = _number(call.values.get("product", "")), call.values.get("kind")
    typed = email.strip().lower() if kind == "asked" and call.customer_id is None else ""
    if product is None or kind not in KINDS or len(typed) > 254 or not (call.customer_id or "@" in typed):
        raise Malformed("neither a look nor a wish of somebody")
    told = {"product_id": product, "kind": kind, "customer_id": call.customer_id, "email": typed or None}
    name = sha256(msgspec.json.encode([sorted(told.items(), key=lambda one: one[0]), f"{at:%Y-%m-%dT%H:%M}"]))
    body = msgspec.json.encode({**told, "at": at})
    return DeliveryHead(topic=INTEREST, address=call.shop, key=name.hexdigest()), body


def _is_signed(pairs: Sequence[tuple[str, str]], given: str, *, secrets: Sequence[str]) -> bool:
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        if name != "signature":
            lists.setdefault(name, []).append(value)
    text = "".join(f"{name}={','.join(values)}" for name, values in sorted(lists.items()))
    claimed = given.encode("utf-8", "surrogatepass")
    return any(
        hmac.compare_digest(hmac.new(one.encode(), text.encode(), sha256).hexdigest().encode(), claimed)
        for one in secrets
        if one
    )


def _is_near(stamp: str, *, now: datetime) -> bool:
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        return False
    return abs(now.timestamp() - int(stamp)) <= WINDOW.total_seconds()


def _number(text: str) -> str | None:
    return text if text.isascii() and text.isdigit() and 0 < len(text) <= 19 else None
