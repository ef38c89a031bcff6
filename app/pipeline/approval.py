"""From the address that a merchant typed to a connected store, over the store's own approval screen.

The keys come server to server and the browser comes separately, in any order, or never. So each installation is a row: the
keys are kept encrypted and unproven, the answer to the store waits for nothing, and whoever comes first (the browser, or a
worker for those who closed it) proves them by calling the store, and goes on from there. Every step may be repeated.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from app import connections, links
from app.keys import new_key
from app.model import Connection, Installation, Store
from app.pipeline.heal import heal
from app.pipeline.install import install
from app.runtime import Runtime
from connectors.base import Credentials
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised
from connectors.records import StoreProfile
from connectors.stores.woocommerce import WooCommerce
from connectors.stores.woocommerce.install import store_address

LIFE = timedelta(minutes=30)
KEPT_FOR = timedelta(days=2)
LEASE = timedelta(minutes=2)
BROWSER_FIRST = timedelta(seconds=30)
MOST_TRIES = 12
NEVER = (Permanent, Unauthorised, Malformed)

NOT_ITS_KEYS = "The store does not accept the keys that came in its name, so nothing was connected."
NO_ANSWER = "The store could not be reached, so nothing was connected. Please try again."


class Stage(StrEnum):
    UNKNOWN = "unknown"
    WAITING = "waiting"
    LATER = "later"
    REFUSED = "refused"
    CONNECTED = "connected"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How far an installation has come; `trouble` is a sentence for the merchant where it was refused."""

    stage: Stage
    address: str = ""
    trouble: str | None = None


def begin(runtime: Runtime, *, platform: str, address: str) -> str:
    """Remember where a merchant wants to install; the state that has to come back within half an hour."""
    now = runtime.clock.now()
    state = links.new_state(runtime.signer)
    with runtime.database.write() as session:
        session.execute(sa.delete(Installation).where(Installation.created_at < now - KEPT_FOR))
        session.add(
            Installation(state=state, platform=platform, address=address, created_at=now, expires_at=now + LIFE)
        )
    return state


def spend(runtime: Runtime, state: str, *, platform: str, address: str) -> bool:
    """Use a state up; False where it is not ours, was used, is over, or was made for another store."""
    if not links.is_state(runtime.signer, state):
        return False
    now = runtime.clock.now()
    with runtime.database.write() as session:
        return _used(
            session.execute(
                _open(state, platform=platform, now=now)
                .where(Installation.address == address)
                .values(used_at=now, done_at=now)
            )
        )


def keep_keys(runtime: Runtime, state: str, *, credentials: Credentials) -> bool:
    """Keep what the store sent, encrypted and not yet believed; False where the state may not be used (any more)."""
    if not links.is_state(runtime.signer, state):
        return False
    now = runtime.clock.now()
    locked = runtime.vault.lock(msgspec.json.encode([dict(credentials.secrets), sorted(credentials.scopes)]).decode())
    with runtime.database.write() as session:
        return _used(
            session.execute(
                _open(state, platform=WooCommerce.platform, now=now).values(
                    used_at=now, locked=locked, alarm_at=now + BROWSER_FIRST
                )
            )
        )


def _open(state: str, *, platform: str, now: datetime) -> sa.Update:
    return sa.update(Installation).where(
        Installation.state == state,
        Installation.platform == platform,
        Installation.used_at.is_(None),
        Installation.expires_at > now,
    )


def _used(result: sa.Result[tuple[int]]) -> bool:
    return isinstance(result, sa.CursorResult) and result.rowcount == 1


def finish(runtime: Runtime, state: str) -> Arrival:
    """Take an installation as far as it goes now: prove the keys, move in, pair, make the webhooks."""
    with runtime.database.read() as session:
        row = session.get(Installation, state)
    if row is None:
        return Arrival(Stage.UNKNOWN)
    if row.done_at is not None:
        return Arrival(Stage.REFUSED if row.trouble else Stage.CONNECTED, row.address, row.trouble)
    if row.locked is None:
        is_over = row.expires_at <= runtime.clock.now()
        return Arrival(Stage.UNKNOWN if is_over else Stage.WAITING, row.address)
    if not _take(runtime, state):
        return Arrival(Stage.LATER, row.address)
    return _on(runtime, row, credentials=_unlocked(runtime, row.locked))


def finish_waiting(runtime: Runtime, *, limit: int = 10) -> int:
    """Go on with installations whose browser never came back, or whose store did not answer; how many were taken up."""
    due = (
        sa.select(Installation.state)
        .where(Installation.alarm_at <= runtime.clock.now(), Installation.done_at.is_(None))
        .order_by(Installation.alarm_at)
        .limit(limit)
    )
    with runtime.database.read() as session:
        states = list(session.scalars(due))
    for state in states:
        finish(runtime, state)
    return len(states)


def _take(runtime: Runtime, state: str) -> bool:
    """The lease: nobody else goes on with it for two minutes."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        return _used(
            session.execute(
                sa.update(Installation)
                .where(
                    Installation.state == state,
                    Installation.done_at.is_(None),
                    sa.or_(Installation.tries == 0, Installation.alarm_at <= now),
                )
                .values(alarm_at=now + LEASE, tries=Installation.tries + 1)
            )
        )


def _unlocked(runtime: Runtime, locked: str) -> Credentials:
    secrets, scopes = msgspec.json.decode(runtime.vault.unlock(locked), type=tuple[dict[str, str], list[str]])
    return Credentials(secrets, frozenset(scopes))


def _on(runtime: Runtime, row: Installation, *, credentials: Credentials) -> Arrival:
    try:
        address, profile = _proven(runtime, row.address, credentials=credentials)
    except Unauthorised:
        return _refuse(runtime, row, trouble=NOT_ITS_KEYS)
    except (Permanent, Malformed) as error:
        return _refuse(runtime, row, trouble=str(error))
    except Temporary:
        return (
            _refuse(runtime, row, trouble=NO_ANSWER)
            if row.tries + 1 >= MOST_TRIES
            else Arrival(Stage.LATER, row.address)
        )
    store_id = _move_in(runtime, address, profile=profile, credentials=credentials)
    try:
        _settle(runtime, store_id)
    except Temporary:
        return Arrival(Stage.LATER, row.address)
    _close(runtime, row.state, store_id=store_id, trouble=None)
    return Arrival(Stage.CONNECTED, address)


def _proven(runtime: Runtime, address: str, *, credentials: Credentials) -> tuple[str, StoreProfile]:
    """What the store says of itself, and its address: its own home, where the same keys are proven there too.

    The typed address may be an alias of the home, and launch tokens speak of the home. A home that is only claimed would
    let one store pass for another. Raises as `prove`.
    """
    connector = woocommerce(runtime)
    profile = connector.prove(address, credentials)
    try:
        home = store_address(profile.url or address, allow_private=runtime.config.allow_private_stores)
        return (home, connector.prove(home, credentials)) if home != address else (address, profile)
    except (Unauthorised, Permanent, Temporary, Malformed):
        return address, profile


def woocommerce(runtime: Runtime) -> WooCommerce:
    """The connector, with what only this platform can do."""
    connector = runtime.connectors[WooCommerce.platform]
    if not isinstance(connector, WooCommerce):
        raise TypeError("another connector took the name of WooCommerce")
    return connector


def _move_in(runtime: Runtime, address: str, *, profile: StoreProfile, credentials: Credentials) -> int:
    """Install with the secret that signs the store's webhooks: the old one where the store was here before."""
    with runtime.database.read() as session:
        found = session.scalars(
            sa.select(Store.id).where(Store.platform == WooCommerce.platform, Store.address == address)
        ).first()
        held = connections.credentials_of(session, store_id=found, vault=runtime.vault) if found else None
    ours = ("webhook_secret", "pairing_secret")
    kept = {name: held.secrets[name] for name in ours if held and name in held.secrets}
    secrets = {"webhook_secret": new_key(), **kept, **credentials.secrets}
    whole = Credentials(secrets, credentials.scopes)
    return install(runtime, platform=WooCommerce.platform, address=address, profile=profile, credentials=whole)


def _settle(runtime: Runtime, store_id: int) -> None:
    """Pair with the companion plugin and make the webhooks. Raises Temporary; what will never work is noted instead."""
    try:
        _pair(runtime, store_id)
    except NEVER as error:
        with runtime.database.write() as session:
            session.execute(
                sa.update(Connection).where(Connection.store_id == store_id).values(trouble=str(error)[:500])
            )
        return
    # It notes by itself what will never work.
    with suppress(*NEVER):
        heal(runtime, store_id)


def _pair(runtime: Runtime, store_id: int) -> None:
    """Share a secret with the companion plugin, if the store has it; only then do we keep one."""
    with runtime.database.read() as session:
        store = session.get_one(Store, store_id)
        held = connections.credentials_of(session, store_id=store_id, vault=runtime.vault)
    if held is None:
        return
    secret = held.secrets.get("pairing_secret") or new_key()
    is_paired = woocommerce(runtime).pair(
        connections.access_to(runtime, store), app_url=runtime.config.app_url, store_id=store.public_key, secret=secret
    )
    if is_paired and "pairing_secret" not in held.secrets:
        whole = Credentials({**held.secrets, "pairing_secret": secret}, held.scopes)
        with runtime.database.write() as session:
            connections.keep(
                session, store_id=store_id, credentials=whole, vault=runtime.vault, now=runtime.clock.now()
            )


def _refuse(runtime: Runtime, row: Installation, *, trouble: str) -> Arrival:
    _close(runtime, row.state, store_id=None, trouble=trouble[:500])
    return Arrival(Stage.REFUSED, row.address, trouble)


def _close(runtime: Runtime, state: str, *, store_id: int | None, trouble: str | None) -> None:
    """The end of an installation: its copy of the keys goes."""
    ended = {"store_id": store_id, "trouble": trouble, "done_at": runtime.clock.now(), "locked": None, "alarm_at": None}
    with runtime.database.write() as session:
        session.execute(sa.update(Installation).where(Installation.state == state).values(ended))
