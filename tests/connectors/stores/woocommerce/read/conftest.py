"""What the reading tests share: a reader of payloads, a captured order that may be changed, and a moment of that day."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.base import StoreConnector
from connectors.records import OrderRecord, Reading, StoreProfile
from tests.connectors.stores.woocommerce.conftest import NOW, rest


@pytest.fixture
def read(connector: StoreConnector, profile: StoreProfile) -> Any:
    def reader(topic: str, body: Any) -> Reading:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return connector.read(topic, raw, profile=profile, received_at=NOW)

    return reader


def at(hour: int, minute: int, second: int) -> datetime:
    return datetime(2026, 11, 22, hour, minute, second, tzinfo=UTC)


def an_order(**changed: Any) -> dict[str, Any]:
    return {**rest("order-get"), **changed}


def the_order(reading: Reading) -> OrderRecord:
    return next(record for record in reading.records if isinstance(record, OrderRecord))
