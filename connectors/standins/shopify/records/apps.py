"""What an app makes in a stand-in store: discounts, webhook subscriptions, bulk operations."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from connectors.standins.shopify.records.base import Record
from connectors.standins.shopify.records.orders import Customer


@dataclass(slots=True, eq=False, kw_only=True)
class RedeemCode:
    """One code of a discount and how often it was used."""

    typename: ClassVar[str] = "DiscountRedeemCode"
    id: int
    code: str
    used: int = 0


@dataclass(slots=True, eq=False, kw_only=True)
class Discount(Record):
    """A code discount; `percentage` is a share of 1, `amount` minor units, one of them set. No customers is everybody."""

    typename: ClassVar[str] = "DiscountCodeNode"
    title: str = ""
    codes: list[RedeemCode] = field(default_factory=list)
    percentage: float | None = None
    amount: int | None = None
    each_item: bool = False
    starts_at: datetime
    ends_at: datetime | None = None
    customers: list[Customer] | None = None
    once_per_customer: bool = False
    usage_limit: int | None = None
    minimum_subtotal: int | None = None
    combines: dict[str, bool] = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class CodeImport(Record):
    """An asynchronous addition of many codes to one discount."""

    typename: ClassVar[str] = "DiscountRedeemCodeBulkCreation"
    discount: Discount
    codes: list[tuple[str, RedeemCode | None]] = field(default_factory=list)
    polls: int = 0


@dataclass(slots=True, eq=False, kw_only=True)
class Subscription(Record):
    """A webhook subscription made through the API; those of the app's own file are not listed."""

    typename: ClassVar[str] = "WebhookSubscription"
    topic: str
    uri: str
    format: str = "JSON"
    filter: str | None = None
    name: str | None = None
    include_fields: list[str] = field(default_factory=list)
    metafield_namespaces: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False, kw_only=True)
class BulkOperation(Record):
    """A bulk query and where its file is."""

    typename: ClassVar[str] = "BulkOperation"
    query: str
    grouped: bool = False
    status: str = "CREATED"
    error_code: str | None = None
    completed_at: datetime | None = None
    polls: int = 0
    # Who asked, with the token whose scopes the file is written under.
    context: Any = None
    path: Path | None = None
    object_count: int = 0
    root_count: int = 0
    partial: bool = False
