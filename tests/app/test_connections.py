"""Credentials are kept whole and secret, and of many callers who find them stale exactly one renews them."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.clock import FrozenClock
from app.connections import LEASE, StoreAccess, credentials_of, keep, mark
from app.db import Database
from app.keys import Vault, new_encryption_key
from app.model import Connection, ConnectionState, Store
from connectors.base import Credentials
from connectors.errors import Temporary, Unauthorised

FIRST = Credentials({"access_token": "first", "refresh_token": "r1"}, frozenset({"read_orders", "read_customers"}))
SECOND = Credentials({"access_token": "second", "refresh_token": "r2"}, FIRST.scopes)
THIRD = Credentials({"access_token": "third", "refresh_token": "r3"}, FIRST.scopes)


@pytest.fixture
def vault() -> Vault:
    return Vault([new_encryption_key()])


@pytest.fixture
def access(database: Database, vault: Vault, clock: FrozenClock) -> StoreAccess:
    """Access to one connected store, for a caller who does not like to wait."""
    now = clock.now()
    with database.write() as session:
        session.add(
            Store(id=1, platform="shopify", address="a.myshopify.com", public_key="k", created_at=now, live_since=now)
        )
        session.flush()
        keep(session, store_id=1, credentials=FIRST, vault=vault, now=now)
    return _access(database, vault, clock)


def _access(
    database: Database, vault: Vault, clock: FrozenClock, pause: Callable[[float], None] = lambda _: None
) -> StoreAccess:
    return StoreAccess(database, vault, clock, store_id=1, address="a.myshopify.com", pause=pause)


def _row(database: Database) -> Connection:
    with database.read() as session:
        return session.scalars(sa.select(Connection)).one()


def _keep(database: Database, vault: Vault, clock: FrozenClock, credentials: Credentials) -> None:
    with database.write() as session:
        keep(session, store_id=1, credentials=credentials, vault=vault, now=clock.now())


def test_what_is_kept_comes_back_whole_and_is_not_readable_in_the_table(
    access: StoreAccess, database: Database, vault: Vault, clock: FrozenClock
) -> None:
    expiring = replace(FIRST, expires_at=clock.now(), refresh_expires_at=clock.now() + timedelta(days=90))
    _keep(database, vault, clock, expiring)
    assert access.current() == expiring
    row = _row(database)
    assert "first" not in (row.locked or "")
    assert (row.generation, row.state, row.scopes) == (2, ConnectionState.CONNECTED, "read_customers,read_orders")


def test_a_store_without_credentials_has_to_be_connected_again(access: StoreAccess, database: Database) -> None:
    with database.write() as session:
        session.execute(sa.delete(Connection))
    with pytest.raises(Unauthorised):
        access.current()


def test_a_refused_store_is_not_called_but_its_signatures_can_still_be_checked(
    access: StoreAccess, database: Database, vault: Vault, clock: FrozenClock
) -> None:
    with database.write() as session:
        mark(session, store_id=1, state=ConnectionState.NEEDS_REAUTH, trouble="No.", now=clock.now())
    with pytest.raises(Unauthorised):
        access.current()
    with database.read() as session:
        assert credentials_of(session, store_id=1, vault=vault) == FIRST


def test_revoking_forgets_the_credentials(
    access: StoreAccess, database: Database, vault: Vault, clock: FrozenClock
) -> None:
    with database.write() as session:
        mark(session, store_id=1, state=ConnectionState.REVOKED, trouble=None, now=clock.now())
        assert credentials_of(session, store_id=1, vault=vault) is None


def test_whoever_finds_them_stale_renews_them(access: StoreAccess, database: Database) -> None:
    assert access.renew(FIRST, lambda _: SECOND) == SECOND
    assert access.current() == SECOND
    assert (_row(database).generation, _row(database).renewing_until) == (2, None)


def test_whoever_comes_late_takes_what_is_there(access: StoreAccess) -> None:
    access.renew(FIRST, lambda _: SECOND)
    assert access.renew(FIRST, _never) == SECOND


def _never(_: Credentials) -> Credentials:
    raise AssertionError("nobody may fetch here")


def test_whoever_finds_another_renewing_waits_for_its_result(
    access: StoreAccess, database: Database, vault: Vault, clock: FrozenClock
) -> None:
    """The other's answer comes while we pause."""
    with database.write() as session:
        session.execute(sa.update(Connection).values(renewing_until=clock.now() + LEASE))
    waiting = _access(database, vault, clock, pause=lambda _: _keep(database, vault, clock, SECOND))
    assert waiting.renew(FIRST, _never) == SECOND


def test_nobody_waits_for_ever(access: StoreAccess, database: Database, clock: FrozenClock) -> None:
    with database.write() as session:
        session.execute(sa.update(Connection).values(renewing_until=clock.now() + LEASE))
    with pytest.raises(Temporary):
        access.renew(FIRST, _never)


def test_a_crash_while_renewing_gives_the_turn_back(
    access: StoreAccess, database: Database, clock: FrozenClock
) -> None:
    def crash(_: Credentials) -> Credentials:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        access.renew(FIRST, crash)
    clock.travel(LEASE)
    assert access.renew(FIRST, lambda _: SECOND) == SECOND


def test_a_renewal_that_may_work_later_frees_the_turn_at_once(access: StoreAccess) -> None:
    def fail(_: Credentials) -> Credentials:
        raise Temporary("later")

    with pytest.raises(Temporary):
        access.renew(FIRST, fail)
    assert access.renew(FIRST, lambda _: SECOND) == SECOND


def test_a_dead_refresh_token_marks_the_store(access: StoreAccess, database: Database) -> None:
    with pytest.raises(Unauthorised):
        access.renew(FIRST, _refuse)
    row = _row(database)
    assert (row.state, row.trouble) == (ConnectionState.NEEDS_REAUTH, "The refresh token is dead.")


def _refuse(_: Credentials) -> Credentials:
    raise Unauthorised("The refresh token is dead.")


@pytest.mark.parametrize("is_refused", [True, False])
def test_a_merchant_who_connects_meanwhile_wins(
    access: StoreAccess, database: Database, vault: Vault, clock: FrozenClock, is_refused: bool
) -> None:
    def fetch(held: Credentials) -> Credentials:
        _keep(database, vault, clock, THIRD)
        return _refuse(held) if is_refused else SECOND

    assert access.renew(FIRST, fetch) == THIRD
    assert access.current() == THIRD


def test_of_many_callers_at_once_one_renews(
    access: StoreAccess, database: Database, vault: Vault, clock: FrozenClock
) -> None:
    """Eight threads, one fetch; all have the same new credentials."""
    fetched: list[int] = []
    fetching = threading.Event()
    waited, done = threading.Event(), threading.Event()

    def fetch(_: Credentials) -> Credentials:
        fetched.append(1)
        fetching.set()
        waited.wait(5)
        return SECOND

    def pause(_: float) -> None:
        waited.set()
        done.wait(0.02)

    got: list[Credentials] = []

    def call() -> None:
        got.append(_access(database, vault, clock, pause=pause).renew(FIRST, fetch))
        done.set()

    threads = [threading.Thread(target=call) for _ in range(8)]
    threads[0].start()
    assert fetching.wait(5)
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert got == [SECOND] * 8
    assert len(fetched) == 1
