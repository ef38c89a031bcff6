"""What is done once a period for each store: a row says who had the slot, and whoever writes it does the work.

Slots are computed in the store's own zone; any number of workers may try, and only one row is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections, log
from app.model import Connection, ConnectionState, Customer, JobRun, Store, StoreState, SyncRun, SyncState
from app.pipeline.calendar import reckon
from app.pipeline.heal import heal
from app.pipeline.install import describe
from app.pipeline.sync.runs import begin
from app.pipeline.sync.tidy import tidy
from app.policy.quiet import instant
from app.rows import insert, table_of
from app.runtime import Runtime
from app.zones import zone_of
from connectors.base import Ability, SyncKind
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported

JOB_RUN = table_of(JobRun)
SYNC_RUN = table_of(SyncRun)
CUSTOMER = table_of(Customer)
HOUSE = 0
# Three in the morning, where the store is: its own server has the least to do then.
NIGHT_MINUTE = 3 * 60
# WooCommerce knows no date of its customers, so that a catch-up reads them all: a large store is read less often.
SMALL = 5_000


@dataclass(frozen=True, slots=True)
class Chore:
    """One thing done once a slot. `slot` says which one it is now, or None where it is not time yet."""

    name: str
    slot: Callable[[Runtime, Store], str | None]
    do: Callable[[Runtime, Store], None]


def nightly(runtime: Runtime) -> int:
    """Do whatever has not had its slot yet; how many chores were done."""
    done = _tidy(runtime)
    for store in _stores(runtime):
        for chore in CHORES:
            slot = chore.slot(runtime, store)
            if slot is not None and _take(runtime, chore.name, store_id=store.id, slot=slot):
                _do(runtime, store, chore=chore)
                done += 1
    return done


def _stores(runtime: Runtime) -> list[Store]:
    query = (
        sa.select(Store)
        .join(Connection, Connection.store_id == Store.id)
        .where(Store.state == StoreState.ACTIVE, Connection.state == ConnectionState.CONNECTED)
        .order_by(Store.id)
    )
    with runtime.database.read() as session:
        return list(session.scalars(query))


def _take(runtime: Runtime, job: str, *, store_id: int, slot: str) -> bool:
    """Whether the slot is ours now. Asked first without a lock, since nearly always somebody had it."""
    key = {"job": job, "store_id": store_id, "slot": slot}
    had = sa.select(JOB_RUN.c.at).where(*(JOB_RUN.c[name] == value for name, value in key.items()))
    with runtime.database.read() as session:
        if session.execute(had).first() is not None:
            return False
    with runtime.database.write() as session:
        statement = insert(session, JOB_RUN).values(**key, at=runtime.clock.now()).on_conflict_do_nothing()
        return session.execute(statement.returning(JOB_RUN.c.job)).first() is not None


def _do(runtime: Runtime, store: Store, *, chore: Chore) -> None:
    try:
        chore.do(runtime, store)
    except Unauthorised:
        _locked_out(runtime, store)
    except (Temporary, Permanent, Malformed, Unsupported) as error:
        # The next slot tries again; the page shows how old the last success is.
        log.trouble("chore_failed", chore=chore.name, store_id=store.id, error=error)
    else:
        log.done("chore_done", chore=chore.name, store_id=store.id)


def _locked_out(runtime: Runtime, store: Store) -> None:
    words = "The store has to be connected again."
    with runtime.database.write() as session:
        connections.mark(
            session, store_id=store.id, state=ConnectionState.NEEDS_REAUTH, trouble=words, now=runtime.clock.now()
        )


def _tidy(runtime: Runtime) -> int:
    slot = runtime.clock.now().astimezone(UTC).date().isoformat()
    if not _take(runtime, "tidy", store_id=HOUSE, slot=slot):
        return 0
    tidy(runtime)
    return 1


def _each_night(runtime: Runtime, store: Store) -> str | None:
    """The local date, from three in the morning on; a night before the store moved in is not made up for."""
    zone, now = zone_of(None, None, store_zone=store.zone), runtime.clock.now()
    day = now.astimezone(zone).date()
    begins = instant(day, NIGHT_MINUTE + store.id % 60, zone=zone)
    return day.isoformat() if store.created_at < begins <= now else None


def _each_hour(runtime: Runtime, store: Store) -> str | None:
    """The hour, or a quarter of the day for a store with many customers; not within the first hour."""
    now = runtime.clock.now()
    if now - store.created_at < timedelta(hours=1):
        return None
    with runtime.database.read() as session:
        many = session.scalars(
            sa.select(CUSTOMER.c.id).where(CUSTOMER.c.store_id == store.id).offset(SMALL).limit(1)
        ).first()
    hour = now.hour if many is None else now.hour // 6 * 6
    return f"{now.date().isoformat()}T{hour:02}"


def _catch_up(runtime: Runtime, store: Store) -> None:
    now = runtime.clock.now()
    with runtime.database.write() as session:
        if not _is_importing(session, store):
            begin(session, store_id=store.id, kind=SyncKind.CHANGES, since=None, now=now)


def _is_importing(session: Session, store: Store) -> bool:
    """A first import reads everything; the catch-up after it begins where it began."""
    query = sa.select(SYNC_RUN.c.id).where(
        SYNC_RUN.c.store_id == store.id, SYNC_RUN.c.kind == SyncKind.HISTORY, SYNC_RUN.c.state == SyncState.WAITING
    )
    return session.execute(query).first() is not None


def _heal(runtime: Runtime, store: Store) -> None:
    if Ability.HEAL_WEBHOOKS in runtime.connectors[store.platform].abilities:
        heal(runtime, store.id)


def _keep_alive(runtime: Runtime, store: Store) -> None:
    runtime.connectors[store.platform].keep_alive(connections.access_to(runtime, store))


def _describe(runtime: Runtime, store: Store) -> None:
    """The store may have moved, changed its money or its zone."""
    profile = runtime.connectors[store.platform].profile(connections.access_to(runtime, store))
    with runtime.database.write() as session:
        describe(session.get_one(Store, store.id), profile)


def _reckon(runtime: Runtime, store: Store) -> None:
    reckon(runtime, store.id)


CHORES: tuple[Chore, ...] = (
    Chore("keep_alive", _each_night, _keep_alive),
    Chore("describe", _each_night, _describe),
    Chore("heal", _each_night, _heal),
    Chore("catch_up", _each_hour, _catch_up),
    Chore("calendar", _each_hour, _reckon),
)
