"""What the WooCommerce tests share: captures of a real store, a frozen moment and the connector."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import StoreConnector, StoreSettings
from connectors.records import StoreProfile
from connectors.stores.woocommerce import connect

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PAYLOADS = Path(__file__).parents[3] / "payloads" / "woocommerce"


@dataclass(frozen=True)
class Capture:
    """One delivery as a real store sent it."""

    headers: dict[str, str]
    body: bytes
    secret: str

    @property
    def topic(self) -> str:
        return self.headers["X-WC-Webhook-Topic"]

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


def captured(path: Path) -> Capture:
    found = json.loads(path.read_text())
    return Capture(found["headers"], found["body_raw"].encode(), found["secret"])


def webhook(name: str) -> Capture:
    """A copied capture: `order.updated.06`."""
    return captured(PAYLOADS / f"webhook.{name}.json")


def rest(name: str) -> Any:
    """The body of a copied REST answer: `order-get`."""
    return json.loads((PAYLOADS / f"rest.{name}.json").read_text())


@pytest.fixture
def connector() -> StoreConnector:
    return connect(StoreSettings(app_url="https://app.example", now=lambda: NOW))


@pytest.fixture
def profile() -> StoreProfile:
    return StoreProfile("Shop", "USD", "America/New_York")
