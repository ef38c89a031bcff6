"""The store as its doors see it: memory, what can happen, the outgoing queue and the faults, put together once."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connectors.standins.woocommerce.actions.catalogue import Catalogue
from connectors.standins.woocommerce.actions.coupons import Coupons
from connectors.standins.woocommerce.actions.customers import Customers
from connectors.standins.woocommerce.actions.orders import Orders
from connectors.standins.woocommerce.faults import Faults
from connectors.standins.woocommerce.model import ApiKey
from connectors.standins.woocommerce.state import State
from connectors.standins.woocommerce.webhooks import Webhooks


@dataclass(frozen=True, slots=True)
class Store:
    """`behind_tls`: every request counts as HTTPS. `machine_now` is the clock that OAuth timestamps are held against."""

    state: State
    webhooks: Webhooks
    customers: Customers
    catalogue: Catalogue
    coupons: Coupons
    orders: Orders
    faults: Faults
    behind_tls: bool
    machine_now: Callable[[], datetime]
    plugin_app_url: str | None
    has_plugin: bool
    control_key: str | None

    def create_key(self, *, user_id: int, scope: str, description: str) -> ApiKey:
        """A new key pair; older ones of the same app stay."""
        key = ApiKey(
            id=self.state.next_id("key"),
            user_id=user_id,
            description=description,
            scope=scope,
            key=f"ck_{secrets.token_hex(20)}",
            secret=f"cs_{secrets.token_hex(20)}",
        )
        self.state.keys[key.id] = key
        return key
