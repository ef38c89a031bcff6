"""What the actions of a stand-in store may be asked for, as keyword arguments."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypedDict

from connectors.standins.shopify.records import Checkout, Product, Variant

# What to put into a basket: a product, or its variant, or either with a number.
Wanted = Product | Variant | tuple[Product | Variant, int]


class CustomerWants(TypedDict, total=False):
    """A customer to be. `birthday` is YYYY-MM-DD; `address` has the fields of records.Address."""

    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    locale: str
    accepts_marketing: bool
    consent: str
    birthday: str
    tags: Sequence[str]
    note: str
    state: str
    address: Mapping[str, str]


class BasketWants(TypedDict, total=False):
    """A basket with contact details; without `email` it is anonymous."""

    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    items: Sequence[Wanted]
    accepts_marketing: bool
    address: Mapping[str, str]
    cart_token: str


class OrderWants(BasketWants, total=False):
    """An order to place. `at` is when it was really placed; `guest` keeps it without any customer (a till in a shop)."""

    at: datetime | None
    checkout: Checkout | None
    discount_code: str | None
    shipping: int
    test: bool
    guest: bool
    source: str
    tags: Sequence[str]
    note: str
