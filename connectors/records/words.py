"""The words that records use: each list closed, with `unknown` for what we do not know."""

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
