"""Orders and what hangs on them, checkouts, products, reviews."""

from dataclasses import field
from datetime import datetime

from connectors.records.people import CustomerRecord
from connectors.records.words import OrderStatus, Origin
from connectors.values import value


@value
class LineRecord:
    """One line of an order. `price` is the price of one unit in minor units, before order-level discounts."""

    title: str
    quantity: int
    price: int
    product_external_id: str | None = None
    variant_external_id: str | None = None
    sku: str | None = None


@value
class OrderRecord:
    """An order as its store shows it now. `raw_status` keeps their word; `refunded` is the sum so far in minor units.

    `checkout_keys` are all tokens under which a checkout of ours may know this order (checkout token, cart token).
    """

    external_id: str
    number: str
    placed_at: datetime
    updated_at: datetime
    currency: str
    total: int
    status: OrderStatus
    raw_status: str
    buyer: CustomerRecord | None = None
    lines: tuple[LineRecord, ...] | None = None
    refunded: int | None = None
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    origin: Origin = Origin.STOREFRONT
    is_test: bool = False
    country: str | None = None
    region: str | None = None
    checkout_keys: tuple[str, ...] = ()
    discount_codes: tuple[str, ...] = ()


@value
class RefundRecord:
    external_id: str
    order_external_id: str
    at: datetime
    amount: int
    currency: str
    reason: str | None = None


@value
class FulfillmentRecord:
    """One parcel. `delivered_at` is the carrier's word; where a platform has no parcels, the completed order is one.

    `picked_up_at` is when the carrier first moved it, `scanned_at` when it was last seen on its way, as far as this says.
    """

    external_id: str
    order_external_id: str
    updated_at: datetime
    status: str
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    promised_at: datetime | None = None
    picked_up_at: datetime | None = None
    scanned_at: datetime | None = None


@value
class CheckoutRecord:
    """A checkout that may be left. `completed_at` None means still open."""

    external_id: str
    started_at: datetime
    updated_at: datetime
    currency: str
    total: int
    buyer: CustomerRecord | None = None
    url: str | None = None
    completed_at: datetime | None = None
    lines: tuple[LineRecord, ...] = ()


@value
class ProductRecord:
    """A product on the shelf. `price` is its cheapest variant's; `is_available` is whether a shopper can buy it today, so that
    it is shown and in stock."""

    external_id: str
    title: str
    updated_at: datetime
    url: str | None = None
    image_url: str | None = None
    price: int | None = None
    currency: str | None = None
    is_available: bool = True
    tags: tuple[str, ...] = ()


@value
class InterestRecord:
    """One person looked at a product, or with `is_wish` asked to be told when it can be had. Who it was is named by the
    platform's id, else by address; of somebody whom the house does not know nothing is kept."""

    product_external_id: str
    at: datetime
    is_wish: bool = False
    customer_external_id: str | None = None
    email: str | None = field(default=None, repr=False)


@value
class ReviewRecord:
    """A product review. The words of the review stay with the platform."""

    external_id: str
    product_external_id: str
    at: datetime
    rating: int | None = None
    email: str | None = None
