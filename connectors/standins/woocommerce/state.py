"""The stand-in's memory: tables as dictionaries, ids as WordPress deals them, and the store's two clocks (GMT and site)."""

import hashlib
import hmac
import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from threading import RLock
from typing import Any
from zoneinfo import ZoneInfo

from connectors.standins.woocommerce.model import (
    ApiKey,
    Coupon,
    Json,
    Meta,
    Order,
    Pairing,
    Product,
    Review,
    Role,
    User,
    Variation,
    Webhook,
)

SYMBOLS = {"USD": "$", "GBP": "£", "EUR": "€"}


class State:
    """Everything the store knows. Hold `lock` while reading or changing it from more than one thread."""

    def __init__(self, *, url: str, zone: str, now: Callable[[], datetime], currency: str, version: str) -> None:
        self.url = url.rstrip("/")
        self.zone = ZoneInfo(zone)
        self.currency = currency
        self.version = version
        self.lock = RLock()
        self.secret = secrets.token_hex(16)
        self.users: dict[int, User] = {}
        self.orders: dict[int, Order] = {}
        self.products: dict[int, Product] = {}
        self.coupons: dict[int, Coupon] = {}
        self.reviews: dict[int, Review] = {}
        self.webhooks: dict[int, Webhook] = {}
        self.keys: dict[int, ApiKey] = {}
        self.pairing: Pairing | None = None
        # What the companion plugin has to tell, by the argument of its webhook.
        self.told: dict[str, Json] = {}
        self.used_nonces: dict[str, dict[str, int]] = defaultdict(dict)
        self._now = now
        self._ids: dict[str, int] = defaultdict(int)

    @property
    def symbol(self) -> str:
        """The currency's sign, such as $."""
        return SYMBOLS.get(self.currency, self.currency)

    @property
    def release(self) -> tuple[int, ...]:
        """The version of WooCommerce as numbers, to compare."""
        return tuple(int(part) for part in self.version.split("."))

    def now(self) -> datetime:
        """The present in UTC, at WordPress's resolution of one second."""
        return self._now().astimezone(UTC).replace(microsecond=0)

    def local(self, at: datetime) -> datetime:
        """The same instant on the site's clock."""
        return at.astimezone(self.zone)

    def next_id(self, table: str) -> int:
        """The next id; posts (orders, products, coupons, refunds) share one row of numbers, as in WordPress."""
        self._ids[table] += 1
        return self._ids[table]

    def sign(self, message: str) -> str:
        """A short word only this store can make: nonces of forms and of the plugin's REST."""
        return hmac.new(self.secret.encode(), message.encode(), hashlib.sha256).hexdigest()[:16]

    def variations(self) -> Iterable[Variation]:
        """Every variation of every product."""
        return (variation for product in self.products.values() for variation in product.variations)

    def user_by_email(self, email: str) -> User | None:
        """The account with this address; case does not matter."""
        wanted = email.lower()
        return next((user for user in self.users.values() if user.email.lower() == wanted), None)

    def user_by_login(self, login: str) -> User | None:
        """The account with this username or address."""
        named = next((user for user in self.users.values() if user.username == login), None)
        return named or self.user_by_email(login)

    def staff(self) -> list[User]:
        """Who may manage the store."""
        return [user for user in self.users.values() if user.role in {Role.ADMINISTRATOR, Role.SHOP_MANAGER}]

    def write_meta(self, rows: list[Meta], key: str, *, value: Any) -> None:
        """update_metadata(): replaces the first row with this key, or adds one. A None takes it away."""
        kept = next((row for row in rows if row.key == key), None)
        if value is None:
            rows[:] = [row for row in rows if row.key != key]
        elif kept is not None:
            kept.value = value
        else:
            rows.append(Meta(self.next_id("meta"), key, value))


def meta_value(rows: Iterable[Meta], key: str) -> Any:
    """The value of the first row with this key, or None."""
    return next((row.value for row in rows if row.key == key), None)
