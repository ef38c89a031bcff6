"""A connector before a store that has something of everything: what the batteries of store connectors try it on."""

import dataclasses
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum, StrEnum
from typing import Any

from connectors.base import Credentials, StoreConnector, SyncKind
from connectors.records import (
    Kind,
    Page,
    Reading,
    Record,
    StoreProfile,
)

RECEIVED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


MONEY = {"price", "total", "refunded", "amount", "quantity", "due_days"}


@dataclass(frozen=True)
class Delivery:
    """One webhook call as the store sent it."""

    topic: str
    headers: Mapping[str, str]
    body: bytes


class Trouble(StrEnum):
    """What the store does wrong with every call from now on."""

    DOWN = "down"
    TORN = "torn"
    THROTTLED = "throttled"


class KeptAccess:
    """A store's credentials, kept in memory; `fetched` counts how often they were renewed."""

    def __init__(self, address: str, credentials: Credentials) -> None:
        self._address = address
        self._credentials = credentials
        self.fetched = 0

    @property
    def address(self) -> str:
        return self._address

    def current(self) -> Credentials:
        return self._credentials

    def renew(self, stale: Credentials, fetch: Callable[[Credentials], Credentials]) -> Credentials:
        if self._credentials is stale:
            self._credentials = fetch(stale)
            self.fetched += 1
        return self._credentials


@dataclass(frozen=True)
class Trial:
    """A connector before a store that has something of everything.

    `present` names an object of each kind that can be looked at; `missing` one that never was, of each kind whose absence
    the platform can tell.
    `signature` is the header that holds the signature. `pass_time` lets the store get on with what it does by itself.
    """

    connector: StoreConnector
    access: KeptAccess
    profile: StoreProfile
    deliveries: Sequence[Delivery]
    signature: str
    present: Mapping[Kind, str]
    missing: Mapping[Kind, str]
    webhook_address: str
    trouble: Callable[[Trouble], None]
    revoke: Callable[[], None]
    pass_time: Callable[[float], None] = field(default=lambda _seconds: None)

    def run(
        self, kind: SyncKind, *, cursor: Mapping[str, object] | None = None, since: datetime | None = None
    ) -> list[Page]:
        """Every page up to the last, as the house asks for them: the cursor goes through JSON, waits are kept."""
        pages: list[Page] = []
        for _ in range(200):
            for page in self.connector.pages(self.access, kind, profile=self.profile, cursor=cursor, since=since):
                pages.append(page)
                cursor = json.loads(json.dumps(page.cursor))
                if page.is_last:
                    return pages
                if page.wait_seconds is not None:
                    self.pass_time(page.wait_seconds)
                    break
        raise AssertionError("the run never came to its last page")

    def read(self, delivery: Delivery, body: bytes | None = None) -> Reading:
        raw = delivery.body if body is None else body
        return self.connector.read(delivery.topic, raw, profile=self.profile, received_at=RECEIVED)

    def genuine(self, delivery: Delivery, *, body: bytes | None = None, signature: str | None = None) -> bool:
        """Whether the delivery is genuine, with another body or signature than it came with."""
        headers = dict(delivery.headers)
        if signature is not None:
            headers[self.signature] = signature
        raw = delivery.body if body is None else body
        return self.connector.is_genuine(headers, raw, credentials=self.access.current())


def records_of(pages: Sequence[Page]) -> list[Record]:
    return [record for page in pages for record in page.records]


def told_by(pages: Sequence[Page]) -> list[str]:
    """The records in an order of their own: platforms may list the same things in another order each time."""
    return sorted(repr(record) for record in records_of(pages))


def check(value: Any, name: str = "") -> None:
    """That a record keeps its word: times aware UTC, money and counts whole, text that any database takes."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for one in dataclasses.fields(value):
            check(getattr(value, one.name), one.name)
    elif isinstance(value, tuple | list):
        for part in value:
            check(part, name)
    elif isinstance(value, Mapping):
        check([*value.keys(), *value.values()], name)
    else:
        _check_one(value, name)


def _check_one(value: Any, name: str) -> None:
    if isinstance(value, datetime):
        assert value.tzinfo is not None, name
        assert value.utcoffset() == timedelta(0), name
    elif name in MONEY and value is not None:
        assert type(value) is int, name
        assert abs(value) < 2**63, name
    elif name == "currency" and value is not None:
        assert re.fullmatch(r"[A-Z]{3}", value), name
    elif isinstance(value, str):
        assert "\x00" not in value, name
        value.encode()
        assert value or not name.endswith("external_id"), name
        assert name != "email" or value == value.lower(), name
    else:
        assert value is None or isinstance(value, bool | int | Enum | date) or name == "wait_seconds", name
