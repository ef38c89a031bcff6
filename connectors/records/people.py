"""What a store says of itself, of its customers, and of what they answered."""

from dataclasses import dataclass
from datetime import date, datetime

from connectors.records.words import ConsentState, Medium
from connectors.values import value


@dataclass(frozen=True, slots=True)
class StoreProfile:
    """What a store says of itself. `zone` is an IANA name; `locale` a BCP 47 tag; `unknown` what could not be understood."""

    name: str
    currency: str
    zone: str
    country: str | None = None
    locale: str = "en"
    email: str | None = None
    url: str | None = None
    postal_address: str | None = None
    unknown: tuple[str, ...] = ()


@value
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


@value
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
