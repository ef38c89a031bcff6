"""What the WooCommerce tests share: captures of a real store, a frozen moment, the connector and a stand-in store."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Credentials, StoreConnector, StoreSettings, SyncKind
from connectors.http import Http
from connectors.records import Page, StoreProfile
from connectors.standins.woocommerce import StandIn, create_standin
from connectors.stores.woocommerce import WooCommerce, connect
from connectors.stores.woocommerce.client import Client
from tests.contracts.loopback import served
from tests.contracts.trial import KeptAccess

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


@dataclass(frozen=True)
class Met:
    """A stand-in store, and our way to it."""

    store: StandIn
    connector: WooCommerce
    access: KeptAccess

    @property
    def client(self) -> Client:
        return Client(Http(allow_private=True), self.access.address, credentials=self.access.current(), now=lambda: NOW)

    def pages(self, kind: SyncKind, since: datetime | None = None) -> list[Page]:
        profile = self.connector.profile(self.access)
        return list(self.connector.pages(self.access, kind, profile=profile, cursor=None, since=since))


@pytest.fixture
def met() -> Iterator[Met]:
    """A store in New York with a few products, over plain http, and keys that read and write."""
    with _met(has_plugin=True) as found:
        yield found


@pytest.fixture
def bare() -> Iterator[Met]:
    """The same without our companion plugin."""
    with _met(has_plugin=False) as found:
        yield found


@contextmanager
def _met(*, has_plugin: bool) -> Iterator[Met]:
    stores: list[StandIn] = []

    def open_store(url: str) -> Callable[..., Any]:
        stores.append(create_standin(url=url, now=lambda: NOW, version="10.7.0", has_plugin=has_plugin))
        return stores[0].wsgi

    with served(open_store) as url:
        key = stores[0].create_key()
        secrets = {"consumer_key": key.key, "consumer_secret": key.secret, "webhook_secret": "w" * 43}
        settings = StoreSettings(app_url="https://app.example", now=lambda: NOW, allow_private_stores=True)
        access = KeptAccess(url, Credentials(secrets, frozenset({"read_write"})))
        yield Met(stores[0], WooCommerce(settings), access)


def records(pages: list[Page], kind: type[Any]) -> list[Any]:
    """What the pages have of one kind."""
    return [record for page in pages for record in page.records if isinstance(record, kind)]
