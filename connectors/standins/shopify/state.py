"""What one stand-in Shopify knows: the app that developers registered with it, and its stores."""

import random
import secrets
import shutil
import tempfile
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from connectors.standins.history import History
    from connectors.standins.shopify.shop import Shop

DEFAULT_SCOPES = (
    "read_all_orders",
    "read_orders",
    "read_products",
    "read_fulfillments",
    "write_customers",
    "write_discounts",
)

# The scope that each topic needs, None where it needs none; from Shopify's list of topics, 2026-10.
TOPIC_SCOPES: dict[str, str | None] = {
    "app/scopes_update": None,
    "app/uninstalled": None,
    "bulk_operations/finish": None,
    "checkouts/create": "read_orders",
    "checkouts/delete": "read_orders",
    "checkouts/update": "read_orders",
    "customer.tags_added": "read_customers",
    "customer.tags_removed": "read_customers",
    "customers/create": "read_customers",
    "customers/delete": "read_customers",
    "customers/merge": "read_customer_merge",
    "customers/purchasing_summary": "read_customers",
    "customers/update": "read_customers",
    "customers_email_marketing_consent/update": "read_customers",
    "customers_marketing_consent/update": "read_customers",
    "discounts/create": "read_discounts",
    "discounts/delete": "read_discounts",
    "fulfillment_events/create": "read_fulfillments",
    "fulfillments/create": "read_fulfillments",
    "fulfillments/update": "read_fulfillments",
    "orders/cancelled": "read_orders",
    "orders/create": "read_orders",
    "orders/delete": "read_orders",
    "orders/edited": "read_orders",
    "orders/fulfilled": "read_orders",
    "orders/paid": "read_orders",
    "orders/updated": "read_orders",
    "products/create": "read_products",
    "products/delete": "read_products",
    "products/update": "read_products",
    "refunds/create": "read_orders",
    "shop/update": None,
}
COMPLIANCE_TOPICS = ("customers/data_request", "customers/redact", "shop/redact")

# Signatures use a new client secret up to an hour after it was made (Shopify's docs on rotating credentials).
SECRET_LAG = timedelta(hours=1)


def implied(scopes: set[str]) -> set[str]:
    """`scopes` with what they imply: to write is to read."""
    return scopes | {scope.replace("write_", "read_", 1) for scope in scopes if scope.startswith("write_")}


@dataclass(eq=False)
class State:
    """Everything in memory. Hold `lock` while reading or changing what several requests share."""

    app_url: str
    client_id: str
    client_secrets: list[str]
    now: Callable[[], datetime]
    history: "History | None" = None
    control_key: str | None = None
    app_name: str = "Perennial"
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    topics: frozenset[str] = frozenset(TOPIC_SCOPES) - {"customers/merge"}
    webhook_path: str = "/webhooks/shopify"
    # Where the app proxy of the app leads.
    proxy_path: str = "/storefront/shopify"
    webhook_version: str = "2026-10"
    public_app: bool = True
    public_url: str | None = None
    shops: "dict[str, Shop]" = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    # Ids and the shuffled order of bulk files must be the same in every run of a test.
    dice: random.Random = field(default_factory=lambda: random.Random(2026))  # noqa: S311 - no secret comes from it
    rotated_at: datetime | None = None
    storage_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _folder: str | None = None
    _last_number: int = 6_871_000_000_000

    def number(self) -> int:
        """A fresh id, below 2**53 as the real ones that a browser can hold are."""
        with self.lock:
            self._last_number += self.dice.randrange(1, 60)
            return self._last_number

    def uuid(self) -> str:
        """A fresh id for a webhook or an event."""
        with self.lock:
            return str(UUID(int=self.dice.getrandbits(128), version=4))

    def clock(self) -> datetime:
        """Now, in UTC and without the parts of a second that Shopify does not keep."""
        return self.now().astimezone(UTC).replace(microsecond=0)

    @property
    def signing_secret(self) -> str:
        """The secret that signatures are made with: the new one only an hour after a rotation."""
        fresh = self.rotated_at is not None and self.now() < self.rotated_at + SECRET_LAG
        return self.client_secrets[-2] if fresh and len(self.client_secrets) > 1 else self.client_secrets[-1]

    def rotate_secret(self, secret: str) -> None:
        """Make `secret` the client secret; the old one is good until revoke_old_secrets()."""
        self.client_secrets.append(secret)
        self.rotated_at = self.now()

    def revoke_old_secrets(self) -> None:
        """Only the newest client secret is good from now on."""
        del self.client_secrets[:-1]
        self.rotated_at = None

    def folder(self) -> str:
        """Where files for download lie; it goes when the stand-in goes."""
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="stand-in-shopify-")
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        return self._folder

    def shop_at(self, host: str) -> "Shop | None":
        """The store that answers at `host`, e.g. demo.myshopify.com, with or without a port."""
        name, _, rest = host.partition(":")[0].lower().partition(".")
        return self.shops.get(name) if rest == "myshopify.com" else None
