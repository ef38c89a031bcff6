"""What crosses the wall inwards, in our words: one frozen value per thing that a store tells us.

Every time is aware UTC. Every amount is an integer in minor units of the currency beside it. `None` means "the payload did
not say", never "empty": what we already know is then left alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.records.news import (
    GoneRecord,
    LookAgain,
    MergeRecord,
    PrivacyDemand,
    PrivacyRecord,
    StoreNews,
    StoreRecord,
)
from connectors.records.people import (
    ConsentRecord,
    CustomerRecord,
    StoreProfile,
)
from connectors.records.things import (
    CheckoutRecord,
    FulfillmentRecord,
    InterestRecord,
    LineRecord,
    OrderRecord,
    ProductRecord,
    RefundRecord,
    ReviewRecord,
)
from connectors.records.words import (
    ConsentState,
    Kind,
    Medium,
    OrderStatus,
    Origin,
)
from connectors.values import value

__all__ = [
    "CheckoutRecord",
    "ConsentRecord",
    "ConsentState",
    "CustomerRecord",
    "FulfillmentRecord",
    "GoneRecord",
    "InterestRecord",
    "Kind",
    "LineRecord",
    "LookAgain",
    "Medium",
    "MergeRecord",
    "OrderRecord",
    "OrderStatus",
    "Origin",
    "Page",
    "PrivacyDemand",
    "PrivacyRecord",
    "ProductRecord",
    "Reading",
    "Record",
    "RefundRecord",
    "ReviewRecord",
    "StoreNews",
    "StoreProfile",
    "StoreRecord",
]

Record = (
    CustomerRecord
    | ConsentRecord
    | OrderRecord
    | RefundRecord
    | FulfillmentRecord
    | CheckoutRecord
    | ProductRecord
    | ReviewRecord
    | InterestRecord
    | GoneRecord
    | LookAgain
    | MergeRecord
    | PrivacyRecord
    | StoreRecord
)


@value
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
