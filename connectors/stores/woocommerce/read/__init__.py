"""Payloads of webhooks and of REST, which are the same, in our words. Pure: no call is made here."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from connectors.errors import Malformed
from connectors.records import GoneRecord, Kind, LookAgain, Reading, StoreNews, StoreProfile, StoreRecord
from connectors.stores.woocommerce.client import Failure, failure
from connectors.stores.woocommerce.read.catalogue import PRODUCT, REVIEW, product, review
from connectors.stores.woocommerce.read.companion import read_cart, read_goodbye, read_interest
from connectors.stores.woocommerce.read.orders import ORDER, order
from connectors.stores.woocommerce.read.people import CUSTOMER, customer
from connectors.stores.woocommerce.read.shapes import Action, Frame, OnlyId, decode, text

__all__ = [
    "COMPANION",
    "READERS",
    "Frame",
    "Reader",
    "read",
    "read_customer",
    "read_gone",
    "read_order",
    "read_product",
    "read_review",
]

Body = bytes | msgspec.Raw
# One object of REST or of a webhook, read. Raises Malformed.
Reader = Callable[[Body, Frame], Reading]

_ONLY_ID = msgspec.json.Decoder(OnlyId)
_ACTION = msgspec.json.Decoder(Action)


def read_order(body: Body, frame: Frame) -> Reading:
    return order(decode(body, ORDER), frame)


def read_customer(body: Body, frame: Frame) -> Reading:
    return customer(decode(body, CUSTOMER), frame)


def read_product(body: Body, frame: Frame) -> Reading:
    return product(decode(body, PRODUCT), frame)


def read_review(body: Body, frame: Frame) -> Reading:
    """There is no webhook for reviews; they come from REST alone."""
    return review(decode(body, REVIEW), frame)


def read_gone(kind: Kind) -> Reader:
    """A row of the trash: of the thing no more than its id is kept."""

    def reader(body: Body, frame: Frame) -> Reading:
        return Reading((GoneRecord(kind, str(decode(body, _ONLY_ID).id), frame.at),))

    return reader


def _doubted(kind: Kind) -> Reader:
    """`deleted` is only a hint: trashing any post sends one with that post's id, and a trashed order may be back by now."""

    def reader(body: Body, _frame: Frame) -> Reading:
        return Reading((LookAgain(kind, str(decode(body, _ONLY_ID).id)),))

    return reader


def _hook(body: Body, _frame: Frame) -> Reading:
    """woocommerce_delete_order: an order was deleted for good, or so its first argument says."""
    return Reading((LookAgain(Kind.ORDER, str(decode(body, _ACTION).arg)),))


# These are told by our companion plugin alone: a store without it refuses a webhook for them.
COMPANION: dict[str, Reader] = {
    "perennial_cart.updated": read_cart,
    "perennial_interest.created": read_interest,
    "perennial_store.deleted": read_goodbye,
}

READERS: dict[str, Reader] = {
    **COMPANION,
    "order.created": read_order,
    "order.updated": read_order,
    "order.restored": read_order,
    "order.deleted": _doubted(Kind.ORDER),
    "action.woocommerce_delete_order": _hook,
    "customer.created": read_customer,
    "customer.updated": read_customer,
    "customer.deleted": _doubted(Kind.CUSTOMER),
    "product.created": read_product,
    "product.updated": read_product,
    "product.restored": read_product,
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
        return reader(body, Frame(profile.currency, received_at))
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
