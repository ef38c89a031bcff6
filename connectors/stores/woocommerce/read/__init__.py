"""Payloads of webhooks and of REST, which are the same, in our words. Pure: no call is made here."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from connectors.errors import Malformed
from connectors.records import Kind, LookAgain, Reading, StoreNews, StoreProfile, StoreRecord
from connectors.stores.woocommerce.client import Failure, failure
from connectors.stores.woocommerce.read.catalogue import PRODUCT, REVIEW, product, review
from connectors.stores.woocommerce.read.orders import ORDER, order
from connectors.stores.woocommerce.read.people import CUSTOMER, customer
from connectors.stores.woocommerce.read.shapes import Action, OnlyId, decode, text

Body = bytes | msgspec.Raw

_ONLY_ID = msgspec.json.Decoder(OnlyId)
_ACTION = msgspec.json.Decoder(Action)


def read_order(body: Body, received_at: datetime, *, refunded_at: Mapping[int, datetime] | None = None) -> Reading:
    """One order of REST or a webhook. Raises Malformed."""
    return order(decode(body, ORDER), received_at, refunded_at)


def read_customer(body: Body, received_at: datetime) -> Reading:
    """One customer of REST or a webhook. Raises Malformed."""
    return customer(decode(body, CUSTOMER), received_at)


def read_product(body: Body, received_at: datetime, *, currency: str) -> Reading:
    """One product of REST or a webhook; its prices are in the store's own currency. Raises Malformed."""
    return product(decode(body, PRODUCT), received_at, currency)


def read_review(body: Body) -> Reading:
    """One review of REST; there is no webhook for reviews. Raises Malformed."""
    return review(decode(body, REVIEW))


def read_id(body: Body) -> int:
    """The id of an object of which no more is said. Raises Malformed."""
    return decode(body, _ONLY_ID).id


Reader = Callable[[bytes, StoreProfile, datetime], Reading]


def _order(body: bytes, _profile: StoreProfile, received_at: datetime) -> Reading:
    return read_order(body, received_at)


def _customer(body: bytes, _profile: StoreProfile, received_at: datetime) -> Reading:
    return read_customer(body, received_at)


def _product(body: bytes, profile: StoreProfile, received_at: datetime) -> Reading:
    return read_product(body, received_at, currency=profile.currency)


def _doubted(kind: Kind) -> Reader:
    """`deleted` is only a hint: trashing any post sends one with that post's id, and a trashed order may be back by now."""

    def reader(body: bytes, _profile: StoreProfile, _received_at: datetime) -> Reading:
        return Reading((LookAgain(kind, str(read_id(body))),))

    return reader


def _hook(body: bytes, _profile: StoreProfile, _received_at: datetime) -> Reading:
    return Reading((LookAgain(Kind.ORDER, str(decode(body, _ACTION).arg)),))


READERS: dict[str, Reader] = {
    "order.created": _order,
    "order.updated": _order,
    "order.restored": _order,
    "order.deleted": _doubted(Kind.ORDER),
    "action.woocommerce_delete_order": _hook,
    "customer.created": _customer,
    "customer.updated": _customer,
    "customer.deleted": _doubted(Kind.CUSTOMER),
    "product.created": _product,
    "product.updated": _product,
    "product.restored": _product,
    "product.deleted": _doubted(Kind.PRODUCT),
}


def read(topic: str, body: bytes, *, profile: StoreProfile, received_at: datetime) -> Reading:
    """What one delivery says. Raises Malformed, also for a topic that we do not know.

    An object that was gone before its webhook left, or that its owner may no longer see, arrives as an error object,
    correctly signed: the first is set aside, the second means that the store has to be connected again.
    """
    reader = READERS.get(topic)
    if reader is None:
        raise Malformed(f"an unknown topic: {(text(topic) or '')[:80]}")
    try:
        return reader(body, profile, received_at)
    except Malformed:
        told = failure(body)
        if told is None:
            raise
        return _told(told)


def _told(told: Failure) -> Reading:
    if told.is_forbidden:
        return Reading((StoreRecord(StoreNews.RECONNECT_NEEDED, {"code": told.word}),))
    if told.is_gone:
        raise Malformed(f"the object was gone before its webhook left ({told.word})")
    raise Malformed(f"an error instead of an object ({told.word})")


__all__ = ["READERS", "read", "read_customer", "read_id", "read_order", "read_product", "read_review"]
