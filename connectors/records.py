"""What crosses the wall inwards, in our words: one frozen value per thing that a store tells us.

Every time is aware UTC. Every amount is an integer in minor units of the currency beside it. `None` means "the payload did
not say", never "empty": what we already know is then left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Medium(StrEnum):
    """How a person can be reached; consent is kept per medium."""

    EMAIL = "email"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    PUSH = "push"


class ConsentState(StrEnum):
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    PENDING = "pending"
    NEVER = "never"
    INVALID = "invalid"
    UNKNOWN = "unknown"


class OrderStatus(StrEnum):
    """Where an order stands. `draft` is a checkout that is not an order yet; `open` is placed and not paid."""

    DRAFT = "draft"
    OPEN = "open"
    PAID = "paid"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Who made an order. Only what a shopper or a till made may start a workflow."""

    STOREFRONT = "storefront"
    POINT_OF_SALE = "point_of_sale"
    SUBSCRIPTION = "subscription"
    STAFF = "staff"
    API = "api"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """The nouns that a record may speak of by their external id."""

    CUSTOMER = "customer"
    ORDER = "order"
    PRODUCT = "product"
    CHECKOUT = "checkout"
    REFUND = "refund"
    FULFILLMENT = "fulfillment"


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """What a store says of itself. `zone` is an IANA name; `locale` a BCP 47 tag."""

    name: str
    currency: str
    zone: str
    country: str | None = None
    locale: str = "en"
    email: str | None = None
    url: str | None = None
    postal_address: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """One answer of one person for one medium, with its own time; found by external id, else by address."""

    medium: Medium
    state: ConsentState
    at: datetime
    source: str
    customer_external_id: str | None = None
    address: str | None = None
    opt_in_level: str | None = None
    wording: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer or, with `external_id` None, a guest known only by an address.

    `updated_at` None marks weak knowledge (a buyer inside an order): it fills blanks and overwrites nothing.
    `email_verified` False keeps a guest with the same address apart; None means that the platform does not say.
    """

    external_id: str | None
    email: str | None = None
    email_verified: bool | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    locale: str | None = None
    country: str | None = None
    region: str | None = None
    birthday: date | None = None
    birthday_has_year: bool = True
    tags: tuple[str, ...] | None = None
    is_staff: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None
    consents: tuple[ConsentRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class LineRecord:
    """One line of an order. `price` is the price of one unit in minor units, before order-level discounts."""

    title: str
    quantity: int
    price: int
    product_external_id: str | None = None
    variant_external_id: str | None = None
    sku: str | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class RefundRecord:
    external_id: str
    order_external_id: str
    at: datetime
    amount: int
    currency: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class FulfillmentRecord:
    """One parcel. `delivered_at` is the carrier's word; where a platform has no parcels, the completed order is one."""

    external_id: str
    order_external_id: str
    updated_at: datetime
    status: str
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    promised_at: datetime | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class ProductRecord:
    external_id: str
    title: str
    updated_at: datetime
    url: str | None = None
    image_url: str | None = None
    price: int | None = None
    currency: str | None = None
    is_available: bool = True
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """A product review. The words of the review stay with the platform."""

    external_id: str
    product_external_id: str
    at: datetime
    rating: int | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class GoneRecord:
    """Something was deleted on the platform, and this is certain."""

    kind: Kind
    external_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The payload only hints at a change: the object has to be read from the store before anything is believed."""

    kind: Kind
    external_id: str


@dataclass(frozen=True, slots=True)
class MergeRecord:
    """Two customers of the platform became one: `gone_external_id` went into `kept_external_id`."""

    kept_external_id: str
    gone_external_id: str
    at: datetime


class PrivacyDemand(StrEnum):
    EXPORT = "export"
    ERASE_CUSTOMER = "erase_customer"
    ERASE_STORE = "erase_store"


@dataclass(frozen=True, slots=True)
class PrivacyRecord:
    """A person's or a store's right, claimed through the platform; `due` in days is the platform's deadline."""

    demand: PrivacyDemand
    due_days: int = 30
    customer_external_id: str | None = None
    email: str | None = None
    phone: str | None = None
    order_external_ids: tuple[str, ...] = ()
    reference: str | None = None


class StoreNews(StrEnum):
    """What may happen to a store as a whole."""

    UNINSTALLED = "uninstalled"
    SCOPES_CHANGED = "scopes_changed"
    PROFILE_CHANGED = "profile_changed"
    RECONNECT_NEEDED = "reconnect_needed"
    BULK_FINISHED = "bulk_finished"


@dataclass(frozen=True, slots=True)
class StoreRecord:
    news: StoreNews
    detail: Mapping[str, str] = field(default_factory=dict)


Record = (
    CustomerRecord
    | ConsentRecord
    | OrderRecord
    | RefundRecord
    | FulfillmentRecord
    | CheckoutRecord
    | ProductRecord
    | ReviewRecord
    | GoneRecord
    | LookAgain
    | MergeRecord
    | PrivacyRecord
    | StoreRecord
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one payload says. `unknown` lists values of theirs that we do not know, as "order.status=frozen", for counting."""

    records: tuple[Record, ...]
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a store's history or changes, in one go small enough for one transaction (at most 2,000 records).

    `cursor` is plain JSON: handing it back resumes right after this page, in another process too. `wait_seconds` asks
    to be called again only later (a bulk operation still runs). `done` and `total` count things for the progress bar;
    `total` None means not known yet. `is_last` ends the run.
    """

    records: tuple[Record, ...]
    cursor: Mapping[str, object]
    done: int
    total: int | None = None
    wait_seconds: float | None = None
    is_last: bool = False
    unknown: tuple[str, ...] = ()
    phase: str = ""
