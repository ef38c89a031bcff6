"""What only our companion plugin tells: carts, looks and wishes, and that it was switched off.

These ride WooCommerce's own webhooks, with its queue and signature; the plugin names the resources and fills the bodies.
"""

from datetime import datetime
from typing import Literal

import msgspec

from connectors.errors import Malformed
from connectors.money import minor
from connectors.records import (
    CheckoutRecord,
    CustomerRecord,
    InterestRecord,
    LineRecord,
    Reading,
    StoreNews,
    StoreRecord,
)
from connectors.stores.woocommerce.read.shapes import (
    Amount,
    Frame,
    Id,
    MaybeId,
    decode,
    email,
    link,
    moment,
    text,
    title,
)

MOST_LINES = 100


class _Item(msgspec.Struct):
    product_id: Id
    name: str = ""
    quantity: int | float = 1
    price: Amount = "0"
    variation_id: MaybeId = 0


class _Cart(msgspec.Struct):
    """A cart has one id from its first item until it is empty; an empty one was bought or given up."""

    id: str
    started_at: str
    updated_at: str
    customer_id: MaybeId = 0
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    currency: str = ""
    total: Amount = "0"
    url: str = ""
    items: list[_Item] = []


class _Interest(msgspec.Struct):
    product_id: Id
    kind: Literal["looked", "asked"]
    at: str
    customer_id: MaybeId = 0
    email: str = ""


_CART = msgspec.json.Decoder(_Cart)
_INTEREST = msgspec.json.Decoder(_Interest)


def read_cart(body: bytes | msgspec.Raw, frame: Frame) -> Reading:
    """A cart as a checkout that may be left. Raises Malformed."""
    found = decode(body, _CART)
    name, changed = text(found.id), _told_at(found.updated_at, frame)
    if name is None or len(name) > 60:
        raise Malformed("a cart without an id of its own")
    currency = found.currency or frame.currency
    record = CheckoutRecord(
        external_id=f"cart-{name}",
        started_at=min(_told_at(found.started_at, frame), changed),
        updated_at=changed,
        currency=currency,
        total=minor(found.total, currency),
        buyer=_buyer(found),
        url=link(found.url),
        completed_at=None if found.items else changed,
        lines=tuple(_line(one, currency) for one in found.items[:MOST_LINES]),
    )
    return Reading((record,))


def _line(item: _Item, currency: str) -> LineRecord:
    return LineRecord(
        title=title(item.name) or "",
        quantity=max(1, int(item.quantity)),
        price=minor(item.price, currency),
        product_external_id=str(item.product_id),
        variant_external_id=str(item.variation_id) if item.variation_id else None,
    )


def _buyer(found: _Cart) -> CustomerRecord | None:
    """Who typed an address into the checkout, or is signed in; weak knowledge, as a buyer of an order."""
    address = email(found.email)
    if not found.customer_id and address is None:
        return None
    return CustomerRecord(
        external_id=str(found.customer_id) if found.customer_id else None,
        email=address,
        first_name=text(found.first_name),
        last_name=text(found.last_name),
    )


def read_interest(body: bytes | msgspec.Raw, frame: Frame) -> Reading:
    """A look at a product, or the wish to be told of it. Raises Malformed."""
    found = decode(body, _INTEREST)
    record = InterestRecord(
        product_external_id=str(found.product_id),
        at=_told_at(found.at, frame),
        is_wish=found.kind == "asked",
        customer_external_id=str(found.customer_id) if found.customer_id else None,
        email=email(found.email),
    )
    return Reading((record,) if record.customer_external_id or record.email else ())


def read_goodbye(_body: bytes | msgspec.Raw, _frame: Frame) -> Reading:
    """The merchant switched the plugin off: the one sign of an uninstall that WooCommerce can give."""
    return Reading((StoreRecord(StoreNews.UNINSTALLED),))


def _told_at(value: str, frame: Frame) -> datetime:
    """When it happened, by the store's clock; what is said to be still to come happened now."""
    at = moment(value)
    if at is None:
        raise Malformed("something without a time")
    return min(at, frame.at)
