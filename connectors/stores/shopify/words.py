"""Shopify's words in ours: ids, times, states. Webhooks write them in lower case and GraphQL in upper case."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from connectors.errors import Malformed
from connectors.money import minor
from connectors.records import ConsentState, OrderStatus, Origin

LONGEST_ID = 20

_TAIL = re.compile(r"gid://shopify/[A-Za-z]+/([0-9]+)(?:\?.*)?")

CONSENT: Final = {
    "subscribed": ConsentState.SUBSCRIBED,
    "unsubscribed": ConsentState.UNSUBSCRIBED,
    "pending": ConsentState.PENDING,
    "not_subscribed": ConsentState.NEVER,
    "never_subscribed": ConsentState.NEVER,
    "invalid": ConsentState.INVALID,
    "redacted": ConsentState.UNKNOWN,
}

MONEY_STATES: Final = {
    "": OrderStatus.OPEN,
    "pending": OrderStatus.OPEN,
    "authorized": OrderStatus.OPEN,
    "partially_paid": OrderStatus.OPEN,
    "paid": OrderStatus.PAID,
    "partially_refunded": OrderStatus.PAID,
    "refunded": OrderStatus.REFUNDED,
    "voided": OrderStatus.CANCELLED,
    "expired": OrderStatus.FAILED,
}

# The numbers are Shopify's own sales channels (online store, point of sale, draft orders, Shop); others are apps.
ORIGINS: Final = {
    "": Origin.UNKNOWN,
    "web": Origin.STOREFRONT,
    "580111": Origin.STOREFRONT,
    "3890849": Origin.STOREFRONT,
    "pos": Origin.POINT_OF_SALE,
    "129785": Origin.POINT_OF_SALE,
    "shopify_draft_order": Origin.STAFF,
    "1354745": Origin.STAFF,
    "subscription_contract": Origin.SUBSCRIPTION,
    "subscription_contract_checkout_one": Origin.SUBSCRIPTION,
}

PRODUCT_STATES: Final = frozenset({"active", "archived", "draft", "unlisted"})


def tail(gid: str) -> str:
    """The number at the end of a global id: "gid://shopify/Order/1" is "1". Raises Malformed."""
    start, _, number = gid.rpartition("/")
    # The plain case is by far the most frequent one of an import, and this way it costs half.
    if is_number(number) and start.startswith("gid://shopify/"):
        return number
    found = _TAIL.fullmatch(gid)
    if found is None or not is_number(found[1]):
        raise Malformed("not a global id of Shopify")
    return found[1]


def is_number(text: str) -> bool:
    """Whether this can be the number of an object: digits, as many as an unsigned 64-bit number has."""
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def lower(address: str | None) -> str | None:
    """An address of e-mail as we keep it, in lower case; None for none."""
    return address.lower() if address else None


def gid(kind: str, external_id: str) -> str:
    """The global id of our external id. Raises Malformed for an external id that is not a number."""
    if not is_number(external_id):
        raise Malformed("not an id of Shopify")
    return f"gid://shopify/{kind}/{external_id}"


def utc(at: datetime) -> datetime:
    """The same moment in UTC; `at` is aware, which its decoder has made sure of. Raises Malformed at the ends of time."""
    try:
        return at if at.tzinfo is UTC else at.astimezone(UTC)
    except OverflowError:
        raise Malformed("a time is out of range") from None


def maybe_utc(at: datetime | None) -> datetime | None:
    return None if at is None else utc(at)


# Prices repeat: of a million lines only some thousands differ.
money = lru_cache(maxsize=65_536)(minor)


def consent_state(word: str | None, unknown: list[str]) -> ConsentState:
    """Our word for a consent state; one we do not know is UNKNOWN and noted in `unknown`."""
    known = (word or "").lower()
    if known not in CONSENT:
        if known:
            unknown.append(f"consent.state={clip(known)}")
        return ConsentState.UNKNOWN
    return CONSENT[known]


def order_status(
    financial: str | None, unknown: list[str], *, cancelled: bool, fulfilled: bool
) -> tuple[OrderStatus, str]:
    """Where an order stands and their word for it, which is the state of its money."""
    word = (financial or "").lower()
    status = MONEY_STATES.get(word)
    if status is None:
        unknown.append(f"order.financial_status={clip(word)}")
        status = OrderStatus.UNKNOWN
    if cancelled:
        return OrderStatus.CANCELLED, word
    if status is OrderStatus.PAID and fulfilled:
        return OrderStatus.COMPLETED, word
    return status, word


def origin(source: str | None, unknown: list[str]) -> Origin:
    """Who made an order, by the name of its source."""
    word = (source or "").lower()
    known = ORIGINS.get(word)
    if known is not None:
        return known
    if word.isdigit():
        return Origin.API
    unknown.append(f"order.source_name={clip(word)}")
    return Origin.UNKNOWN


def without_nul(body: bytes) -> bytes:
    """JSON without the one character that PostgreSQL keeps in no text."""
    return body.replace(rb"\u0000", b"") if rb"\u0000" in body else body


def clip(word: str) -> str:
    """A foreign word short and plain enough to be counted and shown."""
    return re.sub(r"[^a-z0-9_.:-]", "?", word.lower())[:40]
