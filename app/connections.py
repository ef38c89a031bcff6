"""A store's credentials as the house keeps them: encrypted, replaced as one, renewed by one caller at a time.

No transaction is open while a store is called: whoever renews takes a lease on the connection's row, calls, and writes the
result in a second short transaction, unless newer credentials came meanwhile.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import Clock
from app.db import Database
from app.keys import Vault
from app.model import Connection, ConnectionState, Store
from app.runtime import Runtime
from connectors.base import Credentials
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.records import StoreProfile

LEASE = timedelta(minutes=1)
WAIT_SECONDS = 0.25
MOST_WAITS = 120
CONNECT_AGAIN = "The store has to be connected again."

_secrets = msgspec.json.Decoder(dict[str, str])


def keep(session: Session, *, store_id: int, credentials: Credentials, vault: Vault, now: datetime) -> None:
    """Store credentials in place of what was there; the store counts as connected, and any renewal under way is void."""
    values = _columns(credentials, vault=vault, now=now)
    known = session.execute(sa.select(Connection.id).where(Connection.store_id == store_id).with_for_update()).first()
    if known is None:
        session.execute(sa.insert(Connection).values(store_id=store_id, generation=1, **values))
        return
    update = sa.update(Connection).where(Connection.store_id == store_id)
    session.execute(update.values(generation=Connection.generation + 1, **values))


def credentials_of(session: Session, *, store_id: int, vault: Vault) -> Credentials | None:
    """What we hold for a store, whatever its state (a signature is checked by it even where calls are refused).

    None where we hold nothing. Raises UnreadableSecretError where no key of ours opens it.
    """
    return _opened(session.execute(_reading(store_id)).first(), vault)


def mark(session: Session, *, store_id: int, state: ConnectionState, trouble: str | None, now: datetime) -> None:
    """Note how a connection stands, with a sentence for the merchant; a revoked one loses its credentials."""
    values: dict[str, Any] = {"state": state, "trouble": trouble and trouble[:500], "updated_at": now}
    if state is ConnectionState.REVOKED:
        values["locked"] = None
    session.execute(sa.update(Connection).where(Connection.store_id == store_id).values(values))


def access_to(runtime: Runtime, store: Store) -> "StoreAccess":
    """The access that a connector asks for, to one store."""
    return StoreAccess(runtime.database, runtime.vault, runtime.clock, store_id=store.id, address=store.address)


def profile_of(store: Store) -> StoreProfile:
    """What we know of a store, as its connector wants to hear it."""
    return StoreProfile(
        name=store.name,
        currency=store.currency,
        zone=store.zone,
        country=store.country,
        locale=store.locale,
        email=store.email,
        url=store.url,
        postal_address=store.postal_address,
    )


@dataclass(frozen=True, slots=True)
class _Held:
    """One reading of a connection's row. `generation` says whether it is still the same when we write."""

    credentials: Credentials
    generation: int


class StoreAccess:
    """`connectors.base.Access` to one store. `pause` waits some seconds while another caller renews."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        clock: Clock,
        *,
        store_id: int,
        address: str,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._store_id = store_id
        self._address = address
        self._pause = pause

    @property
    def address(self) -> str:
        return self._address

    def current(self) -> Credentials:
        """The credentials now. Raises Unauthorised where there are none, or the store refused them before."""
        return self._held().credentials

    def renew(self, stale: Credentials, fetch: Callable[[Credentials], Credentials]) -> Credentials:
        """Credentials newer than `stale`: another caller's where one was quicker, else those of `fetch`, stored at once.

        Raises Unauthorised, and marks the store, where `fetch` does; what else `fetch` raises; Temporary where another
        caller renews for longer than we wait.
        """
        for _ in range(MOST_WAITS):
            held = self._held()
            if dict(held.credentials.secrets) != dict(stale.secrets):
                return held.credentials
            if self._take(held):
                return self._renewed(held, fetch)
            self._pause(WAIT_SECONDS)
        raise Temporary("another call has been renewing this store's credentials for too long")

    def _held(self) -> _Held:
        with self._database.read() as session:
            row = session.execute(_reading(self._store_id)).first()
        credentials = _opened(row, self._vault)
        if row is None or credentials is None or row.state != ConnectionState.CONNECTED:
            raise Unauthorised(CONNECT_AGAIN)
        return _Held(credentials, row.generation)

    def _take(self, held: _Held) -> bool:
        """The lease, by one conditional UPDATE: of any number of callers one gets it."""
        now = self._clock.now()
        is_free = sa.or_(Connection.renewing_until.is_(None), Connection.renewing_until <= now)
        return self._write(held, is_free, renewing_until=now + LEASE)

    def _renewed(self, held: _Held, fetch: Callable[[Credentials], Credentials]) -> Credentials:
        try:
            fresh = fetch(held.credentials)
        except Unauthorised as error:
            if self._refused(held, error):
                raise
            return self._held().credentials
        except (Temporary, Permanent, Malformed):
            self._write(held, renewing_until=None)
            raise
        values = _columns(fresh, vault=self._vault, now=self._clock.now())
        # Where the merchant connected anew in the meantime, that is what counts.
        kept = self._write(held, **values, generation=held.generation + 1)
        return fresh if kept else self._held().credentials

    def _refused(self, held: _Held, error: Unauthorised) -> bool:
        """Mark the store; False where newer credentials came meanwhile and the refusal is of no meaning."""
        values = {"state": ConnectionState.NEEDS_REAUTH, "trouble": str(error)[:500] or CONNECT_AGAIN}
        return self._write(held, **values, renewing_until=None, updated_at=self._clock.now())

    def _write(self, held: _Held, *conditions: sa.ColumnElement[bool], **values: Any) -> bool:
        where = (Connection.store_id == self._store_id, Connection.generation == held.generation, *conditions)
        with self._database.write() as session:
            update = sa.update(Connection).where(*where).values(values).returning(Connection.id)
            return session.execute(update).first() is not None


def _reading(store_id: int) -> sa.Select[*tuple[Any, ...]]:
    columns = (
        Connection.state,
        Connection.locked,
        Connection.scopes,
        Connection.expires_at,
        Connection.refresh_expires_at,
        Connection.generation,
    )
    return sa.select(*columns).where(Connection.store_id == store_id)


def _columns(credentials: Credentials, *, vault: Vault, now: datetime) -> dict[str, Any]:
    return {
        "state": ConnectionState.CONNECTED,
        "locked": vault.lock(msgspec.json.encode(dict(credentials.secrets)).decode()),
        "scopes": ",".join(sorted(credentials.scopes)),
        "expires_at": credentials.expires_at,
        "refresh_expires_at": credentials.refresh_expires_at,
        "renewing_until": None,
        "trouble": None,
        "updated_at": now,
    }


def _opened(row: sa.Row[*tuple[Any, ...]] | None, vault: Vault) -> Credentials | None:
    if row is None or row.locked is None:
        return None
    scopes = frozenset(part.strip() for part in row.scopes.split(",") if part.strip())
    return Credentials(_secrets.decode(vault.unlock(row.locked)), scopes, row.expires_at, row.refresh_expires_at)
