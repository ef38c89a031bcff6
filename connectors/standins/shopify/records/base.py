"""What every record of a stand-in store is made of: numbers, times, metafields, addresses, consent."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar, Protocol


@dataclass(slots=True, eq=False, kw_only=True)
class Record:
    """Anything with a number and a time of its own; merchants may put tags and metafields on many of them."""

    typename: ClassVar[str] = "Node"
    id: int
    created_at: datetime
    updated_at: datetime
    tags: list[str] = field(default_factory=list)
    metafields: "dict[tuple[str, str], Metafield]" = field(default_factory=dict)


@dataclass(slots=True, eq=False, kw_only=True)
class Metafield(Record):
    """A merchant's own field on a customer, an order or a product."""

    typename: ClassVar[str] = "Metafield"
    owner: Record
    namespace: str
    key: str
    type: str
    value: str


@dataclass(slots=True, eq=False, kw_only=True)
class Address:
    """A postal address; the country is both a name and its ISO code."""

    typename: ClassVar[str] = "MailingAddress"
    id: int
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country: str | None = None
    country_code: str | None = None
    phone: str | None = None

    @property
    def name(self) -> str | None:
        """First and last name in one, None without either."""
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None


@dataclass(slots=True, eq=False, kw_only=True)
class Consent:
    """What a customer allowed on one channel; words as GraphQL writes them, the webhooks write them small."""

    state: str = "NOT_SUBSCRIBED"
    opt_in_level: str | None = None
    updated_at: datetime | None = None
    collected_from: str = "SHOPIFY"


class Named(Protocol):
    """What has a number and a type's name."""

    typename: ClassVar[str]
    id: int


def gid(record: Named) -> str:
    """The id as GraphQL says it, e.g. gid://shopify/Order/5."""
    return f"gid://shopify/{record.typename}/{record.id}"
