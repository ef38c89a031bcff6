"""What a workflow may know about a person and its subject when a step falls due; the house reads it, workflows ask it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One bought line. `price` is per unit in minor units of the order's currency."""

    title: str
    quantity: int
    price: int
    product: str | None = None
    url: str | None = None
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order that counts or once counted. `total` in minor units; `is_first` among this person's orders that count."""

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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Facts:
    """What a workflow may know when a step falls due: read once, on that day.

    `at` is when the news happened that the enrollment is about; `order` is the enrollment's subject where that is an
    order; `orders_since` counts the person's orders that count, placed after `at` (the subject itself never counts).
    """

    now: datetime
    at: datetime
    customer: CustomerFacts
    is_subscribed: bool
    orders_since: int
    order: OrderFacts | None = None
    has_reviewed: bool = False
