"""From a webhook body to records: one line per topic, each with the shape of its body and what is made of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from connectors.errors import Malformed
from connectors.records import GoneRecord, Kind, Reading, Record, StoreNews, StoreProfile, StoreRecord
from connectors.stores.shopify.read import people, sales, shapes, things
from connectors.stores.shopify.words import clip, without_nul

Records = tuple[Record, ...]


@dataclass(slots=True)
class Seen:
    """What else a reader may need: the store, when the call came, and where to note what is unknown."""

    profile: StoreProfile
    at: datetime
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Topic:
    decoder: msgspec.json.Decoder[Any]
    make: Callable[[Any, Seen], Records]


def read(topic: str, body: bytes, *, profile: StoreProfile, received_at: datetime) -> Reading:
    """A webhook body in our words. Raises Malformed for an unknown topic, for what is no JSON and for a body that is not
    what its topic promises; the reason names fields, never what they held."""
    known = TOPICS.get(topic)
    if known is None:
        raise Malformed(f"no reader for the topic {clip(topic)}")
    seen = Seen(profile, received_at.astimezone(UTC))
    try:
        decoded = known.decoder.decode(without_nul(body))
    except msgspec.ValidationError as error:
        raise Malformed(f"{clip(topic)}: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed(f"{clip(topic)}: the body is not JSON") from None
    return Reading(known.make(decoded, seen), tuple(dict.fromkeys(seen.unknown)))


def _topic(shape: type, make: Callable[[Any, Seen], Record | Records]) -> Topic:
    def records(body: Any, seen: Seen) -> Records:
        made = make(body, seen)
        return made if isinstance(made, tuple) else (made,)

    return Topic(msgspec.json.Decoder(shape), records)


def _gone(kind: Kind) -> Callable[[shapes.Named, Seen], Record]:
    return lambda body, seen: GoneRecord(kind, people.number(body.admin_graphql_api_id, body.id), seen.at)


def _gone_checkout(body: shapes.Named, seen: Seen) -> Record:
    """Shopify tells the number here and no token, though all other bodies tell the token and no number."""
    return GoneRecord(Kind.CHECKOUT, body.token or people.number(None, body.id), seen.at)


def _news(news: StoreNews) -> Topic:
    return _topic(shapes.Store, lambda _body, _seen: StoreRecord(news))


_CUSTOMER = _topic(shapes.Customer, lambda body, seen: people.customer(body, seen.unknown))
_ORDER = _topic(shapes.Order, lambda body, seen: sales.order(body, seen.unknown))
_PAID = _topic(shapes.Order, lambda body, seen: sales.order(body, seen.unknown, was_just_paid=True))
_PARCEL = _topic(shapes.Fulfillment, lambda body, _seen: sales.parcel(body))
_CHECKOUT = _topic(shapes.Checkout, lambda body, _seen: sales.checkout(body))
_PRODUCT = _topic(shapes.Product, lambda body, seen: things.product(body, seen.profile, unknown=seen.unknown))
_HINT = _topic(shapes.Hint, lambda body, _seen: people.hint(body))


def _privacy(topic: str) -> Topic:
    return _topic(shapes.Privacy, lambda body, _seen: people.privacy(topic, body))


TOPICS: dict[str, Topic] = {
    "app/scopes_update": _topic(shapes.Scopes, lambda body, _seen: things.scopes(body)),
    "app/uninstalled": _news(StoreNews.UNINSTALLED),
    "bulk_operations/finish": _topic(shapes.Bulk, lambda body, _seen: things.bulk(body)),
    "checkouts/create": _CHECKOUT,
    "checkouts/delete": _topic(shapes.Named, _gone_checkout),
    "checkouts/update": _CHECKOUT,
    "customer.tags_added": _HINT,
    "customer.tags_removed": _HINT,
    "customers/create": _CUSTOMER,
    "customers/data_request": _privacy("customers/data_request"),
    "customers/delete": _topic(shapes.Named, _gone(Kind.CUSTOMER)),
    "customers/merge": _topic(shapes.Merge, lambda body, seen: people.merge(body, seen.unknown, at=seen.at)),
    "customers/purchasing_summary": _HINT,
    "customers/redact": _privacy("customers/redact"),
    "customers/update": _CUSTOMER,
    "customers_email_marketing_consent/update": _topic(
        shapes.EmailConsent, lambda body, seen: people.email_consent(body, seen.unknown)
    ),
    "customers_marketing_consent/update": _topic(
        shapes.SmsConsent, lambda body, seen: people.sms_consent(body, seen.unknown)
    ),
    "customers_whats_app_marketing_consent/update": _topic(
        shapes.WhatsAppConsent, lambda body, seen: people.whatsapp_consent(body, seen.unknown)
    ),
    "fulfillment_events/create": _topic(shapes.FulfillmentEvent, lambda body, _seen: sales.parcel_event(body)),
    "fulfillments/create": _PARCEL,
    "fulfillments/update": _PARCEL,
    "orders/cancelled": _ORDER,
    "orders/create": _ORDER,
    "orders/delete": _topic(shapes.Named, _gone(Kind.ORDER)),
    "orders/edited": _topic(shapes.Edited, lambda body, _seen: sales.look_at_order(body)),
    "orders/fulfilled": _ORDER,
    "orders/paid": _PAID,
    "orders/updated": _ORDER,
    "products/create": _PRODUCT,
    "products/delete": _topic(shapes.Named, _gone(Kind.PRODUCT)),
    "products/update": _PRODUCT,
    "refunds/create": _topic(shapes.Refund, lambda body, seen: sales.refund(body, seen.profile.currency)),
    # Not Shopify's: a page of the storefront told it by the app proxy.
    "storefront/interest": _topic(shapes.Interest, lambda body, _seen: things.interest(body)),
    "shop/redact": _privacy("shop/redact"),
    "shop/update": _news(StoreNews.PROFILE_CHANGED),
}
