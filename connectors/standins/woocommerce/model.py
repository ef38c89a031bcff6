"""What the stand-in store keeps: users, orders, products, coupons, reviews, keys and webhooks; all amounts in minor units."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

# What JSON can hold. The payloads are a foreign platform's, so their values stay as loose as they are there.
Json = dict[str, Any]

ADDRESS = ("first_name", "last_name", "company", "address_1", "address_2", "city", "postcode", "country", "state")


class Role(StrEnum):
    """Who a user is; only the first two may manage the store."""

    ADMINISTRATOR = "administrator"
    SHOP_MANAGER = "shop_manager"
    CUSTOMER = "customer"
    SUBSCRIBER = "subscriber"


MANAGERS = frozenset({Role.ADMINISTRATOR, Role.SHOP_MANAGER})


class Status(StrEnum):
    """The words for where an order stands."""

    PENDING = "pending"
    PROCESSING = "processing"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    FAILED = "failed"
    DRAFT = "checkout-draft"
    TRASH = "trash"


STATUS_NAMES = {
    Status.PENDING: "Pending payment",
    Status.PROCESSING: "Processing",
    Status.ON_HOLD: "On hold",
    Status.COMPLETED: "Completed",
    Status.CANCELLED: "Cancelled",
    Status.REFUNDED: "Refunded",
    Status.FAILED: "Failed",
    Status.DRAFT: "Draft",
    Status.TRASH: "Trash",
}


@dataclass(slots=True)
class Meta:
    """One row of a meta table; the value may be any JSON."""

    id: int
    key: str
    value: Any


@dataclass(slots=True)
class User:
    """A WordPress user: staff or customer."""

    id: int
    email: str
    username: str
    password: str
    role: Role
    created_at: datetime
    modified_at: datetime | None = None
    first_name: str = ""
    last_name: str = ""
    billing: dict[str, str] = field(default_factory=dict)
    shipping: dict[str, str] = field(default_factory=dict)
    is_paying: bool = False
    meta: list[Meta] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """One line of an order; `option` is what was chosen of a variation ("size", "250g")."""

    id: int
    product_id: int
    variation_id: int
    name: str
    sku: str
    quantity: int
    subtotal: int
    total: int
    parent_name: str | None = None
    option: tuple[str, str] | None = None
    meta_id: int = 0
    reduced_stock: bool = False


@dataclass(slots=True)
class Refund:
    """Money given back on an order."""

    id: int
    amount: int
    reason: str
    created_at: datetime
    by: int
    meta: list[Meta]


@dataclass(slots=True)
class Note:
    """A remark on an order."""

    id: int
    text: str
    created_at: datetime
    for_customer: bool = False
    author: str = "WooCommerce"


@dataclass(slots=True)
class UsedCoupon:
    """A coupon on an order and what it took off."""

    id: int
    coupon_id: int
    code: str
    discount: int


@dataclass(slots=True)
class Order:
    """An order, or with status checkout-draft a checkout that is not one yet."""

    id: int
    key: str
    status: Status
    customer_id: int
    billing: dict[str, str]
    lines: list[Line]
    created_via: str
    created_at: datetime
    modified_at: datetime
    shipping_total: int = 0
    shipping_line_id: int = 0
    paid_at: datetime | None = None
    completed_at: datetime | None = None
    payment_method: str = ""
    customer_note: str = ""
    shipping: dict[str, str] = field(default_factory=dict)
    coupons: list[UsedCoupon] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)
    before_trash: Status | None = None

    @property
    def total(self) -> int:
        """What the buyer pays; refunds do not change it."""
        return sum(line.total for line in self.lines) + self.shipping_total

    @property
    def refunded(self) -> int:
        """What was given back so far."""
        return sum(refund.amount for refund in self.refunds)


@dataclass(slots=True)
class Variation:
    """One choice of a variable product."""

    id: int
    parent_id: int
    attribute: str
    option: str
    sku: str
    price: int
    created_at: datetime
    modified_at: datetime


@dataclass(slots=True)
class Product:
    """A simple product (with a price) or a variable one (with variations)."""

    id: int
    name: str
    slug: str
    sku: str
    price: int
    created_at: datetime
    modified_at: datetime
    description: str = ""
    status: str = "publish"
    stock: int | None = None
    total_sales: int = 0
    variations: list[Variation] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)


@dataclass(slots=True)
class Review:
    """What somebody wrote about a product."""

    id: int
    product_id: int
    reviewer: str
    email: str
    text: str
    rating: int
    created_at: datetime
    status: str = "approved"


@dataclass(slots=True)
class Coupon:
    """A discount; `amount` is in minor units, or in hundredths of a percent."""

    id: int
    code: str
    amount: int
    discount_type: str
    created_at: datetime
    modified_at: datetime
    status: str = "publish"
    description: str = ""
    expires_at: datetime | None = None
    individual_use: bool = False
    usage_limit: int | None = None
    usage_limit_per_user: int | None = None
    minimum_amount: int = 0
    maximum_amount: int = 0
    free_shipping: bool = False
    email_restrictions: list[str] = field(default_factory=list)
    product_ids: list[int] = field(default_factory=list)
    used_by: list[str] = field(default_factory=list)
    meta: list[Meta] = field(default_factory=list)


@dataclass(slots=True)
class ApiKey:
    """A REST key pair; acts as its user, with scope read, write or read_write."""

    id: int
    user_id: int
    description: str
    scope: str
    key: str
    secret: str
    last_used_at: datetime | None = None


@dataclass(slots=True)
class Webhook:
    """Somebody who wants to be told about a topic."""

    id: int
    name: str
    topic: str
    delivery_url: str
    secret: str
    user_id: int
    created_at: datetime
    modified_at: datetime
    status: str = "active"
    failures: int = 0
    pending_ping: bool = True


@dataclass(frozen=True, slots=True)
class Pairing:
    """What the app told the companion plugin about itself."""

    app_url: str
    store_id: str
    secret: str
