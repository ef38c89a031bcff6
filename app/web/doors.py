"""Which store a webhook call is for, remembered for seconds, so that the hot path asks no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

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


class Doors:
    """The stores of one process of the web. Stores that we do not know are not remembered: they may arrive any moment."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._known: dict[tuple[str, str], Door] = {}

    def by_address(self, platform: str, address: str) -> Door | None:
        """For platforms whose headers name the store and whose secret is the app's own."""
        return self._known_or((platform, address), Store.address == address, keeps_secrets=False)

    def by_key(self, platform: str, public_key: str, *, anew: bool = False) -> Door | None:
        """For platforms whose address names the store and whose secret is the store's own; `anew` looks again."""
        return self._known_or((platform, public_key), Store.public_key == public_key, keeps_secrets=True, anew=anew)

    def _known_or(
        self, name: tuple[str, str], which: sa.ColumnElement[bool], *, keeps_secrets: bool, anew: bool = False
    ) -> Door | None:
        now = self._runtime.clock.now()
        known = self._known.get(name)
        if known is not None and not anew and now - known.seen_at < FRESH:
            return known
        found = self._look(name[0], which, keeps_secrets=keeps_secrets, now=now)
        if found is None:
            self._known.pop(name, None)
            return None
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = found
        return found

    def _look(self, platform: str, which: sa.ColumnElement[bool], *, keeps_secrets: bool, now: datetime) -> Door | None:
        with self._runtime.database.read() as session:
            store_id = session.execute(sa.select(Store.id).where(Store.platform == platform, which)).scalar()
            if store_id is None:
                return None
            if not keeps_secrets:
                return Door(store_id, None, now)
            held = connections.credentials_of(session, store_id=store_id, vault=self._runtime.vault)
            return Door(store_id, held, now)
