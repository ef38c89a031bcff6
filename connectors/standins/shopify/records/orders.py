"""Who buys in a stand-in store, and what became of it. Amounts are integers in minor units of the one currency."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from connectors.standins.shopify.records.base import Address, Consent, Record
from connectors.standins.shopify.records.products import Variant


@dataclass(slots=True, eq=False, kw_only=True)
class Customer(Record):
    """A person the store knows, with an account or without."""

    typename: ClassVar[str] = "Customer"
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    locale: str = "en"
    state: str = "DISABLED"
    verified_email: bool = True
    note: str | None = None
    addresses: list[Address] = field(default_factory=list)
    email_consent: Consent = field(default_factory=Consent)
    sms_consent: Consent = field(default_factory=Consent)
    orders: "list[Order]" = field(default_factory=list)

    @property
    def counted(self) -> "list[Order]":
        """The orders that the lifetime numbers count: neither tests nor cancelled."""
        return [one for one in self.orders if not one.test and one.cancelled_at is None]

    @property
    def spent(self) -> int:
        """Lifetime spending in minor units, refunds taken off."""
        return sum(one.current_total for one in self.counted)

    @property
    def last_order(self) -> "Order | None":
        """The newest order, cancelled or not."""
        return max(self.orders, key=lambda one: (one.processed_at, one.id), default=None)


@dataclass(slots=True, eq=False, kw_only=True)
class LineItem:
    """One line of an order, as it was when it was bought."""

    typename: ClassVar[str] = "LineItem"
    id: int
    order: "Order"
    variant: Variant | None
    title: str
    sku: str | None
    price: int
    quantity: int
    refunded: int = 0
    fulfilled: int = 0
    discount: int = 0

    @property
    def total(self) -> int:
        """What the line came to before anything was taken back."""
        return self.price * self.quantity - self.discount

    @property
    def current_quantity(self) -> int:
        """What is left of it after refunds."""
        return self.quantity - self.refunded


@dataclass(slots=True, eq=False, kw_only=True)
class Transaction(Record):
    """One movement of money on an order: SALE or REFUND."""

    typename: ClassVar[str] = "OrderTransaction"
    order: "Order"
    kind: str
    amount: int
    parent: "Transaction | None" = None


@dataclass(slots=True, eq=False, kw_only=True)
class RefundLine:
    """How many of one line were taken back, and for how much."""

    typename: ClassVar[str] = "RefundLineItem"
    id: int
    line: LineItem
    quantity: int
    amount: int


@dataclass(slots=True, eq=False, kw_only=True)
class Refund(Record):
    """Money given back; it may name lines or be an amount alone."""

    typename: ClassVar[str] = "Refund"
    order: "Order"
    amount: int
    note: str | None = None
    lines: list[RefundLine] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class FulfillmentEvent(Record):
    """A carrier's news about a parcel."""

    typename: ClassVar[str] = "FulfillmentEvent"
    fulfillment: "Fulfillment"
    status: str
    message: str | None = None


@dataclass(slots=True, eq=False, kw_only=True)
class Fulfillment(Record):
    """One parcel."""

    typename: ClassVar[str] = "Fulfillment"
    order: "Order"
    number: int
    quantities: dict[LineItem, int]
    tracking_number: str | None = None
    status: str = "SUCCESS"
    events: list[FulfillmentEvent] = field(default_factory=list)
    estimated_delivery_at: datetime | None = None

    def reached(self, status: str) -> datetime | None:
        """When the carrier first said `status`, None if never."""
        return min((one.created_at for one in self.events if one.status == status), default=None)


@dataclass(slots=True, eq=False, kw_only=True)
class Order(Record):
    """One order. `processed_at` is when it was really placed, `created_at` when this store got to know it."""

    typename: ClassVar[str] = "Order"
    number: int = 0
    processed_at: datetime
    customer: Customer | None = None
    email: str | None = None
    phone: str | None = None
    lines: list[LineItem] = field(default_factory=list)
    shipping_price: int = 0
    discount_codes: list[str] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    closed_at: datetime | None = None
    test: bool = False
    source_name: str = "web"
    cart_token: str | None = None
    checkout_token: str | None = None
    accepts_marketing: bool = False
    locale: str = "en"
    shipping_address: Address | None = None
    note: str | None = None

    @property
    def name(self) -> str:
        """What people call it, e.g. #1001."""
        return f"#{self.number}"

    @property
    def subtotal(self) -> int:
        """All lines, discounts taken off, shipping not counted."""
        return sum(one.total for one in self.lines)

    @property
    def discounts(self) -> int:
        """What discount codes took off."""
        return sum(one.discount for one in self.lines)

    @property
    def total(self) -> int:
        """What was to pay when it was placed."""
        return self.subtotal + self.shipping_price

    @property
    def refunded(self) -> int:
        """What was paid back so far."""
        return sum(one.amount for one in self.refunds)

    @property
    def current_total(self) -> int:
        """What is left of the total after refunds."""
        return max(0, self.total - self.refunded)

    @property
    def financial_status(self) -> str:
        """PAID, PARTIALLY_REFUNDED, REFUNDED, or VOIDED when it was cancelled before money moved back."""
        if self.refunded:
            return "REFUNDED" if self.refunded >= self.total else "PARTIALLY_REFUNDED"
        return "VOIDED" if self.cancelled_at else "PAID"

    @property
    def fulfillment_status(self) -> str:
        """UNFULFILLED, PARTIALLY_FULFILLED or FULFILLED."""
        if not any(one.fulfilled for one in self.lines):
            return "UNFULFILLED"
        rest = any(one.fulfilled < one.quantity for one in self.lines)
        return "PARTIALLY_FULFILLED" if rest else "FULFILLED"


@dataclass(slots=True, eq=False, kw_only=True)
class CheckoutLine:
    """One line of a checkout."""

    typename: ClassVar[str] = "AbandonedCheckoutLineItem"
    id: int
    variant: Variant
    quantity: int

    @property
    def total(self) -> int:
        """What the line comes to."""
        return self.variant.price * self.quantity


@dataclass(slots=True, eq=False, kw_only=True)
class Checkout(Record):
    """A basket on its way to the till; without `completed_at` it was left behind."""

    typename: ClassVar[str] = "AbandonedCheckout"
    token: str
    cart_token: str
    recovery_key: str
    email: str | None = None
    phone: str | None = None
    customer: Customer | None = None
    lines: list[CheckoutLine] = field(default_factory=list)
    completed_at: datetime | None = None
    accepts_marketing: bool = False
    shipping_address: Address | None = None

    @property
    def total(self) -> int:
        """What all lines come to."""
        return sum(one.total for one in self.lines)
