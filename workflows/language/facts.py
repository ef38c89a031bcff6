"""What a workflow may know about a person and its subject when a step falls due; the house reads it, workflows ask it."""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime

from workflows.language.values import value


@value
class ItemFacts:
    """One bought line. `price` is per unit in minor units of the order's currency."""

    title: str
    quantity: int
    price: int
    product: str | None = None
    url: str | None = None
    image_url: str | None = None


@value
class OrderFacts:
    """An order that counts or once counted. `total` in minor units; `is_first` among this person's orders that count.

    `place` counts this person's orders up to this one, which is 1 for the first; `spent_before` is what they had spent before
    it, in minor units.
    """

    external_id: str
    number: str
    placed_at: datetime
    total: int
    currency: str
    counts: bool
    is_first: bool
    is_cancelled: bool
    is_refunded: bool
    has_refund: bool
    shipped_at: datetime | None
    delivered_at: datetime | None
    items: tuple[ItemFacts, ...] = ()
    place: int = 1
    spent_before: int = 0


@value
class CheckoutFacts:
    """A checkout as it is now; `is_open` is False once it was paid or is gone."""

    external_id: str
    is_open: bool
    updated_at: datetime
    total: int
    currency: str
    url: str | None = None
    items: tuple[ItemFacts, ...] = ()


@value
class ProductFacts:
    """A product as it is now, prices in minor units. `asked_price` is what it cost when this person looked or asked;
    `bought_at` when they bought it last, `wanted_at` when they last looked at it or asked for it."""

    external_id: str
    title: str
    is_available: bool
    price: int | None
    currency: str | None
    url: str | None = None
    image_url: str | None = None
    asked_price: int | None = None
    bought_at: datetime | None = None
    wanted_at: datetime | None = None


@value
class ParcelFacts:
    """A parcel as it is now; `is_late`, of an order that still stands, and `days_late` by the house's own reckoning."""

    external_id: str
    is_late: bool
    days_late: int
    is_delivered: bool


@value
class CustomerFacts:
    """The person. `orders` and `spent` (minor units) count only orders that count; `spent` is in the store's currency."""

    first_name: str | None
    last_name: str | None
    locale: str | None
    country: str | None
    joined_at: datetime | None
    orders: int
    spent: int
    first_order_at: datetime | None
    last_order_at: datetime | None
    birthday: tuple[int, int] | None = None


@value
class Facts:
    """What a workflow may know when a step falls due: read once, on that day.

    `at` is when the news happened that the enrollment is about, `on` its date where the person lives; `order`, `checkout`,
    `product` and `parcel` are what the enrollment is about, where it is one of these; `orders_since` counts the person's
    orders that count, placed after `at` (the subject itself never counts). `minor` is how many minor units make one of the
    store's money. `dials` holds every number as the merchant turned it. `code` is the discount code made for this message.
    `was_said` is whether this person got this step before, about something else; only where the workflow asks for it.
    """

    now: datetime
    at: datetime
    customer: CustomerFacts
    is_subscribed: bool
    orders_since: int
    order: OrderFacts | None = None
    has_reviewed: bool = False
    on: date | None = None
    checkout: CheckoutFacts | None = None
    product: ProductFacts | None = None
    parcel: ParcelFacts | None = None
    dials: Mapping[str, int] = field(default_factory=dict)
    minor: int = 100
    code: str | None = None
    was_said: bool = False
