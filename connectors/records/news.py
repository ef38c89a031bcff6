"""What happened to things and people: gone, merged, to be read again; rights claimed; news of the store as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.records.words import Kind


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
