"""What is done once a period for each store: caught up with each hour and each night, its keys kept alive, webhooks healed.

A store that is not connected any more is asked nothing, and what it left with us grows old all the same.
"""

import time
from datetime import UTC
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app import connections, log
from app.model import Connection, ConnectionState, JobRun, Store, StoreState, SyncRun, SyncState
from app.pipeline.calendar import BY_DAY, BY_HOUR, reckon
from app.pipeline.figures import renew
from app.pipeline.heal import heal
from app.pipeline.install import describe, start_import
from app.pipeline.retention import retain
from app.pipeline.sync.keys import generation_of, lock_out
from app.pipeline.sync.runs import begin
from app.pipeline.sync.slots import HOUSE, Chore, Duty, duties, each_hour, each_night, take
from app.pipeline.sync.tidy import tidy
from app.rows import table_of
from app.runtime import Runtime
from connectors.base import Ability, SyncKind
from connectors.errors import Malformed, Permanent, Temporary, Unauthorised, Unsupported

JOB_RUN = table_of(JobRun)
SYNC_RUN = table_of(SyncRun)


def nightly(runtime: Runtime, *, seconds: float = 5.0) -> int:
    """Do what has not had its slot yet, for about so long; how many chores were done."""
    until, done = time.monotonic() + seconds, _tidy(runtime)
    connected, others = _stores(runtime)
    for duty in chain(duties(runtime, CHORES, stores=connected), duties(runtime, EVERYWHERE, stores=others)):
        if take(runtime, duty.chore.name, store_id=duty.store.id, slot=duty.slot):
            _do(runtime, duty)
            done += 1
        if time.monotonic() > until:
            break
    return done


def _stores(runtime: Runtime) -> tuple[list[Store], list[Store]]:
    """Those that are connected, and the others of which something is kept."""
    is_connected = sa.and_(Store.state == StoreState.ACTIVE, Connection.state == ConnectionState.CONNECTED)
    query = (
        sa.select(Store, sa.func.coalesce(is_connected, sa.false()))
        .outerjoin(Connection, Connection.store_id == Store.id)
        .where(Store.state != StoreState.ERASED)
        .order_by(Store.id)
    )
    with runtime.database.read() as session:
        found = session.execute(query).all()
    return [store for store, is_here in found if is_here], [store for store, is_here in found if not is_here]


def _do(runtime: Runtime, duty: Duty) -> None:
    """One chore. What fails has its next turn in the next slot; how old the last success is shows on the page."""
    store, name = duty.store, duty.chore.name
    with runtime.database.read() as session:
        generation = generation_of(session, store.id)
    try:
        duty.chore.do(runtime, store)
    except Unauthorised as error:
        with runtime.database.write() as session:
            lock_out(session, store_id=store.id, generation=generation, now=runtime.clock.now())
        log.trouble("store_locked_out", store_id=store.id, chore=name, error=error)
    except (Temporary, Permanent, Malformed, Unsupported) as error:
        log.trouble("chore_failed", chore=name, store_id=store.id, error=error)
    else:
        log.done("chore_done", chore=name, store_id=store.id)


def _tidy(runtime: Runtime) -> int:
    slot = runtime.clock.now().astimezone(UTC).date().isoformat()
    had = sa.select(JOB_RUN.c.at).where(JOB_RUN.c.job == "tidy", JOB_RUN.c.store_id == HOUSE, JOB_RUN.c.slot == slot)
    with runtime.database.read() as session:
        if session.execute(had).first() is not None:
            return 0
    if not take(runtime, "tidy", store_id=HOUSE, slot=slot):
        return 0
    tidy(runtime)
    return 1


def _recent(runtime: Runtime, store: Store) -> None:
    """A webhook that was lost is made good within the hour."""
    _catch_up(runtime, store, kind=SyncKind.RECENT)


def _whole(runtime: Runtime, store: Store) -> None:
    """Everything that may have changed, also where no date tells of it; and an import that failed is tried again."""
    _catch_up(runtime, store, kind=SyncKind.CHANGES)


def _catch_up(runtime: Runtime, store: Store, *, kind: SyncKind) -> None:
    now = runtime.clock.now()
    with runtime.database.write() as session:
        state = _import_of(session, store)
        if state == SyncState.FAILED and kind is SyncKind.CHANGES:
            start_import(session, store_id=store.id, now=now)
        elif state != SyncState.WAITING:
            begin(session, store_id=store.id, kind=kind, since=None, now=now)


def _import_of(session: Session, store: Store) -> str | None:
    """How the last import stands. While it waits it reads everything, and the catch-up after it begins where it began."""
    query = (
        sa.select(SYNC_RUN.c.state)
        .where(SYNC_RUN.c.store_id == store.id, SYNC_RUN.c.kind == SyncKind.HISTORY)
        .order_by(SYNC_RUN.c.started_at.desc(), SYNC_RUN.c.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def _days(runtime: Runtime, store: Store) -> None:
    reckon(runtime, store.id, kinds=BY_DAY)


def _parcels(runtime: Runtime, store: Store) -> None:
    reckon(runtime, store.id, kinds=BY_HOUR)


def _heal(runtime: Runtime, store: Store) -> None:
    if Ability.HEAL_WEBHOOKS in runtime.connectors[store.platform].abilities:
        heal(runtime, store.id)


def _keep_alive(runtime: Runtime, store: Store) -> None:
    runtime.connectors[store.platform].keep_alive(connections.access_to(runtime, store))


def _describe(runtime: Runtime, store: Store) -> None:
    """The store may have moved, changed its money or its zone."""
    profile = runtime.connectors[store.platform].profile(connections.access_to(runtime, store))
    with runtime.database.write() as session:
        describe(session, session.get_one(Store, store.id), profile=profile, now=runtime.clock.now())


def _figures(runtime: Runtime, store: Store) -> None:
    """Once a day; asked every hour, so that a store that has just moved in does not wait for the night."""
    renew(runtime, store)


# What only writes a row comes first: no store waits for another one's answers.
RETAIN = Chore("retain", each_night, retain)
CHORES: tuple[Chore, ...] = (
    Chore("recent", each_hour, _recent),
    Chore("catch_up", each_night, _whole),
    Chore("days", each_night, _days),
    Chore("parcels", each_hour, _parcels),
    Chore("keep_alive", each_night, _keep_alive),
    RETAIN,
    Chore("describe", each_night, _describe),
    Chore("heal", each_night, _heal),
    Chore("figures", each_hour, _figures),
)
EVERYWHERE: tuple[Chore, ...] = (RETAIN,)
