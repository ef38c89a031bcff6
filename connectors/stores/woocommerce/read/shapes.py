"""What WooCommerce's payloads look like, as far as we read them; everything else in them is skipped unread."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, TypeVar

import msgspec

from connectors.errors import Malformed

Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
MaybeId = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Amount = str | int | float

LONGEST_TEXT = 500
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+")


class Meta(msgspec.Struct):
    """One row of meta data; plugins put anything there."""

    key: str = ""
    value: object = None


class Place(msgspec.Struct):
    """The billing or shipping block."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    country: str = ""
    state: str = ""


class Line(msgspec.Struct):
    name: str
    quantity: int | float
    product_id: MaybeId = 0
    variation_id: MaybeId = 0
    subtotal: Amount = "0"
    subtotal_tax: Amount = "0"
    price: Amount = "0"
    sku: str | None = None


class Coupon(msgspec.Struct):
    code: str


class Refund(msgspec.Struct):
    """A refund as its order shows it: a negative total, no time."""

    id: Id
    total: Amount
    reason: str | None = None


class Order(msgspec.Struct):
    id: Id
    status: str
    currency: str
    total: Amount
    billing: Place
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    date_paid_gmt: str | None = None
    date_completed_gmt: str | None = None
    number: str | int = ""
    customer_id: MaybeId = 0
    created_via: str = ""
    prices_include_tax: bool = False
    needs_payment: bool = False
    payment_url: str = ""
    shipping: Place | None = None
    line_items: list[Line] = []
    coupon_lines: list[Coupon] = []
    refunds: list[Refund] = []
    meta_data: list[Meta] = []


class Customer(msgspec.Struct):
    id: Id
    email: str
    first_name: str = ""
    last_name: str = ""
    role: str = ""
    billing: Place | None = None
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    meta_data: list[Meta] = []


class Named(msgspec.Struct):
    name: str = ""


class Image(msgspec.Struct):
    src: str | None = None


class Product(msgspec.Struct):
    id: Id
    name: str
    type: str = "simple"
    status: str = "publish"
    parent_id: MaybeId = 0
    permalink: str = ""
    price: Amount = ""
    purchasable: bool = True
    stock_status: str = "instock"
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    tags: list[Named] = []
    images: list[Image] = []


class Review(msgspec.Struct):
    id: Id
    product_id: MaybeId
    date_created_gmt: str
    status: str = ""
    rating: int | None = None
    reviewer_email: str = ""


class OnlyId(msgspec.Struct):
    """All that a `deleted` webhook says."""

    id: Id


class Action(msgspec.Struct):
    """All that an `action.…` webhook says: the hook and its first argument."""

    arg: Id


@dataclass(frozen=True, slots=True)
class Frame:
    """What a payload does not say itself: the store's currency, when it came, and, where asked for, when refunds were made."""

    currency: str
    at: datetime
    refunded_at: Mapping[int, datetime] = field(default_factory=dict)


Shape = TypeVar("Shape")


def decode(body: bytes | msgspec.Raw, shape: msgspec.json.Decoder[Shape]) -> Shape:
    """`body` as that shape. Raises Malformed, which names the place in the payload and never its value."""
    try:
        return shape.decode(body)
    except msgspec.ValidationError as error:
        raise Malformed(_CONTROL.sub(" ", str(error))[:200]) from None
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON") from None


def moment(value: str | None) -> datetime | None:
    """A `…_gmt` time as aware UTC. Raises Malformed for what is no time, or none of this era."""
    if not value:
        return None
    try:
        read = datetime.fromisoformat(value)
        at = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Malformed("not a time") from None
    if not EARLIEST <= at < LATEST:
        raise Malformed("a time out of this era")
    return at


def text(value: str | None) -> str | None:
    """A value to keep: no control characters, no blanks around it, bounded; None where nothing is left."""
    if not value:
        return None
    return _CONTROL.sub(" ", value).strip()[:LONGEST_TEXT] or None


def title(value: str | None) -> str | None:
    """A name that WordPress keeps as HTML text ("Tom &amp; Jerry"), as plain text."""
    return text(html.unescape(value)) if value else None


def email(value: str) -> str | None:
    """An address in lower case, as people are found by it; None where it is empty or none."""
    bare = value.strip().lower()
    return bare if len(bare) <= 254 and _EMAIL.fullmatch(bare) else None


def link(value: str | None) -> str | None:
    """A web address that is safe to put into a message; None for any other scheme."""
    bare = text(value)
    return bare if bare and bare == value and bare.startswith(("https://", "http://")) else None


def strange(name: str, value: str) -> str:
    """A value of theirs that we do not know, for counting; bounded, because they may write anything."""
    return f"{name}={_CONTROL.sub(' ', value)[:60]}"
