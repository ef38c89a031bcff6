"""Which store a webhook call is for, remembered for seconds, so that the hot path asks no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from app import connections
from app.model import Store
from app.runtime import Runtime
from connectors.base import Credentials

FRESH = timedelta(seconds=15)
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Door:
    """A store as the webhooks need it; `credentials` None where it has none (any more)."""

    store_id: int
    credentials: Credentials | None
    seen_at: datetime


class _Name(NamedTuple):
    """How a call names its store: by an address of the platform, or by the key that we gave the store."""

    platform: str
    address: str | None = None
    public_key: str | None = None

    def query(self) -> sa.Select[int]:
        which = Store.address == self.address if self.public_key is None else Store.public_key == self.public_key
        return sa.select(Store.id).where(Store.platform == self.platform, which)


class Doors:
    """The stores of one process of the web. Stores that we do not know are not remembered: they may arrive any moment."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._known: dict[_Name, Door] = {}

    def by_address(self, platform: str, address: str) -> Door | None:
        """For platforms whose headers name the store and whose secret is the app's own."""
        name = _Name(platform, address=address)
        return self._remembered(name) or self._look(name)

    def by_key(self, platform: str, public_key: str, *, anew: bool = False) -> Door | None:
        """For platforms whose address names the store and whose secret is the store's own; `anew` looks again."""
        name = _Name(platform, public_key=public_key)
        return (None if anew else self._remembered(name)) or self._look(name)

    def _remembered(self, name: _Name) -> Door | None:
        known = self._known.get(name)
        is_fresh = known is not None and self._runtime.clock.now() - known.seen_at < FRESH
        return known if is_fresh else None

    def _look(self, name: _Name) -> Door | None:
        found = self._found(name)
        if found is None:
            self._known.pop(name, None)
            return None
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = found
        return found

    def _found(self, name: _Name) -> Door | None:
        now = self._runtime.clock.now()
        with self._runtime.database.read() as session:
            store_id = session.execute(name.query()).scalar()
            if store_id is None:
                return None
            if name.public_key is None:
                return Door(store_id, None, now)
            held = connections.credentials_of(session, store_id=store_id, vault=self._runtime.vault)
            return Door(store_id, held, now)
